"""The ports: everything the core needs from outside, as small protocols.

A use case is a plain function over a `UnitOfWork`. The store runs it whole in one transaction:
on SQLite in one hop on the connection's own thread, on PostgreSQL inside a greenlet whose queries
await the driver. So no use case ever awaits, and nothing is half done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Protocol, TypeVar

from core.casework import Casework
from core.model import Ballot, Message, Review, Slot, Task, TaskKind, Tree, TreeState
from core.pace import Allowances
from core.people import (
    Account,
    AuditEntry,
    Community,
    Consent,
    Person,
    Report,
    Session,
    Who,
)
from core.policy import Policy
from core.reminding import Reminders
from core.schedule import Schedule
from core.values import quick

if TYPE_CHECKING:
    from core.bulletin import Outgoing, PostState

T = TypeVar("T")


@quick
@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came to the desk, all in one look-up; made on first contact."""

    account: Account
    person: Person
    session: Session
    community: Community | None
    is_new: bool  # the account was unknown until now
    is_repeat: bool  # an event with this key was handled before
    barred: bool = False  # blocked in this community


@dataclass(frozen=True, slots=True)
class WaitingAuthor:
    """An author with accepted prompts in the lottery."""

    author_id: int | None
    tree_ids: tuple[int, ...]
    ranked_first: int  # this month, everywhere


@dataclass(frozen=True, slots=True)
class Standing:
    """One person's row of a board."""

    person_id: int
    name: str
    points: int
    counts: Mapping[str, int]  # by the names of Policy.points
    place: int = 0  # ties share a place; 0: hidden, or no points yet


@dataclass(frozen=True, slots=True)
class Contribution:
    """One text of a person, with what became of it."""

    message: Message
    tree_state: TreeState
    siblings: int  # accepted replies of the same parent, this one included


