"""People, and what happens when they link accounts or leave, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.model import (
    Task,
    TaskState,
)
from core.people import (
    Account,
    Community,
    Consent,
    Person,
    Session,
    Who,
)
from core.ports import Arrival
from core.testing.records import Records


class People(Records):
    """Persons, accounts, communities, sessions, consent."""

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
        if session.account_id in self._t.sessions:
            self._t.sessions[session.account_id] = session

    def add_consent(self, consent: Consent) -> None:
        self._t.consents.append(consent)

    def consents(self, person_id: int) -> Sequence[Consent]:
        return [c for c in self._t.consents if c.person_id == person_id]

    def set_barred(self, person_id: int, community_id: int, barred: bool) -> None:
        pair = (person_id, community_id)
        (self._t.barred.add if barred else self._t.barred.discard)(pair)

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
