"""Queries about opinions: reviews, ballots, reactions, reports; and a person's own texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.agreement import Concord, vote_weight
from core.model import LABELLING, RANKING, Ballot, Review, TreeState
from core.people import Report
from core.ports import Contribution
from core.values import replace
from storage.codes import (
    KIND,
    ballot_from_text,
    cast,
    ids_from_text,
    labels_from_text,
    text_from_ballot,
)
from storage.convert import (
    MESSAGE,
    columns,
    message_from_row,
)
from storage.driver import Row
from storage.times import micros, micros_or_none, moment, moment_or_none
from storage.unit.base import Part

LABELLING_CODES = ", ".join(str(KIND[kind]) for kind in sorted(LABELLING))
RANKING_CODES = ", ".join(str(KIND[kind]) for kind in sorted(RANKING))

# What reviewers said about a message, oldest first.
REVIEWS = f"""
SELECT k.labels, k.person_id, k.answered_at FROM task k
WHERE k.target_id = $1 AND k.kind IN ({LABELLING_CODES}) AND k.state = 2
ORDER BY k.answered_at, k.id
"""

# How the replies to a message were ordered: ballots that came with an imported tree, then ours.
IMPORTED_BALLOTS = (
    "SELECT b.ballot, b.at FROM imported_ballot b WHERE b.parent_id = $1 ORDER BY b.id"
)
BALLOTS = f"""
SELECT k.ballot, k.person_id, k.answered_at, k.shown, k.compared, y.compared, y.agreed
FROM task k
LEFT JOIN tally y ON y.person_id = k.person_id AND y.scope = '*' AND y.period = 'total'
WHERE k.target_id = $1 AND k.kind IN ({RANKING_CODES}) AND k.state = 2
ORDER BY k.answered_at, k.id
"""
COMPARED = f"""
UPDATE task SET compared = TRUE
WHERE target_id = $1 AND kind IN ({RANKING_CODES}) AND state = 2 AND NOT compared
"""
ADD_BALLOT = "INSERT INTO imported_ballot (parent_id, ballot, at) VALUES ($1, $2, $3)"

# Reactions: on, off, and those of one person to one message.
REACT = """
INSERT INTO reaction (message_id, person_id, emoji) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
UNREACT = "DELETE FROM reaction WHERE message_id = $1 AND person_id = $2 AND emoji = $3"
REACTIONS = """
SELECT r.emoji FROM reaction r WHERE r.message_id = $1 AND r.person_id = $2 ORDER BY r.emoji
"""

# Complaints: a new one, all, all that wait, those about one message, done with.
ADD_REPORT = """
INSERT INTO report (message_id, person_id, reason, at, community_id, resolved)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
"""
_REPORT = "id message_id person_id reason at community_id resolved"
REPORTS = f"SELECT {columns('r', _REPORT)} FROM report r"
RESOLVE = "UPDATE report SET resolved = TRUE WHERE message_id = $1 AND NOT resolved"

# Whether a person sent this very text lately.
WROTE = """
SELECT 1 FROM message m
WHERE m.author_id = $1 AND m.created_at > $2 AND m.text = $3 AND m.fate = 1 LIMIT 1
"""

# A person's texts, newest first, with their trees and how many replies stand beside each.
CONTRIBUTIONS = f"""
SELECT t.state,
  (SELECT count(*) FROM message x WHERE x.tree_id = m.tree_id AND x.parent_id = m.parent_id
     AND x.accepted AND x.fate = 1 AND NOT x.held),
  {columns("m", MESSAGE)}
FROM message m JOIN tree t ON t.id = m.tree_id
WHERE m.author_id = $1 ORDER BY m.created_at DESC, m.id DESC LIMIT $2 OFFSET $3
"""
TEXTS_OF = """
SELECT m.id FROM message m WHERE m.author_id = $1 AND m.fate = 1
ORDER BY m.created_at DESC, m.id DESC
"""


class Opinions(Part):
    """What people think of messages, and what they wrote themselves."""

    def reviews(self, message_id: int) -> Sequence[Review]:
        return [
            Review(message_id, labels_from_text(labels) or {}, person_id, moment_or_none(at))
            for labels, person_id, at in self.db.rows(REVIEWS, message_id)
        ]

    def ballots(self, parent_id: int) -> Sequence[Ballot]:
        imported = [
            cast(ballot_from_text(text), None, moment_or_none(at))
            for text, at in self.db.rows(IMPORTED_BALLOTS, parent_id)
        ]
        return [*imported, *map(self._own_ballot, self.db.rows(BALLOTS, parent_id))]

    def _own_ballot(self, row: Row) -> Ballot:
        text, person_id, at, shown, is_compared, pairs, halves = row
        ballot = cast(ballot_from_text(text, ids_from_text(shown)), person_id, moment_or_none(at))
        weight = vote_weight(Concord(pairs or 0, halves or 0), self.means.policy)
        return replace(ballot, weight=weight, is_compared=bool(is_compared))

    def mark_compared(self, parent_id: int) -> None:
        self.db.run(COMPARED, parent_id)

    def add_ballot(self, parent_id: int, ballot: Ballot) -> None:
        self.db.write(ADD_BALLOT, parent_id, text_from_ballot(ballot), micros_or_none(ballot.at))

    def react(self, message_id: int, person_id: int, emoji: str, on: bool) -> bool:
        return self.db.run(REACT if on else UNREACT, message_id, person_id, emoji) > 0

    def reactions(self, message_id: int, person_id: int) -> Sequence[str]:
        return [row[0] for row in self.db.rows(REACTIONS, message_id, person_id)]

    def add_report(self, report: Report) -> Report:
        row = self.db.row(
            ADD_REPORT,
            report.message_id,
            report.person_id,
            report.reason,
            micros(report.at),
            report.community_id,
            report.resolved,
        )
        assert row is not None
        return replace(report, id=row[0])

    def reports(self, message_id: int | None = None, *, open_only: bool = True) -> Sequence[Report]:
        wanted = ["NOT r.resolved"] if open_only else []
        values = []
        if message_id is not None:
            wanted.append("r.message_id = $1")
            values.append(message_id)
        where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
        rows = self.db.rows(f"{REPORTS}{where} ORDER BY r.id", *values)
        return [_report_from_row(row) for row in rows]

    def resolve_reports(self, message_id: int) -> None:
        self.db.write(RESOLVE, message_id)

    # -- own texts

    def wrote_recently(self, person_id: int, text: str, since: datetime) -> bool:
        return self.db.row(WROTE, person_id, micros(since), text) is not None

    def contributions(self, person_id: int, limit: int, offset: int = 0) -> Sequence[Contribution]:
        return [
            Contribution(message_from_row(row[2:]), TreeState(row[0]), row[1])
            for row in self.db.rows(CONTRIBUTIONS, person_id, limit, offset)
        ]

    def texts_of(self, person_id: int) -> Sequence[int]:
        return [row[0] for row in self.db.rows(TEXTS_OF, person_id)]


def _report_from_row(row: Row) -> Report:
    return Report(row[0], row[1], row[2], row[3], moment(row[4]), row[5], bool(row[6]))
