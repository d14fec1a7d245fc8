"""Settings of a training run: typed, complete, read from a small TOML file.

No number has a default here. A configuration names every setting, each with a comment that says
why it has its value, so a run can be understood from its configuration alone.
"""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from training.errors import BadConfig
from training.ranges import OF_A_NEW_MODEL, RANGES, Range

CONFIGS = Path(__file__).parent / "configs"


@dataclass(frozen=True)
class DataSettings:
    languages: list[str]  # empty: all
    platforms: list[str]  # empty: all
    templates: list[str]  # corpus tags of simulated text; empty: everything
    minimum_agreement: float  # lists below this Kendall's W are left out
    minimum_ballots: int  # lists judged by fewer volunteers are left out


@dataclass(frozen=True)
class ModelSettings:
    kind: Literal["new", "folder"]
    source: str  # a folder or a hub name; unused for "new"
    chat: Literal["open-assistant", "chatml"]
    precision: Literal["auto", "float32", "bfloat16"]
    activation_checkpointing: bool
    lora_rank: int  # 0: every weight is trained
    lora_alpha: int
    hidden_size: int  # this and the rest shape a "new" model; 0 otherwise
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    initial_spread: float  # standard deviation of the first weights


@dataclass(frozen=True)
class StepSettings:
    """What every step of training has in common."""

    epochs: float
    max_steps: int  # -1: as many as the epochs take
    batch_size: int  # per process: conversations, lists or completions
    accumulation: int
    learning_rate: float
    schedule: Literal["cosine", "linear", "constant"]
    warmup_steps: int
    max_length: int
    checkpoint_every: int  # 0: never
    log_every: int


@dataclass(frozen=True)
class SftSettings(StepSettings):
    pass


@dataclass(frozen=True)
class RewardSettings(StepSettings):
    mode: Literal["lists", "pairs"]
    loss: Literal["bradley-terry", "plackett-luce"]
    ties: Literal["half", "skip"]
    agreement: Literal["ignore", "weight", "margin"]
    agreement_strength: float
    centre: float
    max_replies: int
    order: Literal["random", "length"]  # "length": lists of like length share a batch


@dataclass(frozen=True)
class RlSettings(StepSettings):
    algorithm: Literal["rloo", "grpo"]
    generations: int
    beta: float
    max_new_tokens: int
    temperature: float
    top_p: float
    missing_end_penalty: float
    normalise_advantages: bool
    vllm: Literal["off", "server", "colocate"]
    vllm_url: str


@dataclass(frozen=True)
class EvalSettings:
    batch_size: int
    prompts: int
    completions: int
    temperature: float
    top_p: float
    max_new_tokens: int
    samples_shown: int


@dataclass(frozen=True)
class Settings:
    name: str
    seed: int
    threads: int  # of a processor; 0: the libraries decide
    data: DataSettings
    model: ModelSettings
    sft: SftSettings
    reward: RewardSettings
    rl: RlSettings
    eval: EvalSettings

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def load_settings(config: str | Path = "tiny", overrides: Iterable[str] = ()) -> Settings:
    """Read a configuration by name or path and apply `section.key=value` overrides."""
    path = _path(config)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadConfig(f"{path}: {error}") from error
    settings: Settings = _build(Settings, table, where=path.name, prefix="")
    for override in overrides:
        settings = _override(settings, override)
    _check(settings)
    return settings


def _path(config: str | Path) -> Path:
    for candidate in (CONFIGS / f"{config}.toml", Path(config)):
        if candidate.is_file():
            return candidate
    known = ", ".join(sorted(file.stem for file in CONFIGS.glob("*.toml")))
    raise BadConfig(f"{config}: no such configuration; give a file or one of: {known}")


def _build(kind: type, table: Mapping[str, Any], *, where: str, prefix: str) -> Any:
    hints = get_type_hints(kind)
    for key in table:
        if key not in hints:
            raise BadConfig(f"{where}: {_unknown(prefix + key, (prefix + name for name in hints))}")
    values = {}
    for name, hint in hints.items():
        if name not in table:
            raise BadConfig(f"{where}: {prefix}{name} is missing")
        if is_dataclass(hint):
            if not isinstance(table[name], dict):
                raise BadConfig(f"{where}: {prefix}{name} must be a section")
            values[name] = _build(hint, table[name], where=where, prefix=f"{prefix}{name}.")
        else:
            values[name] = _typed(table[name], hint, f"{where}: {prefix}{name}")
    return kind(**values)


