"""Moderators' work, in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from core.casework import Case, Lot, Memo, Search, Sweep, SweepState
from core.model import Fate, Message
from core.people import AuditEntry, Person
from core.testing.reminders import Reminders
from core.values import replace


class Casework(Reminders):
    """What moderators look at, and what they set going."""

    def cases(self, community_id: int | None, limit: int, offset: int = 0) -> Sequence[Case]:
        found = [
            Case(message_id, since) for message_id, since in self._waiting(community_id).items()
        ]
        return sorted(found, key=lambda c: (c.since, c.message_id))[offset : offset + limit]

    def case_count(self, community_id: int | None) -> int:
        return len(self._waiting(community_id))

    def _waiting(self, community_id: int | None) -> dict[int, datetime]:
        found: dict[int, datetime] = {}
        messages = {m.id: m for m in self._messages()}
        waiting = [
            (messages[r.message_id], r.at, r.community_id)
            for r in self._t.reports.values()
            if not r.resolved
        ]
        waiting += [
            (m, m.created_at, m.community_id) for m in messages.values() if m.held and m.is_present
        ]
        for message, since, reported_in in waiting:
            if community_id in {None, reported_in, message.community_id}:
                found[message.id] = min(since, found.get(message.id, since))
        return found

    def acts(self, community_id: int | None, limit: int, offset: int = 0) -> Sequence[AuditEntry]:
        found = [
            entry
            for entry in reversed(self._t.audit)
            if entry.act != "state" and community_id in {None, entry.community_id}
        ]
        return found[offset : offset + limit]

    def account_owner(self, platform: str, external_id: str) -> int | None:
        account = self._t.accounts.get((platform, external_id))
        return None if account is None else account.person_id

    def people_named(self, name: str, limit: int) -> Sequence[Person]:
        found = [p for p in self._t.people.values() if p.name == name]
        return sorted(found, key=lambda p: p.id)[:limit]

    def is_known_in(self, person_id: int, community_id: int) -> bool:
        person = self._t.people.get(person_id)
        return person is not None and (
            person.home_id == community_id
            or any(
                (m.author_id, m.community_id) == (person_id, community_id) for m in self._messages()
            )
        )

    def is_barred(self, person_id: int, community_id: int) -> bool:
        return (person_id, community_id) in self._t.barred

    # -- memos

    def add_memo(self, memo: Memo) -> None:
        memo = replace(memo, id=self._new_id())
        self._t.memos[memo.id] = memo
        self._t.memos_due[memo.id] = memo.entry.at

    def due_memos(
        self, platform: str, now: datetime, again: datetime, limit: int
    ) -> Sequence[Memo]:
        when = self._t.memos_due
        waiting = [
            memo
            for memo in self._t.memos.values()
            if when[memo.id] <= now and self._platform_of(memo.community_id) == platform
        ]
        due = sorted(waiting, key=lambda memo: (when[memo.id], memo.id))[:limit]
        when.update((memo.id, again) for memo in due)
        return due

    def _platform_of(self, community_id: int) -> str | None:
        community = self.community(community_id)
        return None if community is None else community.platform

    def drop_memo(self, memo_id: int) -> None:
        self._t.memos.pop(memo_id, None)
        self._t.memos_due.pop(memo_id, None)

    # -- searches

    def found(self, search: Search, *, above: int, below: int, limit: int) -> Sequence[Message]:
        meant = [
            m
            for m in self._messages()
            if above < m.id < below and _is_meant(search, m) and search.matches(m.text)
        ]
        return sorted(meant, key=lambda m: -m.id)[:limit]

    def newest_message_id(self) -> int:
        return max((m.id for m in self._messages()), default=0)

    def add_sweep(self, sweep: Sweep) -> Sweep:
        sweep = replace(sweep, id=self._new_id())
        self._t.sweeps[sweep.id] = sweep
        return sweep

    def sweep(self, sweep_id: int) -> Sweep | None:
        return self._t.sweeps.get(sweep_id)

    def save_sweep(self, sweep: Sweep) -> None:
        self._t.sweeps[sweep.id] = sweep

    def running_sweep(self) -> Sweep | None:
        running = (s for s in self._t.sweeps.values() if s.state is SweepState.RUNNING)
        return next(running, None)

    def forget_sweeps(self, before: datetime) -> int:
        old = [
            s.id for s in self._t.sweeps.values() if s.state is SweepState.PLANNED and s.at < before
        ]
        for sweep_id in old:
            del self._t.sweeps[sweep_id]
        return len(old)


def _is_meant(search: Search, message: Message) -> bool:
    return (
        search.lang in {None, message.lang}
        and search.author_id in {None, message.author_id}
        and search.community_id in {None, message.community_id}
        and (search.since is None or message.created_at >= search.since)
        and (search.until is None or message.created_at < search.until)
        and _LOTS[search.lot](message)
    )


_LOTS: Mapping[Lot, Callable[[Message], bool]] = {
    Lot.PRESENT: lambda m: m.fate is Fate.PRESENT,
    Lot.HELD: lambda m: m.held and m.fate is Fate.PRESENT,
    Lot.REMOVED: lambda m: m.fate is Fate.DELETED,
}
