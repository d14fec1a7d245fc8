"""Queries about a person as a whole: linking accounts, merging two people, data, leaving."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from core.model import Ballot, Task, TaskState
from core.points import contribution, periods, ranked_contribution, scopes
from storage.codes import STATE
from storage.convert import TASK, columns, task_from_row
from storage.times import micros
from storage.unit.allowances import OF_PERSONS
from storage.unit.lottery import Lottery
from storage.unit.opinions import LABELLING_CODES, RANKING_CODES
from storage.unit.owndata import OwnData
from storage.unit.points import COUNTERS
from storage.unit.work import Work

# A code to link with, one for a person, and what it stood for.
DROP_CODES = "DELETE FROM link_code WHERE person_id = $1"
ADD_CODE = "INSERT INTO link_code (code_hash, person_id, expires_at) VALUES ($1, $2, $3)"
TAKE_CODE = "DELETE FROM link_code WHERE code_hash = $1 RETURNING person_id, expires_at"

# Every tree that a person wrote or works in, ours alone, always in the same order.
LOCK_TREES_OF = """
SELECT t.id FROM tree t WHERE t.id IN (
  SELECT m.tree_id FROM message m WHERE m.author_id = ANY($1)
  UNION SELECT k.tree_id FROM task k WHERE k.person_id = ANY($1))
ORDER BY t.id FOR UPDATE
"""

# Two tasks on the same thing, one of each person.
TWINS = f"""
SELECT {columns("k", TASK)}, {columns("g", TASK)} FROM task g
JOIN task k ON k.target_id = g.target_id AND k.kind = g.kind AND k.round = g.round
WHERE g.person_id = $2 AND k.person_id = $1 ORDER BY g.id
"""
_KEPT, _GONE = slice(0, 23), slice(23, None)

# Judgements of a person on texts that turn out to be their own.
ON_OWN = f"""
SELECT {columns("k", TASK)} FROM task k
WHERE k.person_id = $1 AND k.state IN (1, 2) AND (
     k.kind IN ({LABELLING_CODES})
     AND EXISTS (SELECT 1 FROM message m WHERE m.id = k.target_id AND m.author_id = $1)
  OR k.kind IN ({RANKING_CODES})
     AND EXISTS (SELECT 1 FROM message m WHERE m.tree_id = k.tree_id
                 AND m.parent_id = k.target_id AND m.author_id = $1))
ORDER BY k.id
"""

# A task whose answer no longer counts; one that nobody's hand is on.
WITHDRAW = f"UPDATE task SET state = {STATE[TaskState.WITHDRAWN]} WHERE id = $1"
DISOWN = f"UPDATE task SET state = {STATE[TaskState.WITHDRAWN]}, person_id = NULL WHERE id = $1"

# Who wrote a message, where and in which language.
AUTHOR_OF = "SELECT m.author_id, m.community_id, m.lang FROM message m WHERE m.id = $1"

# What one person wrote is about to get another author, or none: what is published of it changes.
TOUCH_MOVED = """
UPDATE tree SET touched_at = COALESCE(touched_at, 0) + 1
WHERE CAST($1 AS BIGINT) <> CAST($2 AS BIGINT)
  AND id IN (SELECT m.tree_id FROM message m WHERE m.author_id = $2)
