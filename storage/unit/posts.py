"""Queries about boards on schedule: what is due, what was written down, what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from core.bulletin import Outgoing, PostState
from core.model import TaskKind
from core.schedule import Schedule
from storage.codes import KIND_OF
from storage.convert import columns, listed, replacing
from storage.driver import Row, dollars
from storage.tables.work import FINISHED
from storage.times import micros, micros_or_none, moment, moment_or_none
from storage.unit.base import Part

_SCHEDULE = "community_id board scope timezone weekday hour next_run"
_POST = "community_id board period scope due state begun_at tries external_ref reason"

# When a community wants its boards.
SCHEDULES = f"SELECT {columns('s', _SCHEDULE)} FROM schedule s WHERE s.community_id = $1"
SAVE_SCHEDULE = f"""
INSERT INTO schedule ({listed(_SCHEDULE)}) VALUES ({dollars(7)})
ON CONFLICT (community_id, board) DO UPDATE
SET {replacing("scope timezone weekday hour next_run")}
"""
DROP_SCHEDULE = "DELETE FROM schedule WHERE community_id = $1 AND board = $2"

# What is due, as far as nobody else is at it.
DUE_SCHEDULES = f"""
SELECT {columns("s", _SCHEDULE)} FROM schedule s JOIN community c ON c.id = s.community_id
WHERE s.next_run <= $1 AND c.active
ORDER BY s.next_run, s.community_id, s.board LIMIT $2 FOR UPDATE OF s SKIP LOCKED
"""
COMING_SCHEDULES = f"""
SELECT {columns("s", _SCHEDULE)} FROM schedule s
WHERE s.next_run > $1 AND (s.community_id, s.board) > ($2, $3)
ORDER BY s.community_id, s.board LIMIT $4 FOR UPDATE
"""

# A post; the key lets there be one for a community, board and period.
ADD_POST = f"INSERT INTO outbox ({listed(_POST)}) VALUES ({dollars(10)}) ON CONFLICT DO NOTHING"
SAVE_POST = """
UPDATE outbox SET scope = $4, due = $5, state = $6, begun_at = $7, tries = $8, external_ref = $9,
  reason = $10
WHERE community_id = $1 AND board = $2 AND period = $3
"""
ONE_POST = f"""
SELECT {columns("o", _POST)} FROM outbox o
WHERE o.community_id = $1 AND o.board = $2 AND o.period = $3 FOR UPDATE
"""
POSTS_OF = f"""
SELECT {columns("o", _POST)} FROM outbox o WHERE o.community_id = $1
ORDER BY o.due DESC, o.board DESC, o.period DESC LIMIT $2
"""
POSTS_IN = f"""
SELECT {columns("o", _POST)} FROM outbox o WHERE o.community_id = $1 AND o.state = ANY($3)
ORDER BY o.due DESC, o.board DESC, o.period DESC LIMIT $2
"""

# Posts to be sent now, and posts that were begun long ago, as far as nobody else is at them.
DUE_POSTS = f"""
SELECT {columns("o", _POST)} FROM outbox o JOIN community c ON c.id = o.community_id
WHERE o.state = 'waiting' AND o.due <= $1 AND c.platform = $2
ORDER BY o.due, o.community_id, o.board, o.period LIMIT $3 FOR UPDATE OF o SKIP LOCKED
"""
BEGUN_POSTS = f"""
SELECT {columns("o", _POST)} FROM outbox o JOIN community c ON c.id = o.community_id
WHERE o.state = 'sending' AND c.platform = $1
  AND (o.begun_at + o.tries * $2 <= $3 OR o.begun_at > $3 + $2)
