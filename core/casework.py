"""What moderators work with: cases, memos, searches, sweeps; and what a store must know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from typing import Protocol

from core.model import Message
from core.people import AuditEntry, Person


@dataclass(frozen=True, slots=True)
class Case:
    """A text that waits for a moderator: reported, held, or both."""

    message_id: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Memo:
    """What the log channel of a community is still to be told; gone once it was."""

    community_id: int
    entry: AuditEntry
    id: int = 0


REPORTED = "report"
"""The act of a memo that brings a case."""


@unique
class Lot(StrEnum):
    """What has become of a text, as moderators search for it."""

    PRESENT = "present"
    HELD = "held"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Search:
    """Which texts are meant; what is not named does not matter."""

    words: tuple[str, ...] = ()  # all of them occur, in any case
    lang: str | None = None
    author_id: int | None = None
    since: datetime | None = None  # at this moment or later
    until: datetime | None = None  # before this moment
    lot: Lot = Lot.PRESENT
    community_id: int | None = None  # written there

    def matches(self, text: str) -> bool:
        """Whether a text has all the words."""
        folded = text.casefold()
        return all(word in folded for word in self.words)


@unique
class SweepState(StrEnum):
    """The life of a sweep."""

    PLANNED = "planned"  # counted and shown; somebody has yet to say yes
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Sweep:
    """One act on all the texts that a search found; begun by a moderator, done piece by piece."""

    search: Search
    act: str
    at: datetime
    above: int  # between these ids are the texts that it has still to look at
    below: int
    counted: int
    actor_id: int | None = None
    community_id: int | None = None  # where it was begun
    reason: str | None = None
    state: SweepState = SweepState.PLANNED
    done: int = 0
    id: int = 0


HARMS = (
    "lang_mismatch",
    "not_appropriate",
    "pii",
    "hate_speech",
    "sexual_content",
    "political_content",
)


def trouble(message: Message) -> float:
    """What others found wrong with a text: reports weigh three, a rejected prompt one."""
    emojis, labels = message.emojis, message.labels
    return (
        3 * emojis.get("red_flag", 0)
        - emojis.get("+1", 0)
        + emojis.get("-1", 0)
        + (message.is_root and message.accepted is False)
        + sum(labels[name].total for name in HARMS if name in labels)
    )


class Casework(Protocol):
    """The part of a unit of work that moderators need."""

    def cases(self, community_id: int | None, limit: int, offset: int = 0) -> Sequence[Case]:
        """Oldest first; of texts written or reported in a community, or all."""
        ...

    def case_count(self, community_id: int | None) -> int: ...

    def acts(self, community_id: int | None, limit: int, offset: int = 0) -> Sequence[AuditEntry]:
        """What people did, newest first, in one community or anywhere; moves of trees left out."""
        ...

    # -- people
    def account_owner(self, platform: str, external_id: str) -> int | None:
        """The person behind an account."""
        ...

    def people_named(self, name: str, limit: int) -> Sequence[Person]:
        """Those who go by this very name."""
        ...

    def is_known_in(self, person_id: int, community_id: int) -> bool:
        """Whether they came from this community, or wrote there."""
        ...

    def is_barred(self, person_id: int, community_id: int) -> bool: ...

    # -- memos
    def add_memo(self, memo: Memo) -> None: ...
    def due_memos(
        self, platform: str, now: datetime, again: datetime, limit: int
    ) -> Sequence[Memo]:
        """Memos to be sent now, those put off behind new ones; nobody else gets them until `again`
        has come."""
        ...

    def drop_memo(self, memo_id: int) -> None: ...

    # -- searches
    def found(self, search: Search, *, above: int, below: int, limit: int) -> Sequence[Message]:
        """Texts that match whose ids are between, newest first.

        Those of one author, and held ones, are found without looking at others.
        """
        ...

    def newest_message_id(self) -> int: ...
    def add_sweep(self, sweep: Sweep) -> Sweep: ...
    def sweep(self, sweep_id: int) -> Sweep | None:
        """Ours alone until the transaction ends."""
        ...

    def save_sweep(self, sweep: Sweep) -> None: ...
    def running_sweep(self) -> Sweep | None:
        """The oldest one under way that nobody is at, ours alone."""
        ...

    def forget_sweeps(self, before: datetime) -> int:
        """Drop those that were planned before and never begun; how many."""
        ...
