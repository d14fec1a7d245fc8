"""The cost that is told before a run follows the textbook, and full disks are known by any name."""

import errno
from pathlib import Path

import pytest

from training import memory
from training.config import load_settings
from training.errors import is_disk_full
from training.memory import Shape, estimate

PYTHIA = Shape(parameters=6_900_000_000, layers=32, hidden=4096, heads=32, vocabulary=50_432)
FULL = load_settings("pythia-6.9b")
ADAPTER = load_settings("pythia-6.9b", ["model.lora_rank=16"])


def test_full_training_costs_sixteen_bytes_a_weight() -> None:
    cost = estimate("sft", PYTHIA, FULL)

    assert cost.weights + cost.training == 16 * PYTHIA.parameters


def test_an_adapter_costs_little_more_than_the_weights() -> None:
    cost = estimate("sft", PYTHIA, ADAPTER)

    assert cost.training < 0.05 * cost.weights


def test_reinforcement_learning_holds_two_more_models() -> None:
    assert estimate("rl", PYTHIA, FULL).frozen == 8 * PYTHIA.parameters
    assert estimate("reward", PYTHIA, FULL).frozen == 0


def test_larger_batches_cost_more() -> None:
    more = load_settings("pythia-6.9b", ["sft.batch_size=8"])

    assert estimate("sft", PYTHIA, more).total > estimate("sft", PYTHIA, FULL).total


def test_longer_lists_cost_more() -> None:
    pairs, lists = (estimate("reward", PYTHIA, FULL, texts) for texts in (2, 9))

    assert lists.activations == pytest.approx(4.5 * pairs.activations)


def test_the_machine_is_asked_what_is_free() -> None:
    assert 0 < memory.peak() < memory.available() + memory.peak()


def wrapped(inner: Exception) -> Exception:
    try:
        try:
            raise inner
        except Exception as error:
            raise ValueError("could not save") from error
    except ValueError as outer:
        return outer


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        wrapped(OSError(errno.ENOSPC, "No space left on device")),
        RuntimeError("I/O error: No space left on device (os error 28)"),
        RuntimeError("I/O error: File too large (os error 27)"),
    ],
)
def test_a_full_disk_is_known_by_any_name(error: Exception) -> None:
    assert is_disk_full(error)


def test_other_failed_writes_are_not_blamed_on_the_disk(tmp_path: Path) -> None:
    assert not is_disk_full(OSError(errno.EACCES, "Permission denied"))
    assert not is_disk_full(RuntimeError("basic_ios::clear: iostream error"), tmp_path)
