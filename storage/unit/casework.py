"""Queries of moderators' work: cases, memos, searches, sweeps, and people as they are named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.casework import Case, Lot, Memo, Search, Sweep
from core.model import Message
from core.people import AuditEntry, Person
from core.values import replace
from storage.casework import MEMO, SWEEP, memo_from_row, sweep_from_row, sweep_values
from storage.convert import (
    AUDIT,
    MESSAGE,
    PERSON,
    audit_from_row,
    columns,
    listed,
    message_from_row,
    person_from_row,
    settings,
)
from storage.driver import Value, dollars
from storage.tables.work import DONE_BY_PEOPLE
from storage.times import micros, moment
from storage.unit.base import Part

# Texts that wait for a moderator, with the time since which they do.
WAITING = """
SELECT r.message_id AS message_id, r.at AS since, r.community_id AS reported_in,
       m.community_id AS written_in
FROM report r JOIN message m ON m.id = r.message_id WHERE NOT r.resolved
UNION ALL
SELECT m.id, m.created_at, m.community_id, m.community_id
FROM message m WHERE m.held AND m.fate = 1
"""
HERE = "WHERE w.reported_in = $1 OR w.written_in = $1"
CASES = f"SELECT w.message_id, min(w.since) FROM ({WAITING}) w"
CASE_COUNT = f"SELECT count(DISTINCT w.message_id) FROM ({WAITING}) w"

# What people did, newest first; in one community.
ACTS = f"""
SELECT {columns("a", AUDIT)} FROM audit a WHERE {DONE_BY_PEOPLE}
ORDER BY a.id DESC LIMIT $1 OFFSET $2
"""
ACTS_IN = ACTS.replace("ORDER BY", "AND a.community_id = $3 ORDER BY")

# People as moderators name them.
OWNER = "SELECT a.person_id FROM account a WHERE a.id_hash = $1"
NAMED = f"SELECT {columns('p', PERSON)} FROM person p WHERE p.name = $1 ORDER BY p.id LIMIT $2"
KNOWN_IN = """
SELECT 1 FROM person p WHERE p.id = $1 AND (p.home_id = $2 OR EXISTS
  (SELECT 1 FROM message m WHERE m.author_id = $1 AND m.community_id = $2))
"""
BARRED = "SELECT 1 FROM barred b WHERE b.person_id = $1 AND b.community_id = $2"

# What log channels are still to be told.
ADD_MEMO = f"INSERT INTO memo ({listed(MEMO)}, due) VALUES ({dollars(11)})"
DUE_MEMOS = f"""
SELECT n.id, {columns("n", MEMO)} FROM memo n
WHERE n.due <= $1 AND n.community_id IN
  (SELECT c.id FROM community c WHERE c.platform = $2)
ORDER BY n.due, n.id LIMIT $3 FOR UPDATE SKIP LOCKED
"""
PUT_OFF_MEMO = "UPDATE memo SET due = $2 WHERE id = $1"
DROP_MEMO = "DELETE FROM memo WHERE id = $1"

# Texts that a search means, as far as SQL can tell; newest first.
FOUND = f"SELECT {columns('m', MESSAGE)} FROM message m WHERE m.id > $1 AND m.id < $2"
NEWEST = "SELECT max(m.id) FROM message m"
LOTS = {
    Lot.PRESENT: "m.fate = 1",
    Lot.HELD: "m.held AND m.fate = 1",
    Lot.REMOVED: "m.fate = 2",
}
_AT_ONCE = 1000

# Acts on many texts.
ADD_SWEEP = f"INSERT INTO sweep ({listed(SWEEP)}) VALUES ({dollars(11)}) RETURNING id"
ONE_SWEEP = f"SELECT s.id, {columns('s', SWEEP)} FROM sweep s WHERE s.id = $1 FOR UPDATE"
SAVE_SWEEP = f"UPDATE sweep SET {settings(SWEEP, 2)} WHERE id = $1"
RUNNING_SWEEP = f"""
SELECT s.id, {columns("s", SWEEP)} FROM sweep s WHERE s.state = 'running'
ORDER BY s.id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
FORGET_SWEEPS = "DELETE FROM sweep WHERE state = 'planned' AND at < $1"