ORDER BY o.due, o.community_id, o.board, o.period LIMIT $4 FOR UPDATE OF o SKIP LOCKED
"""

# What became of posts long ago.
FORGET_POSTS = """
DELETE FROM outbox WHERE (community_id, board, period) IN (
    SELECT community_id, board, period FROM outbox
    WHERE due < $1 AND state NOT IN ('waiting', 'sending') LIMIT $2
)
"""

# The platform's id of a community.
ADDRESS_OF = "SELECT c.id_encrypted FROM community c WHERE c.id = $1"

# Trees that began in a community and became ready in a span of time, however often they did.
FINISHED_TREES = f"""
SELECT count(DISTINCT tree_id) FROM audit
WHERE {FINISHED} AND community_id = $1 AND at >= $2 AND at < $3
"""

# Open work by language and kind.
NEEDS = "SELECT lang, kind, sum(free) FROM slot WHERE free > 0 GROUP BY lang, kind"
NEEDS_IN = """
SELECT lang, kind, sum(free) FROM slot WHERE free > 0 AND lang = ANY($1) GROUP BY lang, kind
"""


class Posts(Part):
    """Schedules and the outbox."""

    def schedules(self, community_id: int) -> Sequence[Schedule]:
        return [_schedule_from_row(row) for row in self.db.rows(SCHEDULES, community_id)]

    def save_schedule(self, schedule: Schedule) -> None:
        self.db.run(
            SAVE_SCHEDULE,
            schedule.community_id,
            schedule.board,
            schedule.scope,
            schedule.timezone,
            schedule.weekday,
            schedule.hour,
            micros(schedule.next_run),
        )

    def drop_schedule(self, community_id: int, board: str) -> None:
        self.db.run(DROP_SCHEDULE, community_id, board)

    def due_schedules(self, now: datetime, limit: int) -> Sequence[Schedule]:
        return [_schedule_from_row(row) for row in self.db.rows(DUE_SCHEDULES, micros(now), limit)]

    def coming(self, now: datetime, beyond: tuple[int, str], limit: int) -> Sequence[Schedule]:
        rows = self.db.rows(COMING_SCHEDULES, micros(now), *beyond, limit)
        return [_schedule_from_row(row) for row in rows]

    def add_post(self, post: Outgoing) -> bool:
        return self.db.run(ADD_POST, *_post_values(post)) > 0

    def post(self, community_id: int, board: str, period: str) -> Outgoing | None:
        row = self.db.row(ONE_POST, community_id, board, period)
        return None if row is None else _post_from_row(row)

    def save_post(self, post: Outgoing) -> None:
        self.db.run(SAVE_POST, *_post_values(post))

    def due_posts(self, platform: str, now: datetime, limit: int) -> Sequence[Outgoing]:
        return [
            _post_from_row(row) for row in self.db.rows(DUE_POSTS, micros(now), platform, limit)
        ]

    def begun_posts(
        self, platform: str, now: datetime, patience: timedelta, limit: int
    ) -> Sequence[Outgoing]:
        span = patience // timedelta(microseconds=1)
        rows = self.db.rows(BEGUN_POSTS, platform, span, micros(now), limit)
        return [_post_from_row(row) for row in rows]

    def posts_of(self, community_id: int, limit: int, *states: PostState) -> Sequence[Outgoing]:
        if states:
            wanted = [state.value for state in states]
            rows = self.db.rows(POSTS_IN, community_id, limit, wanted)
        else:
            rows = self.db.rows(POSTS_OF, community_id, limit)
        return [_post_from_row(row) for row in rows]

    def _forget_posts(self, before: datetime, limit: int) -> int:
        return self.db.run(FORGET_POSTS, micros(before), limit)

    def address_of(self, community_id: int) -> str | None:
        row = self.db.row(ADDRESS_OF, community_id)
        return None if row is None else self.means.identity.decrypted(row[0])

    def finished_trees(self, community_id: int, since: datetime, until: datetime) -> int:
        row = self.db.row(FINISHED_TREES, community_id, micros(since), micros(until))
        assert row is not None
        count: int = row[0]
        return count

    def needs(self, languages: Sequence[str], cap: int) -> Mapping[tuple[str, TaskKind], int]:
        rows = self.db.rows(NEEDS_IN, list(languages)) if languages else self.db.rows(NEEDS)
        return {(lang, KIND_OF[code]): min(cap, int(free)) for lang, code, free in rows}


def _schedule_from_row(row: Row) -> Schedule:
    return Schedule(
        community_id=row[0],
        board=row[1],
        scope=row[2],
        timezone=row[3],
        weekday=row[4],
        hour=row[5],
        next_run=moment(row[6]),
    )


def _post_values(post: Outgoing) -> tuple[int | str | None, ...]:
    return (
        post.community_id,
        post.board,
        post.period,
        post.scope,
        micros(post.due),
        post.state.value,
        micros_or_none(post.begun_at),
        post.tries,
        post.external_ref,
        post.reason,
    )


def _post_from_row(row: Row) -> Outgoing:
    return Outgoing(
        community_id=row[0],
        board=row[1],
        period=row[2],
        scope=row[3],
        due=moment(row[4]),
        state=PostState(row[5]),
        begun_at=moment_or_none(row[6]),
        tries=row[7],
        external_ref=row[8],
        reason=row[9],
    )
