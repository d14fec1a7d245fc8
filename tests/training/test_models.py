"""A folder that is not a whole model is refused in one line, before anything is loaded."""

import shutil
from pathlib import Path

import pytest
from transformers import AutoModelForCausalLM

from training import models, toy
from training.config import load_settings
from training.data import open_source
from training.errors import Refusal


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, quick: list[str]) -> Path:
    """A model as a step hands it on."""
    folder = tmp_path_factory.mktemp("model")
    toy.write_trees(folder / "trees.jsonl", toy.trees(5, seed=0))
    rows = open_source(str(folder / "trees.jsonl")).read("sft")
    return Path(models.prepare_base(load_settings("tiny", quick), rows, folder).model)


def without(folder: Path, name: str) -> None:
    (folder / name).unlink()


def cut_off(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize(
    ("spoil", "name", "reason"),
    [
        (without, "config.json", "no trained model here"),
        (without, "model.safetensors", "the weights are missing"),
        (without, "tokenizer.json", "cannot be opened"),
        (cut_off, "config.json", "cannot be opened"),
        (cut_off, "model.safetensors", "the weights are damaged"),
        (cut_off, "tokenizer.json", "cannot be opened"),
    ],
)
def test_a_model_that_is_not_whole_is_refused(
    whole: Path, tmp_path: Path, spoil: object, name: str, reason: str
) -> None:
    copy = tmp_path / "model"
    shutil.copytree(whole, copy)
    assert callable(spoil)
    spoil(copy, name)

    with pytest.raises(Refusal, match=reason) as caught:
        models.trained(copy)

    assert "\n" not in str(caught.value)
    assert str(copy) in str(caught.value)


def test_a_model_without_any_tokenizer_gets_none_made_up(whole: Path, tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(whole, copy, ignore=shutil.ignore_patterns("tokenizer*"))

    with pytest.raises(Refusal, match="its tokenizer is missing"):
        models.trained(copy)


def test_a_model_of_ones_own_is_looked_at_as_well(whole: Path, tmp_path: Path) -> None:
    copy = tmp_path / "mine"
    shutil.copytree(whole, copy)
    cut_off(copy, "model.safetensors")
    settings = load_settings("tiny", ["model.kind=folder", f"model.source={copy}"])

    with pytest.raises(Refusal, match="the weights are damaged"):
        models.prepare_base(settings, [], tmp_path)


@pytest.mark.parametrize("change", ["seed=7", "model.hidden_size=64"])
def test_a_base_left_for_other_settings_is_made_anew(
    quick: list[str], tmp_path: Path, change: str
) -> None:
    words = [*quick, change]
    prepared(tmp_path / "used", quick)

    found = prepared(tmp_path / "used", words)

    assert weights(found) == weights(prepared(tmp_path / "fresh", words))


def test_a_base_left_for_other_texts_is_made_anew(quick: list[str], tmp_path: Path) -> None:
    prepared(tmp_path / "used", quick)

    found = prepared(tmp_path / "used", quick, seed=1)

    fresh = prepared(tmp_path / "fresh", quick, seed=1)
    name = "tokenizer.json"
    assert (found / name).read_bytes() == (fresh / name).read_bytes()


def test_enlarging_a_model_gives_the_same_rows_for_the_same_seed(
    whole: Path, quick: list[str], tmp_path: Path
) -> None:
    model = AutoModelForCausalLM.from_pretrained(whole)
    model.resize_token_embeddings(model.config.vocab_size - 8)
    shutil.copytree(whole, tmp_path / "small")
    model.save_pretrained(tmp_path / "small")
    words = [*quick, "model.kind=folder", f"model.source={tmp_path / 'small'}"]

    one, two = (prepared(tmp_path / name, words) for name in ("one", "two"))

    assert one.name == "base"
    assert weights(one) == weights(two)


def prepared(out: Path, words: list[str], seed: int = 0) -> Path:
    out.mkdir(exist_ok=True)
    toy.write_trees(out / "trees.jsonl", toy.trees(5, seed=seed))
    rows = open_source(str(out / "trees.jsonl")).read("sft")
    return Path(models.prepare_base(load_settings("tiny", words), rows, out).model)


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()
