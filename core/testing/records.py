"""Opinions, own texts, points and the record, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core import points
from core.agreement import Concord, vote_weight
from core.model import (
    Ballot,
    Message,
    Review,
    Task,
    TaskState,
    Tree,
)
from core.people import (
    AuditEntry,
    Report,
)
from core.ports import Contribution, Standing
from core.testing.work import Work
from core.values import replace


class Records(Work):
    """Reviews, ballots, reactions, reports, texts, tallies, audit."""

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
        own = [
            replace(task.ballot, weight=self._weight(task), is_compared=task.id in self._t.compared)
            for task in self._answers(parent_id)
            if task.ballot is not None
        ]
        return [*self._t.imported.get(parent_id, ()), *own]

    def _weight(self, task: Task) -> float:
        counts = self._t.tallies.get(("*", "total", task.person_id or 0), {})
        concord = Concord(counts.get("compared", 0), counts.get("agreed", 0))
        return vote_weight(concord, self._policy)

    def mark_compared(self, parent_id: int) -> None:
        self._t.compared.update(
            task.id for task in self._answers(parent_id) if task.ballot is not None
        )

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

    def boards_worked_for(self, person_id: int, scopes: Sequence[str]) -> int:
        rows = (self._t.tallies.get((scope, "total", person_id), {}) for scope in scopes)
        return sum(any(row.get(name, 0) > 0 for name in points.DONE) for row in rows)

    def board(self, scope: str, period: str, limit: int) -> Sequence[Standing]:
        return self._ranked(scope, period)[:limit]

    def neighbours(self, own: Standing, scope: str, period: str) -> Sequence[Standing]:
        ranked = self._ranked(scope, period)
        here = next((i for i, row in enumerate(ranked) if row.person_id == own.person_id), None)
        if here is None:
            return []
        return [*ranked[max(0, here - 1) : here], *ranked[here + 1 : here + 2]]

    def _ranked(self, scope: str, period: str) -> list[Standing]:
        rows = []
        for (s, p, person_id), counts in self._t.tallies.items():
            person = self._t.people.get(person_id)
            if (s, p) != (scope, period) or person is None or person.is_unseen:
                continue
            full = {name: counts.get(name, 0) for name in self._policy.points}
            if self._points(full) > 0:
                rows.append(Standing(person_id, person.name, self._points(full), full))
        rows.sort(key=lambda row: (-row.points, row.person_id))
        return [
            replace(row, place=1 + sum(other.points > row.points for other in rows)) for row in rows
        ]

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
