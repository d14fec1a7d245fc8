"""One run at a time in a folder, and none that goes on after whoever started it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from training.alone import alone_in

HOLD = "import sys; from pathlib import Path; from training.alone import alone_in\n"
HOLD += "with alone_in(Path(sys.argv[1])): print('inside', flush=True); sys.stdin.readline()"
START = "import sys; from bot.trainer import training_code; sys.exit(training_code(sys.argv[1:]))"


def python(code: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def held(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is at work in the folder."""
    with python(HOLD, str(tmp_path)) as process:
        assert first_line(process) == "inside"
        yield process
        process.kill()


def test_a_second_run_says_that_it_waits_and_follows_the_first(
    held: subprocess.Popen[str], tmp_path: Path
) -> None:
    with python(HOLD, str(tmp_path)) as second:
        assert first_line(second).endswith("another run is at work here; waiting for its end")
        held.communicate("\n")
        assert first_line(second) == "inside"
        second.communicate("\n")


def test_a_run_that_was_killed_holds_nothing(held: subprocess.Popen[str], tmp_path: Path) -> None:
    held.kill()
    held.wait()

    with alone_in(tmp_path):
        assert tmp_path.is_dir()


def state_of(out: Path) -> str:
    card = out / "sft" / "card.json"
    return str(json.loads(card.read_text())["state"]) if card.exists() else "not begun"


def comes_true(out: Path, state: str) -> bool:
    for _ in range(600):
        if state_of(out) == state:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def started(trees: str, quick: list[str], tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A program that has started training, which would take minutes, and waits for it."""
    sets = [f"--set={word}" for word in [*quick, "sft.max_steps=5000"]]
    with python(START, "sft", f"--data={trees}", f"--out={tmp_path}", *sets) as process:
        for _ in range(600):
            log = tmp_path / "sft" / "log.jsonl"
            if log.exists() and log.read_text():
                break
            time.sleep(0.05)
        yield process
        process.kill()


@pytest.mark.slow
def test_training_stops_at_a_checkpoint_when_its_starter_is_killed(
    started: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert state_of(tmp_path) == "running"

    os.kill(started.pid, signal.SIGKILL)

    assert comes_true(tmp_path, "cancelled")
    assert list((tmp_path / "sft" / "checkpoints").iterdir())


@pytest.mark.slow
def test_a_supervisor_that_tells_the_starter_alone_stops_both(
    started: subprocess.Popen[str], tmp_path: Path
) -> None:
    started.terminate()
    _, said = started.communicate(timeout=60)

    assert started.returncode == 130
    assert said.splitlines()[-1].endswith("stopped at a checkpoint; the same command goes on")
    assert state_of(tmp_path) == "cancelled"
