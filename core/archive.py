"""A tree with the ballots cast in it, as files carry it, and which of all that is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, unique

from core.model import Ballot, Fate, Message, Tree, TreeState


@dataclass(frozen=True, slots=True)
class TreeRecord:
    """All of a tree that a file may hold; read from a store or from a file.

    Read from a file its ids are 1, 2, 3 in the order of the file, the root being 1; the store
    gives it others.
    """

    tree: Tree
    ballots: Mapping[int, Sequence[Ballot]] = field(default_factory=dict)  # by parent id
    without_consent: frozenset[int] = frozenset()  # person ids whose texts and votes must stay


@unique
class Choice(StrEnum):
    """Whether a kind of message is left out, taken along, or alone taken."""

    WITHOUT = "without"
    WITH = "with"
    ONLY = "only"

    def admits(self, is_so: bool) -> bool:
        return self is Choice.WITH or is_so == (self is Choice.ONLY)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which trees and messages an export holds, and how much it tells about them.

    Withdrawn texts and those of people without consent never leave, whatever is wanted here.
    """

    states: frozenset[TreeState] | None = frozenset({TreeState.READY_FOR_EXPORT})  # None: all
    languages: frozenset[str] | None = None  # of the prompt
    since: datetime | None = None  # trees begun then or later
    until: datetime | None = None  # trees begun before then
    licences: frozenset[str] | None = None  # imported trees under one of these
    unlicensed: bool = True  # imported trees that nobody marked as publishable
    platforms: frozenset[str] | None = None  # where a message was written
    person_id: int | None = None  # one person's messages, flat
    deleted: Choice = Choice.WITHOUT  # removed by a moderator
    spam: Choice = Choice.WITHOUT  # rejected by its reviewers, not yet decided, or held
    synthetic: Choice = Choice.WITHOUT  # written by a model
    prompts_only: bool = False
    flat: bool = False  # one message per line instead of one tree
    labels: bool = True  # means and counts
    events: bool = False  # every ballot, with a pseudonym of its voter
    provenance: bool = False  # platform, origin and licence, beyond the published schema
    limit: int | None = None  # trees

    @property
    def is_flat(self) -> bool:
        """Where only some messages of a tree are wanted, no tree can be drawn."""
        only = Choice.ONLY in (self.deleted, self.spam, self.synthetic)
        return self.flat or only or self.person_id is not None


def is_wanted_tree(tree: Tree, wanted: Wanted) -> bool:
    """Whether messages of this tree are asked for at all."""
    return (
        _is_among(tree.state, wanted.states)
        and _is_among(tree.lang, wanted.languages)
        and (wanted.since is None or tree.created_at >= wanted.since)
        and (wanted.until is None or tree.created_at < wanted.until)
        and _is_licensed(tree, wanted)
    )


def _is_among(value: str | None, chosen: frozenset[str] | frozenset[TreeState] | None) -> bool:
    return chosen is None or value in chosen


def _is_licensed(tree: Tree, wanted: Wanted) -> bool:
    if tree.origin is None:
        return True
    if tree.licence is None:
        return wanted.unlicensed and wanted.licences is None
    return _is_among(tree.licence, wanted.licences)


def departing(record: TreeRecord, wanted: Wanted) -> tuple[Message, ...]:
    """The messages that leave: each before its replies, replies by rank and then by date.

    Nothing below a withdrawn text leaves. In a tree, nothing leaves below a message that does
    not; in flat files only the message itself is missing.
    """
    if not is_wanted_tree(record.tree, wanted):
        return ()
    return tuple(
        message for message in _walk(record, wanted) if _is_wanted_message(message, wanted)
    )


def _walk(record: TreeRecord, wanted: Wanted) -> Iterator[Message]:
    replies = _replies(record.tree)
    waiting = [record.tree.root]
    while waiting:
        message = waiting.pop()
        if not _may_leave(message, record.without_consent):
            continue
        yield message
        goes_on = wanted.is_flat or _is_wanted_message(message, wanted)
        if goes_on and not wanted.prompts_only:
            waiting += reversed(replies.get(message.id, []))


def _replies(tree: Tree) -> Mapping[int, Sequence[Message]]:
    below: dict[int, list[Message]] = {}
    for message in sorted(tree.messages.values(), key=_place):
        if message.parent_id is not None:
            below.setdefault(message.parent_id, []).append(message)
    return below


def _place(message: Message) -> tuple[bool, int, datetime, int]:
    return (message.rank is None, message.rank or 0, message.created_at, message.id)


def _may_leave(message: Message, without_consent: frozenset[int]) -> bool:
    return message.fate is not Fate.WITHDRAWN and message.author_id not in without_consent


def _is_wanted_message(message: Message, wanted: Wanted) -> bool:
    is_good = message.accepted is True and not message.held
    return (
        wanted.deleted.admits(message.fate is Fate.DELETED)
        and wanted.spam.admits(not is_good)
        and wanted.synthetic.admits(message.synthetic)
        and _is_among(message.platform, wanted.platforms)
        and wanted.person_id in (None, message.author_id)
    )
