"""The rows that training reads, one class and one parser per view.

A parser raises `ValueError` or `KeyError` with the reason; the reader adds file and line.
"""

import json
import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from training.errors import BadData

View = Literal["sft", "pairs", "lists", "prompts"]
Split = Literal["train", "validation"]
Turn = dict[str, str]  # {"role", "content"}, as chat templates and TRL read it
ROLES = ("system", "user", "assistant")


@dataclass(frozen=True)
class Row:
    """What every view says of a row."""

    tree_id: str
    lang: str
    platform: str
    template: str | None
    split: Split


@dataclass(frozen=True)
class Demonstration(Row):
    messages: list[Turn]


@dataclass(frozen=True)
class PreferencePair(Row):
    prompt: list[Turn]
    chosen: Turn
    rejected: Turn
    margin: float


@dataclass(frozen=True)
class Reply:
    message_id: str
    content: str
    model_name: str | None


@dataclass(frozen=True)
class RankedList(Row):
    parent_id: str
    prompt: list[Turn]
    groups: list[list[Reply]]  # best first; ties share a group
    agreement: float | None
    ballots: int

    @property
    def replies(self) -> list[Reply]:
        return [reply for group in self.groups for reply in group]

    @property
    def ranks(self) -> list[int]:
        """The group each reply stands in, 0 the best, in the order of `replies`."""
        return [place for place, group in enumerate(self.groups) for _ in group]


@dataclass(frozen=True)
class Prompt(Row):
    prompt: list[Turn]
    source: dict[str, Any]  # the row as it was read, so that samples find their way back


def lines_of(fs: Any, full: str, shown: str) -> Iterator[tuple[int, bytes]]:
    compression = "gzip" if full.endswith(".gz") else None
    try:
        with fs.open(full, "rb", compression=compression) as file:
            yield from enumerate(file, start=1)
    except FileNotFoundError as error:
        reason = "is missing: replaced by a sync while it was read (run again), or lost (sync)"
        raise BadData(shown, reason) from error
    except (OSError, EOFError, zlib.error) as error:  # not to be read, or not to be unpacked
        raise BadData(shown, f"cannot be read: {error}") from error


def parsed_line(line: bytes, file: str, number: int) -> dict[str, Any]:
    """One JSON object from one line, or a refusal that names it."""
    try:
        values = json.loads(line)
    except ValueError as error:
        raise BadData(file, f"not JSON ({error})", number) from error
    except RecursionError as error:
        raise BadData(file, "nested too deeply to be read", number) from error
    if not isinstance(values, dict):
        raise BadData(file, "not a JSON object", number)
    return values


def reason_of(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def has_words(value: Any) -> bool:
    """Text that a tokenizer takes: JSON may hold half of a character, which no file can."""
    if not isinstance(value, str) or not value.strip():
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def _text(values: dict[str, Any], key: str) -> str:
    value = values[key]
    if not has_words(value):
        raise ValueError(f"{key} must be text; it is {value!r:.200}")
    return str(value)


def _turns(value: Any, key: str, *, last: str) -> list[Turn]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"{key} must be a list of messages")
    turns = []
    for turn in value:
        if not isinstance(turn, dict) or turn.get("role") not in ROLES:
            raise ValueError(f"{key}: a role must be one of {', '.join(ROLES)}")
        if not has_words(turn.get("content")):
            raise ValueError(f"{key}: a message without text, or with half of a character")
        turns.append({"role": turn["role"], "content": turn["content"]})
    if turns[-1]["role"] != last:
        raise ValueError(f"{key} must end with a message of the {last}")
    return turns


def number_of(values: dict[str, Any], key: str) -> float:
    value = values[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        raise ValueError(f"{key} must be a number; it is {value!r:.200}")
    return float(value)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False


def _base(values: dict[str, Any], split: Split) -> dict[str, Any]:
    template = values.get("template")
    if template is not None and not isinstance(template, str):
        raise ValueError("template must be a tag or null")
    names = ("tree_id", "lang", "platform")
    return {name: _text(values, name) for name in names} | {"template": template, "split": split}


def _demonstration(values: dict[str, Any], split: Split) -> Demonstration:
    messages = _turns(values["messages"], "messages", last="assistant")
    return Demonstration(**_base(values, split), messages=messages)


def _pair(values: dict[str, Any], split: Split) -> PreferencePair:
    chosen = _turns(values["chosen"], "chosen", last="assistant")
    rejected = _turns(values["rejected"], "rejected", last="assistant")
    if len(chosen) != 1 or len(rejected) != 1:
        raise ValueError("chosen and rejected hold one message each")
    return PreferencePair(
        **_base(values, split),
        prompt=_turns(values["prompt"], "prompt", last="user"),
        chosen=chosen[0],
        rejected=rejected[0],
        margin=number_of(values, "margin"),
    )


def _list(values: dict[str, Any], split: Split) -> RankedList:
    groups = values["groups"]
    if not isinstance(groups, list) or not all(isinstance(g, list) and g for g in groups):
        raise ValueError("groups must be a list of groups, none of them empty")
    parsed = [[_reply(reply) for reply in group] for group in groups]
    ids = [reply.message_id for group in parsed for reply in group]
    if len(ids) < 2:
        raise ValueError("groups: a ranking needs at least two replies")
    if len(set(ids)) != len(ids):
        raise ValueError("groups: the same message_id twice")
    agreement = values["agreement"]
    if agreement is not None and not 0.0 <= number_of(values, "agreement") <= 1.0:
        raise ValueError(f"agreement must lie between 0 and 1; it is {agreement!r}")
    return RankedList(
        **_base(values, split),
        parent_id=_text(values, "parent_id"),
        prompt=_turns(values["prompt"], "prompt", last="user"),
        groups=parsed,
        agreement=agreement,
        ballots=int(number_of(values, "ballots")),
    )


def _reply(value: Any) -> Reply:
    if not isinstance(value, dict):
        raise ValueError("groups: a reply must be an object")
    name = value.get("model_name")
    if name is not None and not isinstance(name, str):
        raise ValueError("groups: model_name must be text or null")
    return Reply(_text(value, "message_id"), _text(value, "content"), name)


def _prompt(values: dict[str, Any], split: Split) -> Prompt:
    prompt = _turns(values["prompt"], "prompt", last="user")
    return Prompt(**_base(values, split), prompt=prompt, source=values)


PARSERS: dict[View, Callable[[dict[str, Any], Split], Row]] = {
    "sft": _demonstration,
    "pairs": _pair,
    "lists": _list,
    "prompts": _prompt,
}