"""
TOUCH_LEFT = """
UPDATE tree SET touched_at = COALESCE(touched_at, 0) + 1
WHERE id IN (SELECT m.tree_id FROM message m WHERE m.author_id = $1)
"""

# Everything of one person becomes the other's.
MOVES = (
    TOUCH_MOVED,
    "UPDATE account SET person_id = $1 WHERE person_id = $2",
    "UPDATE consent SET person_id = $1 WHERE person_id = $2",
    "UPDATE task SET person_id = $1 WHERE person_id = $2",
    "UPDATE message SET author_id = $1 WHERE author_id = $2",
    "UPDATE slot SET author_id = $1 WHERE author_id = $2",
    "UPDATE report SET person_id = $1 WHERE person_id = $2",
    "UPDATE audit SET subject_id = $1 WHERE subject_id = $2",
    "UPDATE audit SET actor_id = $1 WHERE actor_id = $2",
    "UPDATE memo SET subject_id = $1 WHERE subject_id = $2",
    "UPDATE memo SET actor_id = $1 WHERE actor_id = $2",
    "UPDATE sweep SET actor_id = $1 WHERE actor_id = $2",
    """INSERT INTO reaction (message_id, person_id, emoji)
       SELECT r.message_id, CAST($1 AS BIGINT), r.emoji FROM reaction r WHERE r.person_id = $2
       ON CONFLICT DO NOTHING""",
    """INSERT INTO barred (person_id, community_id)
       SELECT CAST($1 AS BIGINT), b.community_id FROM barred b WHERE b.person_id = $2
       ON CONFLICT DO NOTHING""",
    """UPDATE reminder SET person_id = $1 WHERE person_id = $2
       AND NOT EXISTS (SELECT 1 FROM reminder r WHERE r.person_id = $1)""",
    f"""INSERT INTO bucket (kind, holder_id, full_at)
       SELECT u.kind, CAST($1 AS BIGINT), u.full_at FROM bucket u
       WHERE u.holder_id = $2 AND u.kind IN ({OF_PERSONS})
       ON CONFLICT (kind, holder_id) DO UPDATE
       SET full_at = CASE WHEN excluded.full_at > bucket.full_at THEN excluded.full_at
                          ELSE bucket.full_at END""",
)
TALLIES = f"SELECT y.scope, y.period, {columns('y', COUNTERS)} FROM tally y WHERE y.person_id = $1"

# What goes with a person: first what nobody needs, then the traces in what stays.
GOES = (
    "DELETE FROM reaction WHERE person_id = $1",
    "DELETE FROM barred WHERE person_id = $1",
    "DELETE FROM tally WHERE person_id = $1",
    "DELETE FROM link_code WHERE person_id = $1",
    "DELETE FROM reminder WHERE person_id = $1",
    f"DELETE FROM bucket WHERE holder_id = $1 AND kind IN ({OF_PERSONS})",
)
FORGET_BLOCKED = """
INSERT INTO blocked_hash (id_hash)
SELECT a.id_hash FROM account a JOIN person p ON p.id = a.person_id
WHERE a.person_id = $1 AND p.blocked ON CONFLICT DO NOTHING
"""
FORGET_BARRED = """
INSERT INTO barred_hash (id_hash, community_id, home)
SELECT a.id_hash, b.community_id, COALESCE(b.community_id = p.home_id, FALSE)
FROM account a JOIN person p ON p.id = a.person_id JOIN barred b ON b.person_id = a.person_id
WHERE a.person_id = $1 ON CONFLICT DO NOTHING
"""
FORGETS = (
    TOUCH_LEFT,
    "DELETE FROM session WHERE account_id IN (SELECT id FROM account WHERE person_id = $1)",
    "DELETE FROM account WHERE person_id = $1",
    "DELETE FROM consent WHERE person_id = $1",
    """DELETE FROM message_revision WHERE message_id IN
       (SELECT id FROM message WHERE author_id = $1)""",
    "UPDATE message SET text = '' WHERE author_id = $1 AND fate = 3",
    "UPDATE message SET author_id = NULL WHERE author_id = $1",
    "UPDATE slot SET author_id = NULL WHERE author_id = $1",
    "UPDATE task SET state = 4 WHERE person_id = $1 AND state = 1",
    "UPDATE task SET draft = NULL, draft_labels = NULL, skip_reason = NULL WHERE person_id = $1",
    "UPDATE task SET person_id = NULL WHERE person_id = $1",
    "UPDATE report SET person_id = NULL WHERE person_id = $1",
    "UPDATE audit SET subject_id = NULL WHERE subject_id = $1",
    "UPDATE audit SET actor_id = NULL WHERE actor_id = $1",
    "UPDATE memo SET subject_id = NULL WHERE subject_id = $1",
    "UPDATE memo SET actor_id = NULL WHERE actor_id = $1",
    "UPDATE sweep SET actor_id = NULL WHERE actor_id = $1",
)
DELETE_PERSON = "DELETE FROM person WHERE id = $1"


class Links(Work, Lottery, OwnData):
    """Two people becoming one, and one becoming none."""

    def add_link_code(self, code_hash: str, person_id: int, expires_at: datetime) -> None:
        self.db.run(DROP_CODES, person_id)
        self.db.write(ADD_CODE, code_hash, person_id, micros(expires_at))

    def take_link_code(self, code_hash: str, now: datetime) -> int | None:
        row = self.db.row(TAKE_CODE, code_hash)
        if row is None or row[1] <= micros(now):
            return None
        person_id: int = row[0]
        return person_id

    def merge_people(self, kept_id: int, gone_id: int) -> Sequence[int]:
        self.db.rows(LOCK_TREES_OF, [kept_id, gone_id])
        touched = [self._without_twin(*pair) for pair in self._twins(kept_id, gone_id)]
        for sql in MOVES:
            self.db.run(sql, kept_id, gone_id)
        touched += self._without_opinions_on_own(kept_id)
        self._move_points(kept_id, gone_id)
        for sql in (*GOES, DELETE_PERSON):
            self.db.run(sql, gone_id)
        self._written_elsewhere()
        return sorted({message_id for message_id in touched if message_id is not None})

    def _twins(self, kept_id: int, gone_id: int) -> list[tuple[Task, Task]]:
        return [
            (task_from_row(row[_KEPT]), task_from_row(row[_GONE]))
            for row in self.db.rows(TWINS, kept_id, gone_id)
        ]

    def _without_twin(self, kept: Task, gone: Task) -> int | None:
        """Of two tasks on the same thing the earlier answer stands; the other counts no more."""
        _, later = sorted((kept, gone), key=_standing)
        self._take_back(later)
        self.db.run(DISOWN, later.id)
        return later.target_id

    def _without_opinions_on_own(self, person_id: int) -> list[int | None]:
        touched = []
        for row in self.db.rows(ON_OWN, person_id):
            task = task_from_row(row)
            self._take_back(task)
            self.db.run(WITHDRAW, task.id)
            touched.append(task.target_id)
        return touched

    def _take_back(self, task: Task) -> None:
        """The points that an answer brought, to its giver and to those it ranked."""
        if task.state is not TaskState.ANSWERED or task.answered_at is None or task.kind.writes:
            return
        when = periods(task.answered_at)
        name = contribution(task.kind, full=task.full)
        self.tally(task.person_id, scopes(task.community_id, task.lang), when, {name: -1})
        for author_id, boards, place in self._ranked_authors(task.ballot):
            self.tally(author_id, boards, when, {place: -1})

    def _ranked_authors(self, ballot: Ballot | None) -> Iterator[tuple[int, Sequence[str], str]]:
        for message_id in sorted(ballot.ids) if ballot else ():
            name = ranked_contribution(ballot.place(message_id)) if ballot else None
            row = self.db.row(AUTHOR_OF, message_id)
            if name is not None and row is not None and row[0] is not None:
                yield row[0], scopes(row[1], row[2]), name

    def _move_points(self, kept_id: int, gone_id: int) -> None:
        self._finish_points()
        names = COUNTERS.split()
        for scope, period, *counts in self.db.rows(TALLIES, gone_id):
            self.tally(kept_id, [scope], [period], dict(zip(names, counts, strict=True)))

    def forget_person(self, person_id: int) -> None:
        self._finish_points()
        self.db.rows(LOCK_TREES_OF, [person_id])
        for sql in (FORGET_BLOCKED, FORGET_BARRED):
            self.db.run(sql, person_id)
        for sql in (*GOES, *FORGETS, DELETE_PERSON):
            self.db.run(sql, person_id)
        self._written_elsewhere()


def _standing(task: Task) -> tuple[bool, datetime, int]:
    """Answered before unanswered, then the older first."""
    answered = task.state is TaskState.ANSWERED
    return (not answered, task.answered_at or task.leased_at, task.id)