class Casework(Part):
    """What moderators look at, and what they set going."""

    def cases(self, community_id: int | None, limit: int, offset: int = 0) -> Sequence[Case]:
        where, here = ("", []) if community_id is None else (HERE, [community_id])
        n = len(here)
        rows = self.db.rows(
            f"{CASES} {where} GROUP BY w.message_id ORDER BY 2, 1 LIMIT ${n + 1} OFFSET ${n + 2}",
            *here,
            limit,
            offset,
        )
        return [Case(message_id, moment(since)) for message_id, since in rows]

    def case_count(self, community_id: int | None) -> int:
        where, here = ("", []) if community_id is None else (HERE, [community_id])
        return self._number(f"{CASE_COUNT} {where}", *here)

    def acts(self, community_id: int | None, limit: int, offset: int = 0) -> Sequence[AuditEntry]:
        sql, here = (ACTS, []) if community_id is None else (ACTS_IN, [community_id])
        return [audit_from_row(row) for row in self.db.rows(sql, limit, offset, *here)]

    def _number(self, sql: str, *values: Value) -> int:
        row = self.db.row(sql, *values)
        number: int = (row[0] or 0) if row is not None else 0
        return number

    # -- people

    def account_owner(self, platform: str, external_id: str) -> int | None:
        for id_hash in self.means.identity.hashes(platform, external_id):
            row = self.db.row(OWNER, id_hash)
            if row is not None:
                person_id: int = row[0]
                return person_id
        return None

    def people_named(self, name: str, limit: int) -> Sequence[Person]:
        return [person_from_row(row) for row in self.db.rows(NAMED, name, limit)]

    def is_known_in(self, person_id: int, community_id: int) -> bool:
        return self.db.row(KNOWN_IN, person_id, community_id) is not None

    def is_barred(self, person_id: int, community_id: int) -> bool:
        return self.db.row(BARRED, person_id, community_id) is not None

    # -- memos

    def add_memo(self, memo: Memo) -> None:
        entry = memo.entry
        self.db.write(
            ADD_MEMO,
            memo.community_id,
            micros(entry.at),
            entry.act,
            entry.tree_id,
            entry.message_id,
            entry.subject_id,
            entry.actor_id,
            entry.before,
            entry.after,
            entry.reason,
            micros(entry.at),
        )

    def due_memos(
        self, platform: str, now: datetime, again: datetime, limit: int
    ) -> Sequence[Memo]:
        rows = self.db.rows(DUE_MEMOS, micros(now), platform, limit)
        for row in rows:
            self.db.run(PUT_OFF_MEMO, row[0], micros(again))
        return [memo_from_row(row) for row in rows]

    def drop_memo(self, memo_id: int) -> None:
        self.db.run(DROP_MEMO, memo_id)

    # -- searches

    def found(self, search: Search, *, above: int, below: int, limit: int) -> Sequence[Message]:
        sql, values = _conditions(search)
        found: list[Message] = []
        while len(found) < limit:
            rows = self.db.rows(sql, above, below, _AT_ONCE, *values)
            texts = [message_from_row(row) for row in rows]
            found += [message for message in texts if search.matches(message.text)]
            if len(rows) < _AT_ONCE:
                break
            below = texts[-1].id
        return found[:limit]

    def newest_message_id(self) -> int:
        return self._number(NEWEST)

    def add_sweep(self, sweep: Sweep) -> Sweep:
        row = self.db.row(ADD_SWEEP, *sweep_values(sweep))
        assert row is not None
        return replace(sweep, id=row[0])

    def sweep(self, sweep_id: int) -> Sweep | None:
        row = self.db.row(ONE_SWEEP, sweep_id)
        return None if row is None else sweep_from_row(row)

    def save_sweep(self, sweep: Sweep) -> None:
        self.db.run(SAVE_SWEEP, sweep.id, *sweep_values(sweep))

    def running_sweep(self) -> Sweep | None:
        row = self.db.row(RUNNING_SWEEP)
        return None if row is None else sweep_from_row(row)

    def forget_sweeps(self, before: datetime) -> int:
        return self.db.run(FORGET_SWEEPS, micros(before))


def _conditions(search: Search) -> tuple[str, list[Value]]:
    """What SQL can tell of a search; the first three values are the bounds and how many."""
    wanted: list[tuple[str, Value]] = []
    if search.lang is not None:
        wanted.append(("m.lang =", search.lang))
    if search.author_id is not None:
        wanted.append(("m.author_id =", search.author_id))
    if search.community_id is not None:
        wanted.append(("m.community_id =", search.community_id))
    if search.since is not None:
        wanted.append(("m.created_at >=", micros(search.since)))
    if search.until is not None:
        wanted.append(("m.created_at <", micros(search.until)))
    terms = [LOTS[search.lot], *(f"{what} ${n}" for n, (what, _) in enumerate(wanted, 4))]
    where = "".join(f" AND {term}" for term in terms)
    return f"{FOUND}{where} ORDER BY m.id DESC LIMIT $3", [value for _, value in wanted]