def _override(settings: Settings, override: str) -> Settings:
    key, equals, text = override.partition("=")
    if not equals:
        raise BadConfig(f"--set {override}: write it as section.key=value")
    if key.strip() not in _all_keys(settings):
        raise BadConfig(f"--set {_unknown(key.strip(), _all_keys(settings))}")
    section, _, name = key.strip().rpartition(".")
    owner = getattr(settings, section) if section else settings
    value = _typed(_parsed(text.strip()), get_type_hints(type(owner))[name], f"--set {key.strip()}")
    changed = replace(owner, **{name: value})
    return replace(settings, **{section: changed}) if section else changed


def _parsed(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text  # a bare word


def _typed(value: Any, hint: Any, where: str) -> Any:
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        if value not in choices:
            raise BadConfig(f"{where} must be one of {', '.join(choices)}; it is {value!r}")
        return value
    if get_origin(hint) is list:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise BadConfig(f'{where} must be a list of words such as ["en"]; it is {value!r}')
        return value
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        names = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}
        raise BadConfig(f"{where} must be {names[hint]}; it is {value!r}")
    return value


def _all_keys(settings: Settings) -> Iterable[str]:
    for field in fields(settings):
        value = getattr(settings, field.name)
        if is_dataclass(value):
            yield from (f"{field.name}.{inner.name}" for inner in fields(value))
        else:
            yield field.name


def _unknown(key: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(key, list(known), n=1)
    return f"{key} is not a setting" + (f"; did you mean {near[0]}?" if near else "")


def _check(settings: Settings) -> None:
    for key, allowed in _ranges(settings).items():
        value = _value(settings, key)
        if not allowed.holds(value):
            raise BadConfig(f"{key} must be {allowed}; it is {value}")
    for step in ("sft", "reward", "rl"):
        steps = getattr(settings, step).max_steps
        if steps < 1 and steps != -1:
            raise BadConfig(f"{step}.max_steps must be at least 1, or -1 for whole epochs")
    _check_together(settings)


def _ranges(settings: Settings) -> Mapping[str, Range]:
    if settings.model.kind != "new":
        return RANGES
    return {**RANGES, **{f"model.{name}": allowed for name, allowed in OF_A_NEW_MODEL.items()}}


def _value(settings: Settings, key: str) -> float:
    owner: Any = settings
    for name in key.split("."):
        owner = getattr(owner, name)
    value: float = owner
    return value


def _check_together(settings: Settings) -> None:
    """What no setting alone can be wrong about."""
    model, rl, shown = settings.model, settings.rl, settings.eval
    if model.kind == "new" and model.hidden_size % model.heads:
        raise BadConfig("model.hidden_size must be a multiple of model.heads")
    if model.kind == "new" and model.chat != "open-assistant":
        raise BadConfig('model.chat must be "open-assistant" for a new model')
    longest = max(settings.sft.max_length, settings.reward.max_length, rl.max_length)
    if model.kind == "new" and model.positions < longest:
        raise BadConfig(f"model.positions must be at least {longest}, the longest max_length")
    if model.lora_rank and not model.lora_alpha:
        raise BadConfig("model.lora_alpha must be at least 1 with an adapter: at 0 nothing learns")
    reward = settings.reward
    if reward.agreement == "margin" and reward.loss == "plackett-luce":
        raise BadConfig("reward.agreement margin needs reward.loss bradley-terry: it is of pairs")
    of_lists = settings.data.minimum_agreement or settings.data.minimum_ballots
    if reward.mode == "pairs" and of_lists:
        raise BadConfig(
            "data.minimum_agreement and data.minimum_ballots must be 0 with reward.mode pairs: "
            "a pair tells neither"
        )
    if rl.max_length <= rl.max_new_tokens:
        raise BadConfig("rl.max_length must leave room for a prompt beside rl.max_new_tokens")
    if shown.temperature == 0 and shown.completions > 1:
        raise BadConfig("eval.completions must be 1 at eval.temperature 0: all would be the same")
