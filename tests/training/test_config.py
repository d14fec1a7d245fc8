"""Configurations are complete, explained and refused in one clear line."""

import re
from pathlib import Path

import pytest

from training.config import CONFIGS, load_settings
from training.errors import BadConfig

NAMES = sorted(path.stem for path in CONFIGS.glob("*.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_configuration_loads(name: str) -> None:
    assert load_settings(name).name == name


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_a_comment(name: str) -> None:
    lines = (CONFIGS / f"{name}.toml").read_text().splitlines()
    numbers = [line for line in lines if re.match(r"\w+ = -?\d", line)]

    assert len(numbers) > 30
    assert [line for line in numbers if not re.search(r"# \w", line)] == []


def test_an_override_changes_one_setting() -> None:
    settings = load_settings("tiny", ["rl.algorithm=grpo", "sft.learning_rate=1e-4", "seed=7"])

    assert settings.rl.algorithm == "grpo"
    assert settings.sft.learning_rate == 1e-4
    assert settings.seed == 7
    assert settings.reward == load_settings("tiny").reward


def test_an_override_may_be_a_list() -> None:
    settings = load_settings("tiny", ['data.languages=["en", "de"]'])

    assert settings.data.languages == ["en", "de"]


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        ("sft.lerning_rate=1", "did you mean sft.learning_rate"),
        ("rl.algorithm=ppo", "must be one of rloo, grpo"),
        ("sft.batch_size=many", "must be a whole number"),
        ("sft.batch_size=1.5", "must be a whole number"),
        ("model.activation_checkpointing=1", "must be true or false"),
        ("sft", "section.key=value"),
        ("sft=1", "sft is not a setting"),
        ("rl.generations=1", "at least 2"),
        ("sft.batch_size=0", "at least 1"),
        ("rl.max_length=10", "leave room for a prompt"),
        ("sft.learning_rate=nan", "sft.learning_rate must be above 0"),
        ("rl.temperature=0", "rl.temperature must be above 0"),
        ("model.lora_rank=4", "model.lora_alpha must be at least 1"),
        ("__class__.seed=1", "__class__.seed is not a setting"),
        (
            "reward.agreement_strength=1.5",
            "reward.agreement_strength must be at least 0 and at most 1",
        ),
        ("model.initial_spread=0", "model.initial_spread must be above 0"),
        ("threads=-1", "threads must be at least 0"),
        ("rl.beta=-0.1", "rl.beta must be at least 0; it is -0.1"),
        ("sft.max_steps=0", "sft.max_steps must be at least 1, or -1"),
        ("sft.epochs=inf", "sft.epochs must be above 0"),
        ("seed=99999999999", "seed must be at least 0 and at most 4294967295"),
        ("model.heads=5", "model.hidden_size must be a multiple of model.heads"),
        ("model.vocabulary=100", "model.vocabulary must be at least 261"),
        ("model.positions=150", "model.positions must be at least 160"),
        ("model.chat=chatml", 'must be "open-assistant"'),
        ("data.minimum_agreement=2", "at least 0 and at most 1"),
        ("eval.completions=0", "eval.completions must be at least 1"),
        ("eval.temperature=0", "eval.completions must be 1 at eval.temperature 0"),
    ],
)
def test_a_wrong_override_is_refused_in_one_line(override: str, reason: str) -> None:
    with pytest.raises(BadConfig, match=reason) as caught:
        load_settings("tiny", [override])

    assert "\n" not in str(caught.value)


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = (CONFIGS / "tiny.toml").read_text()
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1))
    return path


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["reward.mode=pairs", "data.minimum_agreement=0.5"], "a pair tells neither"),
        (["reward.loss=plackett-luce", "reward.agreement=margin"], "needs reward.loss"),
    ],
)
def test_settings_that_would_not_be_obeyed_together_are_refused(
    words: list[str], reason: str
) -> None:
    with pytest.raises(BadConfig, match=reason):
        load_settings("tiny", words)


def test_an_unknown_key_in_a_file_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, "warmup_steps =", "warmup_stepz =")

    with pytest.raises(BadConfig, match=r"mine.toml: sft.warmup_stepz is not a setting; did you"):
        load_settings(path)


def test_a_missing_key_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, "seed = 0", "")

    with pytest.raises(BadConfig, match=r"mine.toml: seed is missing"):
        load_settings(path)


def test_a_file_that_is_not_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    path = changed(tmp_path, "seed = 0", "seed = = 0")

    with pytest.raises(BadConfig, match="line"):
        load_settings(path)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"# caf\xe9\n")

    with pytest.raises(BadConfig, match=r"mine.toml: .* can't decode"):
        load_settings(tmp_path / "mine.toml")


def test_an_unknown_configuration_names_the_known_ones() -> None:
    with pytest.raises(BadConfig, match="tiny"):
        load_settings("huge")


LAUNCHED = {
    "ddp": {"multi_gpu": True},
    "zero2": {"use_deepspeed": True, "zero_stage": 2},
    "zero3": {"use_deepspeed": True, "zero_stage": 3, "zero3_save_16bit_model": True},
    "fsdp2": {"use_fsdp": True, "fsdp_version": 2, "fsdp_state_dict_type": "FULL_STATE_DICT"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LAUNCHED)
def test_accelerate_reads_its_configurations_as_they_are_meant(name: str) -> None:
    launch = pytest.importorskip("accelerate.commands.launch", reason="no train extra")
    words = ["--config_file", str(CONFIGS / f"accelerate/{name}.yaml"), "-m", "training", "all"]

    read, _, precise = launch._validate_launch_command(
        launch.launch_command_parser().parse_args(words)
    )

    assert {key: getattr(read, key) for key in LAUNCHED[name]} == LAUNCHED[name]
    assert (read.num_processes, read.mixed_precision, precise) == (8, "bf16", True)
