"""The shipped doubles: a store in memory, a clock that is set by hand, a guess that is told.

They keep the same contract as the real ones (tests/contracts) and are imported by tests alone.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

from core import points, selection
from core.model import (
    REPLYING,
    Ballot,
    Lease,
    Message,
    Review,
    Slot,
    Task,
    TaskKind,
    TaskState,
    Tree,
    TreeState,
)
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
from core.ports import Arrival, Contribution, Standing, UnitOfWork, WaitingAuthor

T = TypeVar("T")


class ManualClock:
    """A clock that moves only when told."""

    def __init__(self, now: datetime = datetime(2026, 1, 5, 12, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> None:
        """Move on by so many days, hours, minutes or seconds; back when negative."""
        self.now += timedelta(**amount)


class ToldGuess:
    """A language guess that finds what the test told it to find."""

    def __init__(self, **found: str) -> None:
        self.found: dict[str, str] = dict(found)

    def __call__(self, text: str, expected: str) -> str | None:
        guess = self.found.get(text)
        return None if guess == expected else guess


@dataclass
class Tables:
    """Everything a memory store keeps; rows are frozen, so a shallow copy is a snapshot."""

    people: dict[int, Person] = field(default_factory=dict)
    accounts: dict[tuple[str, str], Account] = field(default_factory=dict)
    communities: dict[tuple[str, str], Community] = field(default_factory=dict)
    sessions: dict[int, Session] = field(default_factory=dict)
    consents: list[Consent] = field(default_factory=list)
    barred: set[tuple[int, int]] = field(default_factory=set)
    banned: set[tuple[str, str]] = field(default_factory=set)
    seen: dict[str, datetime] = field(default_factory=dict)
    trees: dict[int, Tree] = field(default_factory=dict)
    slots: dict[tuple[int, TaskKind], tuple[float, Slot]] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    imported: dict[int, tuple[Ballot, ...]] = field(default_factory=dict)
    reactions: set[tuple[int, int, str]] = field(default_factory=set)
    reports: dict[int, Report] = field(default_factory=dict)
    tallies: dict[tuple[str, str, int], dict[str, int]] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    links: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    last_id: int = 0

    def snapshot(self) -> Tables:
        """A copy to go back to."""
        return Tables(**{name: copy.copy(value) for name, value in vars(self).items()})


class MemoryStore:
    """The `Store` port in memory; one transaction at a time, undone when it raises."""

    def __init__(self, policy: Policy, rng: Random | None = None) -> None:
        self.policy = policy
        self.rng = rng or Random(0)
        self.tables = Tables()
        self._lock = asyncio.Lock()

    async def transact(self, work: Callable[[UnitOfWork], T]) -> T:
        async with self._lock:
            before = self.tables.snapshot()
            try:
                return work(MemoryUnit(self.tables, self.policy, self.rng))
            except BaseException:
                self.tables = before
                raise

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        return await self.transact(work)

    async def close(self) -> None:
        """Nothing to close."""


class MemoryUnit:
    """The `UnitOfWork` port over tables in memory."""

    def __init__(self, tables: Tables, policy: Policy, rng: Random) -> None:
        self._t = tables
        self._policy = policy
        self._rng = rng
        self._now = datetime.min.replace(tzinfo=UTC)

    def _new_id(self) -> int:
        self._t.last_id += 1
        return self._t.last_id

    # -- people

    def arrive(self, who: Who, key: str | None, at: datetime) -> Arrival:
        self._now = at
        t, name = self._t, (who.platform, who.external_id)
        is_new = name not in t.accounts
        if is_new:
            person = Person(
                id=self._new_id(), created_at=at, name=who.name, blocked=name in t.banned
            )
            account = Account(self._new_id(), person.id, who.platform)
            t.people[person.id] = person
            t.accounts[name] = account
            t.sessions[account.id] = Session(account.id)
        account = t.accounts[name]
        person = t.people[account.person_id]
        if who.name and who.name != person.name:
            person = t.people[person.id] = replace(person, name=who.name)
        community = self._community_of(who)
        is_repeat = key is not None and key in t.seen
        if key is not None:
            t.seen.setdefault(key, at)
        return Arrival(
            account=account,
            person=person,
            session=t.sessions[account.id],
            community=community,
            is_new=is_new,
            is_repeat=is_repeat,
            barred=community is not None and (person.id, community.id) in t.barred,
        )

    def _community_of(self, who: Who) -> Community | None:
        if who.community is None:
            return None
        name = (who.platform, who.community)
        if name not in self._t.communities:
            self._t.communities[name] = Community(self._new_id(), who.platform, who.community_name)
        return self._t.communities[name]

    def person(self, person_id: int) -> Person | None:
        return self._t.people.get(person_id)

    def save_person(self, person: Person) -> None:
        self._t.people[person.id] = person

    def community(self, community_id: int) -> Community | None:
        return next((c for c in self._t.communities.values() if c.id == community_id), None)

    def save_community(self, community: Community) -> None:
        for name, known in self._t.communities.items():
            if known.id == community.id:
                self._t.communities[name] = community

    def save_session(self, session: Session) -> None:
        self._t.sessions[session.account_id] = session

    def add_consent(self, consent: Consent) -> None:
        self._t.consents.append(consent)

    def consents(self, person_id: int) -> Sequence[Consent]:
        return [c for c in self._t.consents if c.person_id == person_id]

    def set_barred(self, person_id: int, community_id: int, barred: bool) -> None:
        pair = (person_id, community_id)
        (self._t.barred.add if barred else self._t.barred.discard)(pair)

    # -- trees

    def add_tree(self, tree: Tree) -> Tree:
        (root,) = tree.messages.values()
        tree_id = self._new_id()
        root = replace(root, id=tree_id, tree_id=tree_id)
        tree = replace(tree, id=tree_id, messages={tree_id: root})
        self._t.trees[tree_id] = tree
        self._index(tree)
        return tree

    def tree(self, tree_id: int) -> Tree | None:
        tree = self._t.trees.get(tree_id)
        return None if tree is None else replace(tree, leases=self._leases(tree_id))

    def _leases(self, tree_id: int) -> tuple[Lease, ...]:
        return tuple(
            Lease(task.id, task.kind, task.target_id, task.person_id)
            for task in self._t.tasks.values()
            if task.is_open and task.tree_id == tree_id and task.target_id is not None
        )

    def free_tree(self, tree_id: int) -> Tree | None:
        return self.tree(tree_id)

    def tree_id_of(self, message_id: int) -> int | None:
        return next((i for i, tree in self._t.trees.items() if message_id in tree.messages), None)

    def add_message(self, message: Message) -> Message:
        return replace(message, id=self._new_id())

    def save_tree(self, tree: Tree) -> None:
        self._t.trees[tree.id] = replace(tree, leases=())
        self._index(tree)

    def _index(self, tree: Tree) -> None:
        wanted = selection.open_work(tree, self._policy)
        for key, (_, slot) in list(self._t.slots.items()):
            if slot.tree_id == tree.id and key not in wanted:
                del self._t.slots[key]
        for key, slot in wanted.items():
            old = self._t.slots.get(key)
            self._t.slots[key] = (old[0] if old else self._new_key(), slot)

    def _new_key(self) -> float:
        return self._now.timestamp() + self._rng.random() * self._policy.shuffle_seconds

    def message_with(self, public_id: str) -> Message | None:
        return next((m for m in self._messages() if m.public_id == public_id), None)

    def _messages(self) -> list[Message]:
        return [m for tree in self._t.trees.values() for m in tree.messages.values()]

    def state_count(self, lang: str, state: TreeState) -> int:
        return sum(t.lang == lang and t.state is state for t in self._t.trees.values())

    def hold_lottery(self, lang: str) -> None:
        """One transaction at a time runs here anyway."""

    def waiting_authors(self, lang: str, month: str) -> Sequence[WaitingAuthor]:
        prompts: dict[int | None, list[int]] = {}
        for tree in self._t.trees.values():
            if tree.lang == lang and tree.state is TreeState.PROMPT_LOTTERY_WAITING:
                author = self._t.people.get(tree.root.author_id or 0)
                if author is None or not author.blocked:
                    prompts.setdefault(tree.root.author_id, []).append(tree.id)
        return [
            WaitingAuthor(author_id, tuple(ids), self._ranked_first(author_id, month))
            for author_id, ids in sorted(prompts.items(), key=lambda item: item[0] or 0)
        ]

    def _ranked_first(self, author_id: int | None, month: str) -> int:
        return self._t.tallies.get(("*", month, author_id or 0), {}).get("ranked_1", 0)

    def backlog_tree_ids(self, lang: str, limit: int) -> Sequence[int]:
        waiting = [
            tree
            for tree in self._t.trees.values()
            if tree.lang == lang and tree.state is TreeState.BACKLOG_RANKING
        ]
        return [tree.id for tree in sorted(waiting, key=lambda t: (t.created_at, t.id))][:limit]

    # -- open work and tasks

    def find_slot(
        self, person_id: int, wishes: Sequence[tuple[TaskKind, str]], skip: Sequence[int] = ()
    ) -> Slot | None:
        for kind, lang in wishes:
            fitting = [
                (slot.urgency, key, slot.target_id, slot)
                for key, slot in self._t.slots.values()
                if slot.kind is kind
                and slot.lang == lang
                and slot.tree_id not in skip
                and self._may_take(person_id, slot)
            ]
            if fitting:
                return min(fitting, key=lambda item: item[:3])[3]
        return None

    def _may_take(self, person_id: int, slot: Slot) -> bool:
        if slot.author_id == person_id:
            return False
        return not any(
            self._rules_out(task, slot)
            for task in self._t.tasks.values()
            if task.person_id == person_id
            and task.target_id == slot.target_id
            and task.state is not TaskState.EXPIRED
        )

    @staticmethod
    def _rules_out(task: Task, slot: Slot) -> bool:
        if slot.kind in REPLYING and task.kind in REPLYING:
            return True
        if slot.kind.ranks and task.kind in REPLYING:
            return task.state is TaskState.ANSWERED
        return task.kind is slot.kind and task.round == slot.round

    def open_work(
        self, person_id: int, languages: Sequence[str], cap: int
    ) -> Mapping[TaskKind, int]:
        counts: dict[TaskKind, int] = {}
        for _, slot in self._t.slots.values():
            if slot.lang in languages and self._may_take(person_id, slot):
                counts[slot.kind] = min(cap, counts.get(slot.kind, 0) + 1)
        return {kind: counts[kind] for kind in TaskKind if kind in counts}

    def add_task(self, task: Task) -> Task:
        expired = [
            old
            for old in self._t.tasks.values()
            if old.person_id == task.person_id
            and task.target_id is not None
            and (old.target_id, old.kind, old.round) == (task.target_id, task.kind, task.round)
        ]
        task = replace(task, id=expired[0].id if expired else self._new_id())
        self._t.tasks[task.id] = task
        key = (task.target_id or 0, task.kind)
        if key in self._t.slots:
            self._t.slots[key] = (self._new_key(), self._t.slots[key][1])
        return task

    def save_task(self, task: Task) -> None:
        self._t.tasks[task.id] = task

    def task(self, task_id: int) -> Task | None:
        return self._t.tasks.get(task_id)

    def task_on(self, person_id: int, target_id: int, kind: TaskKind, round: int) -> Task | None:
        wanted = (person_id, target_id, kind, round)
        for task in self._t.tasks.values():
            if (task.person_id, task.target_id, task.kind, task.round) == wanted:
                return task
        return None

    def open_tasks(self, person_id: int) -> Sequence[Task]:
        mine = [t for t in self._t.tasks.values() if t.person_id == person_id and t.is_open]
        return sorted(mine, key=lambda t: (t.leased_at, t.id), reverse=True)

    def tasks_taken_since(self, person_id: int, since: datetime) -> tuple[int, int]:
        taken = [
            task
            for task in self._t.tasks.values()
            if task.person_id == person_id and task.leased_at > since
        ]
        return len(taken), sum(task.is_open for task in taken)

    def open_prompt_tasks(self, lang: str) -> int:
        return sum(
            task.is_open and task.kind is TaskKind.INITIAL_PROMPT and task.lang == lang
            for task in self._t.tasks.values()
        )

    def last_answer(self, person_id: int, since: datetime) -> Task | None:
        answered = [
            (task.answered_at, task.id, task)
            for task in self._t.tasks.values()
            if task.person_id == person_id
            and task.state is TaskState.ANSWERED
            and task.answered_at is not None
            and task.answered_at >= since
        ]
        return max(answered, key=lambda item: item[:2])[2] if answered else None

    def overdue_tasks(self, now: datetime, limit: int) -> Sequence[Task]:
        overdue = [t for t in self._t.tasks.values() if t.is_open and t.expires_at <= now]
        return sorted(overdue, key=lambda t: (t.expires_at, t.id))[:limit]

    def skips(self, target_id: int) -> int:
        return sum(
            t.target_id == target_id and t.state is TaskState.SKIPPED
            for t in self._t.tasks.values()
        )

    # -- opinions

    def _answers(self, target_id: int) -> list[Task]:
        found = [
            t
            for t in self._t.tasks.values()
            if t.target_id == target_id and t.state is TaskState.ANSWERED
        ]
        return sorted(found, key=lambda t: (t.answered_at or t.leased_at, t.id))

    def reviews(self, message_id: int) -> Sequence[Review]:
        return [
            Review(message_id, task.labels, task.person_id, task.answered_at)
            for task in self._answers(message_id)
            if task.labels is not None
        ]

    def ballots(self, parent_id: int) -> Sequence[Ballot]:
        own = [task.ballot for task in self._answers(parent_id) if task.ballot is not None]
        return [*self._t.imported.get(parent_id, ()), *own]

    def add_ballot(self, parent_id: int, ballot: Ballot) -> None:
        self._t.imported[parent_id] = (*self._t.imported.get(parent_id, ()), ballot)

    def react(self, message_id: int, person_id: int, emoji: str, on: bool) -> bool:
        row = (message_id, person_id, emoji)
        if (row in self._t.reactions) == on:
            return False
        (self._t.reactions.add if on else self._t.reactions.discard)(row)
        return True

    def reactions(self, message_id: int, person_id: int) -> Sequence[str]:
        return sorted(
            emoji for m, p, emoji in self._t.reactions if (m, p) == (message_id, person_id)
        )

    def add_report(self, report: Report) -> Report:
        report = replace(report, id=self._new_id())
        self._t.reports[report.id] = report
        return report

    def reports(self, message_id: int | None = None, *, open_only: bool = True) -> Sequence[Report]:
        return [
            report
            for report in self._t.reports.values()
            if message_id in {None, report.message_id} and not (open_only and report.resolved)
        ]

    def resolve_reports(self, message_id: int) -> None:
        for report in self.reports(message_id):
            self._t.reports[report.id] = replace(report, resolved=True)

    # -- own texts

    def wrote_recently(self, person_id: int, text: str, since: datetime) -> bool:
        return any(
            m.author_id == person_id and m.is_present and m.created_at > since and m.text == text
            for m in self._messages()
        )

    def _texts(self, person_id: int) -> list[tuple[Tree, Message]]:
        found = [
            (tree, message)
            for tree in self._t.trees.values()
            for message in tree.messages.values()
            if message.author_id == person_id
        ]
        return sorted(found, key=lambda pair: pair[1].id, reverse=True)

    def contributions(self, person_id: int, limit: int, offset: int = 0) -> Sequence[Contribution]:
        return [
            Contribution(
                message,
                tree.state,
                sum(m.is_accepted for m in tree.children(message.parent_id))
                if message.parent_id is not None
                else 0,
            )
            for tree, message in self._texts(person_id)[offset : offset + limit]
        ]

    def texts_of(self, person_id: int) -> Sequence[int]:
        return [m.id for _, m in self._texts(person_id) if m.is_present]

    # -- points

    def tally(
        self,
        person_id: int,
        scopes: Sequence[str],
        periods: Sequence[str],
        counts: Mapping[str, int],
    ) -> None:
        for scope in scopes:
            for period in periods:
                key = (scope, period, person_id)
                row = dict(self._t.tallies.get(key, {}))
                for name, by in counts.items():
                    row[name] = row.get(name, 0) + by
                self._t.tallies[key] = row

    def _points(self, counts: Mapping[str, int]) -> int:
        return points.points(counts, self._policy.points)

    def standing(self, person_id: int, scope: str, period: str) -> Standing:
        row = self._t.tallies.get((scope, period, person_id), {})
        counts = {name: row.get(name, 0) for name in self._policy.points}
        listed = [s for s in self._ranked(scope, period) if s.person_id == person_id]
        person = self._t.people[person_id]
        return Standing(
            person_id,
            person.name,
            self._points(counts),
            counts,
            listed[0].place if listed else 0,
        )

    def board(self, scope: str, period: str, limit: int) -> Sequence[Standing]:
        return self._ranked(scope, period)[:limit]

    def _ranked(self, scope: str, period: str) -> list[Standing]:
        rows = []
        for (s, p, person_id), counts in self._t.tallies.items():
            person = self._t.people.get(person_id)
            if (s, p) != (scope, period) or person is None or person.hidden or person.blocked:
                continue
            full = {name: counts.get(name, 0) for name in self._policy.points}
            if self._points(full) > 0:
                rows.append(Standing(person_id, person.name, self._points(full), full))
        rows.sort(key=lambda row: (-row.points, row.person_id))
        return [
            replace(row, place=1 + sum(other.points > row.points for other in rows)) for row in rows
        ]

    # -- the record

    def record(self, entry: AuditEntry) -> None:
        self._t.audit.append(entry)

    def audit(
        self, *, tree_id: int | None = None, subject_id: int | None = None, limit: int = 100
    ) -> Sequence[AuditEntry]:
        found = [
            entry
            for entry in reversed(self._t.audit)
            if tree_id in {None, entry.tree_id} and subject_id in {None, entry.subject_id}
        ]
        return found[:limit]

    # -- linking and leaving

    def add_link_code(self, code_hash: str, person_id: int, expires_at: datetime) -> None:
        self._t.links[code_hash] = (person_id, expires_at)

    def take_link_code(self, code_hash: str, now: datetime) -> int | None:
        person_id, expires_at = self._t.links.pop(code_hash, (0, now))
        return person_id if expires_at > now else None

    def merge_people(self, kept_id: int, gone_id: int) -> Sequence[int]:
        t, touched = self._t, []
        for name, account in t.accounts.items():
            if account.person_id == gone_id:
                t.accounts[name] = replace(account, person_id=kept_id)
        for task in sorted(t.tasks.values(), key=lambda task: task.id):
            if task.person_id == gone_id:
                touched += self._move_task(task, kept_id)
        for tree in t.trees.values():
            messages = {
                i: replace(m, author_id=kept_id) if m.author_id == gone_id else m
                for i, m in tree.messages.items()
            }
            t.trees[tree.id] = replace(tree, messages=messages)
            self._index(replace(t.trees[tree.id], leases=self._leases(tree.id)))
        touched += self._withdraw_opinions_on_own(kept_id)
        t.reactions = {(m, kept_id if p == gone_id else p, e) for m, p, e in t.reactions}
        for (scope, period, person_id), counts in list(t.tallies.items()):
            if person_id == gone_id:
                del t.tallies[scope, period, person_id]
                self.tally(kept_id, [scope], [period], counts)
        del t.people[gone_id]
        return sorted(set(touched))

    def _move_task(self, task: Task, kept_id: int) -> list[int]:
        """Give a task to the kept person; where both did the same, the later one is withdrawn."""
        twin = (
            None
            if task.target_id is None
            else self.task_on(kept_id, task.target_id, task.kind, task.round)
        )
        if twin is None:
            self._t.tasks[task.id] = replace(task, person_id=kept_id)
            return []
        older, newer = sorted((task, twin), key=_when)
        self._t.tasks[older.id] = replace(older, person_id=kept_id)
        self._t.tasks[newer.id] = replace(newer, person_id=0, state=TaskState.WITHDRAWN)
        assert task.target_id is not None
        return [task.target_id]

    def _withdraw_opinions_on_own(self, person_id: int) -> list[int]:
        touched = []
        for task in list(self._t.tasks.values()):
            if task.person_id != person_id or task.target_id is None or task.kind.writes:
                continue
            tree_id = self.tree_id_of(task.target_id)
            assert tree_id is not None
            judged = self._t.trees[tree_id].messages
            ids = (task.target_id,) if task.kind.labels else task.shown
            if any(judged[i].author_id == person_id for i in ids):
                self._t.tasks[task.id] = replace(task, state=TaskState.WITHDRAWN)
                touched.append(task.target_id)
        return touched

    def own_data(self, person_id: int) -> Mapping[str, object]:
        person = self._t.people[person_id]
        return {
            "person": {"name": person.name, "languages": list(person.languages)},
            "accounts": [a.platform for a in self._t.accounts.values() if a.person_id == person_id],
            "texts": [m.text for _, m in self._texts(person_id)],
            "answers": [t.kind.value for t in self._t.tasks.values() if t.person_id == person_id],
        }

    def forget_person(self, person_id: int) -> None:
        t = self._t
        person = t.people.pop(person_id)
        for name, account in list(t.accounts.items()):
            if account.person_id == person_id:
                del t.accounts[name], t.sessions[account.id]
                if person.blocked:
                    t.banned.add(name)
        t.consents = [c for c in t.consents if c.person_id != person_id]
        t.reactions = {row for row in t.reactions if row[1] != person_id}
        t.tallies = {k: v for k, v in t.tallies.items() if k[2] != person_id}
        t.tasks = {
            i: replace(task, person_id=0) if task.person_id == person_id else task
            for i, task in t.tasks.items()
        }
        t.reports = {
            i: replace(r, person_id=None) if r.person_id == person_id else r
            for i, r in t.reports.items()
        }
        for tree in list(t.trees.values()):
            messages = {
                i: replace(m, author_id=None) if m.author_id == person_id else m
                for i, m in tree.messages.items()
            }
            t.trees[tree.id] = replace(tree, messages=messages)


def _when(task: Task) -> tuple[bool, datetime, int]:
    """Answered before unanswered, then the older first."""
    answered = task.state is TaskState.ANSWERED
    return (not answered, task.answered_at or task.leased_at, task.id)
