"""Two people becoming one, and one becoming none, in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from core import points
from core.model import Ballot, Fate, Message, Task, TaskState
from core.pace import Limit
from core.people import AuditEntry
from core.testing.records import Records
from core.values import replace


class Links(Records):
    """Codes to link accounts with, merging, leaving."""

    def add_link_code(self, code_hash: str, person_id: int, expires_at: datetime) -> None:
        self._t.links = {c: row for c, row in self._t.links.items() if row[0] != person_id}
        self._t.links[code_hash] = (person_id, expires_at)

    def take_link_code(self, code_hash: str, now: datetime) -> int | None:
        person_id, expires_at = self._t.links.pop(code_hash, (0, now))
        return person_id if expires_at > now else None

    # -- merging

    def merge_people(self, kept_id: int, gone_id: int) -> Sequence[int]:
        touched = self._without_twins(kept_id, gone_id)
        self._hand_over(kept_id, gone_id)
        touched += self._without_opinions_on_own(kept_id)
        for (scope, period, person_id), counts in list(self._t.tallies.items()):
            if person_id == gone_id:
                self.tally(kept_id, [scope], [period], counts)
        self._drop_traces(gone_id)
        del self._t.people[gone_id]
        return sorted(set(touched))

    def _without_twins(self, kept_id: int, gone_id: int) -> list[int]:
        """Of two tasks on the same thing the earlier answer stands; the other counts no more."""
        touched = []
        for task in [x for x in self._t.tasks.values() if x.person_id == gone_id]:
            if task.target_id is None:
                continue
            twin = self.task_on(kept_id, task.target_id, task.kind, task.round)
            if twin is not None:
                _, later = sorted((twin, task), key=_standing)
                self._take_back(later)
                self._t.tasks[later.id] = replace(later, person_id=0, state=TaskState.WITHDRAWN)
                touched.append(task.target_id)
        return touched

    def _hand_over(self, kept_id: int, gone_id: int) -> None:
        t = self._t

        def heir(person_id: int) -> int:
            return kept_id if person_id == gone_id else person_id

        t.accounts = {k: replace(x, person_id=heir(x.person_id)) for k, x in t.accounts.items()}
        t.consents = [replace(x, person_id=heir(x.person_id)) for x in t.consents]
        t.tasks = {i: replace(x, person_id=heir(x.person_id)) for i, x in t.tasks.items()}
        t.reactions = {(m, heir(person), emoji) for m, person, emoji in t.reactions}
        t.barred = {(heir(person), community) for person, community in t.barred}
        t.reports = {
            i: replace(x, person_id=kept_id) if x.person_id == gone_id else x
            for i, x in t.reports.items()
        }
        t.audit = [_with_heir(x, gone_id, kept_id) for x in t.audit]
        if gone_id in t.reminders and kept_id not in t.reminders:
            t.reminders[kept_id] = replace(t.reminders[gone_id], person_id=kept_id)
        for holder, full_at in list(t.allowances.items()):
            if holder.id == gone_id and holder.limit is not Limit.COMMUNITY_TASKS:
                own = replace(holder, id=kept_id)
                t.allowances[own] = max(full_at, t.allowances.get(own, full_at))
        t.memos = {
            i: replace(x, entry=_with_heir(x.entry, gone_id, kept_id)) for i, x in t.memos.items()
        }
        t.sweeps = {
            i: replace(x, actor_id=kept_id) if x.actor_id == gone_id else x
            for i, x in t.sweeps.items()
        }
        self._rewrite_texts(gone_id, lambda message: replace(message, author_id=kept_id))

    def _without_opinions_on_own(self, person_id: int) -> list[int]:
        """Judgements of a person on texts that turn out to be their own count no more."""
        touched = []
        for task in list(self._t.tasks.values()):
            if task.person_id != person_id or not self._judges_own(task):
                continue
            self._take_back(task)
            self._t.tasks[task.id] = replace(task, state=TaskState.WITHDRAWN)
            assert task.target_id is not None
            touched.append(task.target_id)
        return touched

    def _judges_own(self, task: Task) -> bool:
        if task.kind.writes or task.state not in {TaskState.OPEN, TaskState.ANSWERED}:
            return False
        tree = self._t.trees[task.tree_id or 0]
        judged: tuple[Message, ...] = tree.children(task.target_id or 0)
        if task.kind.labels:
            judged = (tree.messages[task.target_id or 0],)
        return any(message.author_id == task.person_id for message in judged)

    def _take_back(self, task: Task) -> None:
        """The points that an answer brought, to its giver and to those it ranked."""
        if task.state is not TaskState.ANSWERED or task.kind.writes:
            return
        when = points.periods(task.answered_at or task.leased_at)
        name = points.contribution(task.kind, full=task.full)
        self.tally(task.person_id, points.scopes(task.community_id, task.lang), when, {name: -1})
        if task.ballot is not None:
            self._take_places_back(task, task.ballot, when)

    def _take_places_back(self, task: Task, ballot: Ballot, when: Sequence[str]) -> None:
        for message_id in sorted(ballot.ids):
            message = self._t.trees[task.tree_id or 0].messages[message_id]
            place = points.ranked_contribution(ballot.place(message_id))
            if place is not None and message.author_id is not None:
                boards = points.scopes(message.community_id, message.lang)
                self.tally(message.author_id, boards, when, {place: -1})

    # -- leaving

    def forget_person(self, person_id: int) -> None:
        t = self._t
        person = t.people.pop(person_id)
        for name, account in list(t.accounts.items()):
            if account.person_id == person_id:
                del t.accounts[name], t.sessions[account.id]
                if person.blocked:
                    t.banned.add(name)
                barred_in = {place for number, place in t.barred if number == person_id}
                if barred_in:
                    t.banned_in[name] = {place: place == person.home_id for place in barred_in}
        t.consents = [c for c in t.consents if c.person_id != person_id]
        t.tasks = {i: _nobodys(x) if x.person_id == person_id else x for i, x in t.tasks.items()}
        t.reports = {
            i: replace(r, person_id=None) if r.person_id == person_id else r
            for i, r in t.reports.items()
        }
        t.audit = [_with_heir(x, person_id, None) for x in t.audit]
        t.memos = {
            i: replace(x, entry=_with_heir(x.entry, person_id, None)) for i, x in t.memos.items()
        }
        t.sweeps = {
            i: replace(x, actor_id=None) if x.actor_id == person_id else x
            for i, x in t.sweeps.items()
        }
        self._rewrite_texts(person_id, _without_author)
        self._drop_traces(person_id)

    # -- both

    def _rewrite_texts(self, person_id: int, changed: Callable[[Message], Message]) -> None:
        for tree in list(self._t.trees.values()):
            messages = {
                i: changed(m) if m.author_id == person_id else m for i, m in tree.messages.items()
            }
            tree = self._t.trees[tree.id] = replace(tree, messages=messages)
            self._index(replace(tree, leases=self._leases(tree.id)))

    def _drop_traces(self, person_id: int) -> None:
        """What nobody needs any more."""
        t = self._t
        t.reactions = {row for row in t.reactions if row[1] != person_id}
        t.barred = {row for row in t.barred if row[0] != person_id}
        t.tallies = {key: row for key, row in t.tallies.items() if key[2] != person_id}
        t.links = {code: row for code, row in t.links.items() if row[0] != person_id}
        t.reminders.pop(person_id, None)
        t.allowances = {
            holder: full_at
            for holder, full_at in t.allowances.items()
            if holder.id != person_id or holder.limit is Limit.COMMUNITY_TASKS
        }


def _standing(task: Task) -> tuple[bool, datetime, int]:
    """Answered before unanswered, then the older first."""
    answered = task.state is TaskState.ANSWERED
    return (not answered, task.answered_at or task.leased_at, task.id)


def _with_heir(entry: AuditEntry, gone_id: int, heir_id: int | None) -> AuditEntry:
    """The entry with somebody else, or nobody, in the place of a person."""
    return replace(
        entry,
        subject_id=heir_id if entry.subject_id == gone_id else entry.subject_id,
        actor_id=heir_id if entry.actor_id == gone_id else entry.actor_id,
    )


def _nobodys(task: Task) -> Task:
    state = TaskState.EXPIRED if task.is_open else task.state
    return replace(task, person_id=0, state=state, draft=None, draft_labels={}, skip_reason=None)


def _without_author(message: Message) -> Message:
    text = "" if message.fate is Fate.WITHDRAWN else message.text
    return replace(message, author_id=None, text=text)
