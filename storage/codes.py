"""The short forms in which the big tables keep names: numbers for kinds, letters for labels.

A code once given is never given to another name; new names get new codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

import orjson

from core.model import Ballot, Fate, LabelSum, Role, TaskKind, TaskState
from core.values import replace

KIND: Mapping[TaskKind, int] = {
    TaskKind.INITIAL_PROMPT: 1,
    TaskKind.PROMPTER_REPLY: 2,
    TaskKind.ASSISTANT_REPLY: 3,
    TaskKind.LABEL_INITIAL_PROMPT: 4,
    TaskKind.LABEL_PROMPTER_REPLY: 5,
    TaskKind.LABEL_ASSISTANT_REPLY: 6,
    TaskKind.RANK_PROMPTER_REPLIES: 7,
    TaskKind.RANK_ASSISTANT_REPLIES: 8,
}
STATE: Mapping[TaskState, int] = {
    TaskState.OPEN: 1,
    TaskState.ANSWERED: 2,
    TaskState.SKIPPED: 3,
    TaskState.EXPIRED: 4,
    TaskState.WITHDRAWN: 5,
}
ROLE: Mapping[Role, int] = {Role.PROMPTER: 1, Role.ASSISTANT: 2}
FATE: Mapping[Fate, int] = {Fate.PRESENT: 1, Fate.DELETED: 2, Fate.WITHDRAWN: 3}

KIND_OF = {code: kind for kind, code in KIND.items()}
STATE_OF = {code: state for state, code in STATE.items()}
ROLE_OF = {code: role for role, code in ROLE.items()}
FATE_OF = {code: fate for fate, code in FATE.items()}

_LABEL = {
    "spam": "s",
    "lang_mismatch": "l",
    "fails_task": "f",
    "quality": "q",
    "helpfulness": "h",
    "creativity": "c",
    "humor": "u",
    "toxicity": "t",
    "violence": "v",
    "not_appropriate": "n",
    "pii": "p",
    "hate_speech": "a",
    "sexual_content": "x",
    "moral_judgement": "m",
    "political_content": "o",
}
_LABEL_OF = {code: name for name, code in _LABEL.items()}


def _code(label: str) -> str:
    """One letter for a published label; any other name in full behind a dot."""
    return _LABEL.get(label) or f".{label}"


def _label(code: str) -> str:
    return _LABEL_OF.get(code) or code.removeprefix(".")


def _number(value: float) -> float | int:
    """Whole numbers without their `.0`."""
    return int(value) if value == int(value) else value


def json_text(value: object) -> str:
    """A value as compact JSON."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def ids_from_text(text: str | None) -> tuple[int, ...]:
    return () if text is None else tuple(orjson.loads(text))


def text_from_labels(labels: Mapping[str, float] | None) -> str | None:
    """One review, compact; an empty one is not the same as none."""
    if labels is None:
        return None
    return json_text({_code(name): _number(value) for name, value in labels.items()})


def labels_from_text(text: str | None) -> Mapping[str, float] | None:
    if text is None:
        return None
    return {_label(code): float(value) for code, value in orjson.loads(text).items()}


_NO_SUMS: Mapping[str, LabelSum] = MappingProxyType({})


def text_from_sums(sums: Mapping[str, LabelSum]) -> str | None:
    """Label sums of a message, compact; nothing for none."""
    if not sums:
        return None
    return json_text({_code(name): (_number(s.total), s.count) for name, s in sums.items()})


def sums_from_text(text: str | None) -> Mapping[str, LabelSum]:
    return _NO_SUMS if text is None else _sums(text)


@lru_cache(maxsize=8192)
def _sums(text: str) -> Mapping[str, LabelSum]:
    """Read once, for a tree is loaded far more often than its reviews change."""
    return MappingProxyType(
        {
            _label(code): LabelSum(float(total), count)
            for code, (total, count) in orjson.loads(text).items()
        }
    )


def text_from_ballot(ballot: Ballot | None, shown: tuple[int, ...] = ()) -> str | None:
    """A ballot without voter and time, which its row knows; the shown order too may be there."""
    if ballot is None:
        return None
    kept: dict[str, object] = {"g": ballot.groups}
    if ballot.shown != shown:
        kept["s"] = ballot.shown
    if ballot.all_bad:
        kept["b"] = 1
    if ballot.method != "order":
        kept["m"] = ballot.method
    if ballot.pseudonym is not None:
        kept["p"] = ballot.pseudonym
    return json_text(kept)


def ballot_from_text(text: str, shown: tuple[int, ...] = ()) -> Ballot:
    kept = orjson.loads(text)
    return Ballot(
        groups=tuple(tuple(group) for group in kept["g"]),
        shown=tuple(kept["s"]) if "s" in kept else shown,
        all_bad=bool(kept.get("b")),
        method=kept.get("m", "order"),
        pseudonym=kept.get("p"),
    )


def cast(ballot: Ballot, person_id: int | None, at: datetime | None) -> Ballot:
    """The ballot with its voter and time, as its row tells them."""
    return replace(ballot, person_id=person_id, at=at)