class UnitOfWork(Casework, Allowances, Reminders, Protocol):
    """One transaction. Nothing is visible to others before it ends; an exception undoes it all.

    Rows come and go as the core's frozen values. Methods named as nouns read, verbs write.
    """

    # -- people
    def arrive(self, who: Who, key: str | None, at: datetime) -> Arrival: ...
    def person(self, person_id: int) -> Person | None: ...
    def person_to_change(self, person_id: int) -> Person | None:
        """The same, ours alone until the transaction ends."""
        ...

    def save_person(self, person: Person) -> None: ...
    def community(self, community_id: int) -> Community | None: ...
    def save_community(self, community: Community) -> None: ...
    def move_community(self, who: Who, to: str) -> bool:
        """The community of this visit is found under another id from now on; whether it is new.

        Where somebody has been met under the new id already, the two change ids; a community
        that came to be after the one with the new id is no longer meant, and stays.
        """
        ...

    def save_session(self, session: Session) -> None:
        """Keep where the conversation stands; nothing when the account is gone."""
        ...

    def add_consent(self, consent: Consent) -> None: ...
    def consents(self, person_id: int) -> Sequence[Consent]: ...
    def set_barred(self, person_id: int, community_id: int, barred: bool) -> None: ...

    # -- trees (loading one locks it until the transaction ends)
    def add_tree(self, tree: Tree) -> Tree:
        """Store a new tree of exactly one message, the root, whose ids are still 0."""
        ...

    def tree(self, tree_id: int) -> Tree | None:
        """The tree with all messages and open leases, locked."""
        ...

    def tree_id_of(self, message_id: int) -> int | None: ...
    def add_message(self, message: Message) -> Message:
        """Store a message whose id is still 0; it counts from the next `save_tree`."""
        ...

    def save_tree(self, tree: Tree) -> None:
        """Write what differs from the tree as loaded: its row, messages, open work, counters.

        The open work is `selection.open_work(tree)`; the store never decides it.
        """
        ...

    def message_with(self, public_id: str) -> Message | None: ...
    def state_count(self, lang: str, state: TreeState) -> int: ...
    def hold_lottery(self, lang: str) -> None:
        """Let one transaction at a time draw in this language."""
        ...

    def waiting_authors(self, lang: str, month: str) -> Sequence[WaitingAuthor]:
        """Authors, not blocked, with trees in the lottery; `month` as in points.periods."""
        ...

    def free_tree(self, tree_id: int) -> Tree | None:
        """As `tree`, but None when another transaction holds it."""
        ...

    def idle_trees(self, state: TreeState, since: datetime, limit: int) -> Sequence[int]:
        """Trees in this state whose last change was before `since`, oldest first."""
        ...

    def languages_waiting(self) -> Sequence[str]:
        """Languages with prompts in the lottery."""
        ...

    def forget_events(self, before: datetime, minute: int) -> int:
        """Drop keys of events from before then; how many.

        minute: of the day. A store may keep a key until its minute of the day comes round.
        """
        ...

    def forget_boards(self, before: datetime, limit: int) -> int:
        """Drop boards of days and weeks, and posts, from before then; how many."""
        ...

    def backlog_tree_ids(self, lang: str, limit: int) -> Sequence[int]:
        """Oldest first."""
        ...

    # -- open work and tasks
    def find_slot(
        self, person_id: int, wishes: Sequence[tuple[TaskKind, str]], skip: Sequence[int] = ()
    ) -> Slot | None:
        """The most wanted slot of the first (kind, language) that has one for this person.

        Never their own text; nothing they answered, skipped or hold; no tree in `skip`; its
        tree is locked (trees locked by others are passed over, and waited for only when they
        alone have work).
        """
        ...

    def open_work(
        self, person_id: int, languages: Sequence[str], cap: int
    ) -> Mapping[TaskKind, int]:
        """How many slots there are for this person, by kind, counted up to `cap`. Reads only."""
        ...

    def add_task(self, task: Task) -> Task:
        """Store a task whose id is 0; takes the place of an expired one of the same target."""
        ...

    def save_task(self, task: Task) -> None: ...
    def task(self, task_id: int) -> Task | None: ...
    def task_on(
        self, person_id: int, target_id: int, kind: TaskKind, round: int
    ) -> Task | None: ...
    def open_tasks(self, person_id: int) -> Sequence[Task]:
        """Newest first."""
        ...

    def tasks_taken_in(self, community_id: int, person_id: int, since: datetime) -> int:
        """How many tasks this person took since then whose points go to this community."""
        ...

    def open_prompt_tasks(self, lang: str) -> int:
        """Initial prompts being written in this language now."""
        ...

    def last_answer(self, person_id: int, since: datetime) -> Task | None:
        """The newest answered task; none whose text was withdrawn."""
        ...

    def overdue_tasks(self, now: datetime, limit: int) -> Sequence[Task]:
        """Open tasks whose lease ran out, oldest first."""
        ...

    def skips(self, target_id: int) -> int:
        """How many people skipped work on this message."""
        ...

    # -- opinions
    def reviews(self, message_id: int) -> Sequence[Review]: ...
    def mark_compared(self, parent_id: int) -> None:
        """The ballots below this message were compared with each other."""
        ...

    def ballots(self, parent_id: int) -> Sequence[Ballot]:
        """Every ballot that stands, with its voter, oldest first."""
        ...

    def add_ballot(self, parent_id: int, ballot: Ballot) -> None:
        """Store an imported ballot; a volunteer's own is part of the task."""
        ...

    def react(self, message_id: int, person_id: int, emoji: str, on: bool) -> bool:
        """Set or clear a reaction; True when that changed something."""
        ...

    def reactions(self, message_id: int, person_id: int) -> Sequence[str]: ...
    def add_report(self, report: Report) -> Report: ...
    def reports(
        self, message_id: int | None = None, *, open_only: bool = True
    ) -> Sequence[Report]: ...
    def resolve_reports(self, message_id: int) -> None: ...

    # -- own texts
    def wrote_recently(self, person_id: int, text: str, since: datetime) -> bool: ...
    def contributions(
        self, person_id: int, limit: int, offset: int = 0
    ) -> Sequence[Contribution]: ...
    def texts_of(self, person_id: int) -> Sequence[int]:
        """Message ids of every present text of a person, newest first."""
        ...

    # -- points
    def tally(
        self,
        person_id: int,
        scopes: Sequence[str],
        periods: Sequence[str],
        counts: Mapping[str, int],
    ) -> None:
        """Add counts (may be negative) in every scope and period; points follow the policy."""
        ...

    def standing(self, person_id: int, scope: str, period: str) -> Standing: ...
    def boards_worked_for(self, person_id: int, scopes: Sequence[str]) -> int:
        """On how many of these boards, of all time, this person has done any task."""
        ...

    def board(self, scope: str, period: str, limit: int) -> Sequence[Standing]:
        """Best first, hidden and blocked people left out, ties with one place."""
        ...

    def neighbours(self, own: Standing, scope: str, period: str) -> Sequence[Standing]:
        """Who stands just above and just below somebody on a board."""
        ...

    # -- the record
    def record(self, entry: AuditEntry) -> None: ...
    def audit(
        self, *, tree_id: int | None = None, subject_id: int | None = None, limit: int = 100
    ) -> Sequence[AuditEntry]:
        """Newest first."""
        ...

    # -- boards on schedule
    def schedules(self, community_id: int) -> Sequence[Schedule]: ...
    def save_schedule(self, schedule: Schedule) -> None: ...
    def drop_schedule(self, community_id: int, board: str) -> None: ...
    def due_schedules(self, now: datetime, limit: int) -> Sequence[Schedule]:
        """Schedules of active communities whose next run has come, ours alone until the end."""
        ...

    def coming(self, now: datetime, beyond: tuple[int, str], limit: int) -> Sequence[Schedule]:
        """Schedules not yet due, by community and board, those beyond one of them."""
        ...

    def add_post(self, post: Outgoing) -> bool:
        """Write a post down; False when one of this community, board and period is there."""
        ...

    def post(self, community_id: int, board: str, period: str) -> Outgoing | None:
        """One post, ours alone until the transaction ends."""
        ...

    def save_post(self, post: Outgoing) -> None: ...
    def due_posts(self, platform: str, now: datetime, limit: int) -> Sequence[Outgoing]:
        """Waiting posts of communities of this platform that are due, ours alone; oldest first."""
        ...

    def begun_posts(
        self, platform: str, now: datetime, patience: timedelta, limit: int
    ) -> Sequence[Outgoing]:
        """Posts past the patience of all their tries, or begun in the future; ours alone."""
        ...

    def posts_of(self, community_id: int, limit: int, *states: PostState) -> Sequence[Outgoing]:
        """Newest first; those in these states, or all."""
        ...

    def address_of(self, community_id: int) -> str | None:
        """The platform's id of a community."""
        ...

    def finished_trees(self, community_id: int, since: datetime, until: datetime) -> int:
        """Trees that began in this community and became ready in this span."""
        ...

    def needs(self, languages: Sequence[str], cap: int) -> Mapping[tuple[str, TaskKind], int]:
        """Open work by language and kind, counted up to `cap` each; all languages if none."""
        ...

    # -- linking
    def add_link_code(self, code_hash: str, person_id: int, expires_at: datetime) -> None: ...
    def take_link_code(self, code_hash: str, now: datetime) -> int | None:
        """The person behind an unexpired code, which is used up by this."""
        ...

    def merge_people(self, kept_id: int, gone_id: int) -> Sequence[int]:
        """Move accounts, texts, tasks, points to one person.

        Where both have an opinion on the same thing the later one is marked withdrawn; the ids
        of the messages concerned are returned, for their trees to be judged anew.
        """
        ...

    def own_data(self, person_id: int) -> Mapping[str, object]:
        """Everything stored about this person and nothing about anybody else, JSON-ready."""
        ...

    def forget_person(self, person_id: int) -> None:
        """Remove the person, accounts and points; their texts stay without an author."""
        ...


class Store(Protocol):
    """Where everything is kept; safe for many tasks at once and, save in memory, processes."""

    async def transact(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run `work` in one transaction; it may be run again when two of them collided."""
        ...

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run `work`, which only reads, beside the writers."""
        ...

    async def close(self) -> None: ...


class Clock(Protocol):
    def __call__(self) -> datetime:
        """Now, in UTC, aware."""
        ...


class LanguageGuess(Protocol):
    def __call__(self, text: str, expected: str) -> str | None:
        """The language the text seems to be in when that is clearly not the expected one."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    """What decisions take from outside besides the store."""

    policy: Policy
    clock: Clock
    rng: Random
    guess: LanguageGuess
    owners: frozenset[str] = frozenset()  # accounts that answer for the whole store: platform:id
