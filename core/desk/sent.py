"""Which message holds which text: one that is changed is found again, one that goes on is joined.

Apps let people change what they sent, and cut a long text into several messages. What came in
which message is kept with the session, for the last few of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique

from core.dialogue import Origin, Typed, base36, number_from_base36
from core.errors import BadText
from core.flow.handing import own_open_task
from core.flow.turn import Visit
from core.people import Session
from core.text import N_
from core.values import replace

SPLIT_SECONDS = 3
"""Parts of one text are sent within this time."""
_KEPT = 8
"""Messages remembered."""
_KEY = "sent"


@unique
class Fate(StrEnum):
    """What became of the text in a message."""

    DRAFT = "d"
    PART = "p"  # of a draft; to change it alone would lose the others
    REFUSED = "r"


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that was meant for a task."""

    origin: Origin
    task_id: int
    fate: Fate


def whole(visit: Visit, event: Typed) -> Typed:
    """The text together with what it goes on; whose beginning was refused is refused."""
    known = _known(visit.session)
    if not known or event.origin is None or not _goes_on(known[-1].origin, event.origin):
        return event
    before = known[-1]
    if before.fate is Fate.REFUSED:
        raise BadText(
            N_(
                "The beginning of this text was refused, and so is the rest. Please shorten the"
                " whole text and send it again."
            )
        )
    draft = own_open_task(visit, before.task_id).draft or ""
    return replace(event, text=draft + event.text, task_id=before.task_id)


def _goes_on(first: Origin, second: Origin) -> bool:
    return first.may_go_on and 0 <= second.at - first.at <= SPLIT_SECONDS


def task_of(session: Session, message: str) -> int | None:
    """The task for which the text in a message was meant, where that message was all of it."""
    for sent in reversed(_known(session)):
        if sent.origin.message == message:
            return None if sent.fate is Fate.PART else sent.task_id
    return None


def says_the_same(visit: Visit, task_id: int, text: str) -> bool:
    """Whether a text is the one that a task has already; platforms tell of other changes too."""
    task = visit.unit.task(task_id)
    if task is None or task.draft is not None:
        return task is not None and task.draft == text
    tree = None if task.tree_id is None else visit.unit.tree(task.tree_id)
    message = None if tree is None else tree.messages.get(task.message_id or 0)
    return message is not None and message.text == text


def noted(session: Session, origin: Origin | None, task_id: int, fate: Fate) -> Session:
    """The session, knowing about one more message."""
    if origin is None:
        return session
    known = [sent for sent in _known(session) if sent.origin.message != origin.message]
    if fate is Fate.PART:
        known = [replace(s, fate=fate) if s.task_id == task_id else s for s in known]
    told = " ".join(_written(sent) for sent in [*known, Sent(origin, task_id, fate)][-_KEPT:])
    return replace(session, data={**session.data, _KEY: told})


def kept(session: Session) -> Mapping[str, str]:
    """What must outlive the wish for another task."""
    return {_KEY: session.data[_KEY]} if _KEY in session.data else {}


def _written(sent: Sent) -> str:
    origin = sent.origin
    parts = (origin.message, base36(sent.task_id), base36(origin.at), sent.fate)
    return ".".join((*parts, "+" if origin.may_go_on else "-"))


def _known(session: Session) -> list[Sent]:
    return [_read(words) for words in session.data.get(_KEY, "").split()]


def _read(words: str) -> Sent:
    message, task, at, fate, more = words.split(".")
    origin = Origin(message, number_from_base36(at), more == "+")
    return Sent(origin, number_from_base36(task), Fate(fate))
