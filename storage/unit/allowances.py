"""Queries about allowances: when they are full again, shared by all processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from core.pace import Allowance, Holder, Limit
from storage.times import micros, moment
from storage.unit.base import Part

OF_PERSONS = f"{Limit.PERSON_TASKS:d}, {Limit.LINK_TRIES:d}"
"""The kinds whose holders are persons."""


@cache
def full_at_sql(holders: int) -> str:
    """When some allowances are full again; a few rows, found by their key."""
    each = (f"(b.kind = ${n} AND b.holder_id = ${n + 1})" for n in range(1, 1 + 2 * holders, 2))
    return f"SELECT b.kind, b.holder_id, b.full_at FROM bucket b WHERE {' OR '.join(each)}"


@cache
def use_sql(holders: int) -> str:
    """One less for so many: full when the new row says (`$1` is now), or so much later than it was.

    Nobody who uses one at the same moment is forgotten, as the row is changed where it is; a
    moment beyond `$2` was kept by a clock that was wrong.
    """
    rows = ", ".join(
        f"(CAST(${n} AS SMALLINT), CAST(${n + 1} AS BIGINT), CAST(${n + 2} AS BIGINT))"
        for n in range(3, 3 + 3 * holders, 3)
    )
    return f"""
    INSERT INTO bucket (kind, holder_id, full_at) VALUES {rows}
    ON CONFLICT (kind, holder_id) DO UPDATE
    SET full_at = CASE WHEN bucket.full_at BETWEEN CAST($1 AS BIGINT) AND CAST($2 AS BIGINT)
                       THEN bucket.full_at + excluded.full_at - CAST($1 AS BIGINT)
                       ELSE excluded.full_at END
    """


class Allowances(Part):
    """How often."""

    def full_at(self, holders: Sequence[Holder]) -> Mapping[Holder, datetime]:
        values = (number for holder in holders for number in (int(holder.limit), holder.id))
        rows = self.db.rows(full_at_sql(len(holders)), *values)
        found = {Holder(Limit(kind), number): moment(at) for kind, number, at in rows}
        return {holder: found[holder] for holder in holders if holder in found}

    def use(self, allowances: Mapping[Holder, Allowance], now: datetime) -> None:
        latest = max(allowance.sane(now) for allowance in allowances.values())
        rows = [
            (int(holder.limit), holder.id, micros(allowance.less_one(None, now)))
            for holder, allowance in allowances.items()
        ]
        values = (value for row in rows for value in row)
        self.db.write(use_sql(len(rows)), micros(now), micros(latest), *values)
