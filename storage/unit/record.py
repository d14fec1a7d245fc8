"""Queries about the record: the audit rows."""

from __future__ import annotations

from collections.abc import Sequence

from core.people import AuditEntry
from storage.convert import AUDIT, audit_from_row, columns, listed
from storage.driver import dollars
from storage.times import micros
from storage.unit.base import Part

# One act.
RECORD = f"INSERT INTO audit ({listed(AUDIT)}) VALUES ({dollars(10)})"

# Acts, newest first; all, or those on one tree or person.
ACTS = f"SELECT {columns('a', AUDIT)} FROM audit a"


class Record(Part):
    """What was done, by whom, to what; only ever added to."""

    def record(self, entry: AuditEntry) -> None:
        self.db.write(
            RECORD,
            micros(entry.at),
            entry.act,
            entry.tree_id,
            entry.message_id,
            entry.subject_id,
            entry.actor_id,
            entry.before,
            entry.after,
            entry.reason,
            entry.community_id,
        )

    def audit(
        self, *, tree_id: int | None = None, subject_id: int | None = None, limit: int = 100
    ) -> Sequence[AuditEntry]:
        wanted, values = [], [limit]
        for name, value in (("tree_id", tree_id), ("subject_id", subject_id)):
            if value is not None:
                values.append(value)
                wanted.append(f"a.{name} = ${len(values)}")
        where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
        rows = self.db.rows(f"{ACTS}{where} ORDER BY a.id DESC LIMIT $1", *values)
        return [audit_from_row(row) for row in rows]
