"""Queries about points: counters per person, board and period, and the boards made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from functools import cache, lru_cache, partial
from operator import add
from typing import TypeAlias

from core.points import DONE, forgotten_periods, points
from core.ports import Standing
from storage.batch import Many, insert_many
from storage.convert import columns
from storage.driver import Sql
from storage.unit.base import Means, Part

COUNTERS = (
    "prompts replies_assistant replies_prompter labels_simple labels_full rankings"
    " accepted_prompts accepted_replies_assistant accepted_replies_prompter"
    " ranked_1 ranked_2 ranked_3 compared agreed"
)
Names: TypeAlias = tuple[str, ...]
_NAMES = tuple(COUNTERS.split())

# One person's counters on one board.
STANDING = f"""
SELECT p.name, p.hidden OR p.blocked, {columns("y", COUNTERS)}
FROM person p
LEFT JOIN tally y ON y.person_id = p.id AND y.scope = $2 AND y.period = $3
WHERE p.id = $1
"""

# How many stand above so many points.
ABOVE = """
SELECT count(*) FROM tally y
WHERE y.scope = $1 AND y.period = $2 AND y.points > $3 AND y.unseen = FALSE
"""

# On how many boards of all time somebody has done any task; each is found by its key.
WORKED_FOR = f"""
SELECT count(*) FROM tally y
WHERE y.person_id = $1 AND y.period = 'total' AND y.scope = ANY($2)
  AND {" + ".join(f"y.{name}" for name in DONE)} > 0
"""

# The best of a board. Who is on none is left out twice: by the row, as its index tells, and by
# the person, so that no fault of the first could ever show anybody.
BOARD = f"""
SELECT y.person_id, p.name, y.points, {columns("y", COUNTERS)}
FROM tally y JOIN person p ON p.id = y.person_id
WHERE y.scope = $1 AND y.period = $2 AND y.points > 0 AND y.unseen = FALSE
  AND NOT (p.hidden OR p.blocked)
ORDER BY y.points DESC, y.person_id LIMIT $3
"""

# The one just above somebody, and the one just below.
_NEXT = """
SELECT y.person_id
FROM tally y JOIN person p ON p.id = y.person_id
WHERE y.scope = $1 AND y.period = $2 AND y.points > 0 AND y.unseen = FALSE
  AND NOT (p.hidden OR p.blocked)
"""
JUST_ABOVE = f"""{_NEXT} AND y.points >= $3 AND NOT (y.points = $3 AND y.person_id >= $4)
ORDER BY y.points, y.person_id DESC LIMIT 1
"""
JUST_BELOW = f"""{_NEXT} AND y.points <= $3 AND NOT (y.points = $3 AND y.person_id <= $4)
ORDER BY y.points DESC, y.person_id LIMIT 1
"""

# Counters of days and weeks that are no board any more, board by board.
FORGET_COUNTERS = """
DELETE FROM tally WHERE (person_id, scope, period) IN (
    WITH RECURSIVE board(scope) AS (
        SELECT min(scope) FROM tally
        UNION ALL
        SELECT (SELECT min(y.scope) FROM tally y WHERE y.scope > board.scope) FROM board
        WHERE board.scope IS NOT NULL
    )
    SELECT y.person_id, y.scope, y.period FROM board JOIN tally y ON y.scope = board.scope
    WHERE y.period >= $1 AND y.period < $2 LIMIT $3
)
"""


def add_many(weights: tuple[tuple[str, Fraction], ...]) -> Many:
    """Add to counters and value the sums by these weights, each kind's rounded down."""
    sums = {name: f"tally.{name} + excluded.{name}" for name in _NAMES}
    sets = ", ".join(f"{name} = {sums[name]}" for name in _NAMES)
    then = (
        f"ON CONFLICT (person_id, scope, period) DO UPDATE SET {sets},"
        f" points = {_worth(sums, weights)}"
    )
    types = {"person_id": "BIGINT", "scope": "VARCHAR", "period": "VARCHAR", "points": "INTEGER"}
    unseen = "(SELECT p.hidden OR p.blocked FROM person p WHERE p.id = {person_id})"
    return insert_many(
        "tally", {**types, **dict.fromkeys(_NAMES, "INTEGER")}, then, {"unseen": unseen}
    )


@lru_cache(maxsize=8)
def adding(means: Means) -> Many:
    """The statement for one store, whose policy never changes while it is open."""
    return add_many(tuple(means.policy.points.items()))


@cache
def revalue_sql(weights: tuple[tuple[str, Fraction], ...]) -> str:
    """Value all counters anew, after the weights changed."""
    return f"UPDATE tally SET points = {worth_sql(weights)}"


def worth_sql(weights: tuple[tuple[str, Fraction], ...]) -> str:
    """What a row of counters is worth."""
    return _worth({name: name for name in _NAMES}, weights)


def _worth(sums: Mapping[str, str], weights: tuple[tuple[str, Fraction], ...]) -> str:
    return " + ".join(_value(sums[name], weight) for name, weight in weights if weight) or "0"


def _value(count: str, weight: Fraction) -> str:
    up, down = weight.numerator, weight.denominator
    if down == 1:
        return f"({count}) * {up}"
    product = f"({count}) * {up}"
    return (
        f"CASE WHEN {product} >= 0 THEN {product} / {down}"
        f" ELSE -((-({product}) + {down - 1}) / {down}) END"
    )


@lru_cache(maxsize=256)
def _worth_of(means: Means, counts: tuple[int, ...]) -> int:
    """What so much of each counter is worth; nearly all that is earned is one of a few things."""
    return points(dict(zip(_NAMES, counts, strict=True)), means.policy.points)


class Points(Part):
    """Counters and boards; what is added is written once, when the transaction ends."""

    def __init__(self, db: Sql, means: Means) -> None:
        super().__init__(db, means)
        self._earned: dict[tuple[int, Names, Names], dict[str, int]] = {}

    def tally(
        self,
        person_id: int,
        scopes: Sequence[str],
        periods: Sequence[str],
        counts: Mapping[str, int],
    ) -> None:
        where = (person_id, tuple(scopes), tuple(periods))
        earned = self._earned.get(where)
        if earned is None:
            earned = self._earned[where] = dict.fromkeys(_NAMES, 0)
        for name, by in counts.items():
            earned[name] += by

    def _earned_here(self, person_id: int, scope: str, period: str) -> Counter[str]:
        """What this very transaction adds to one person's counters on one board."""
        found: Counter[str] = Counter()
        for (earner_id, scopes, periods), counts in self._earned.items():
            if earner_id == person_id and scope in scopes and period in periods:
                for name, by in counts.items():
                    found[name] += by
        return found

    def standing(self, person_id: int, scope: str, period: str) -> Standing:
        row = self.db.row(STANDING, person_id, scope, period)
        if row is None:
            raise LookupError(f"there is no person {person_id}")
        name, unseen, *values = row
        counts = dict(self._counts(values))
        for counter, by in self._earned_here(person_id, scope, period).items():
            counts[counter] = counts.get(counter, 0) + by
        total = points(counts, self.means.policy.points)
        place = 0
        if total > 0 and not unseen:
            above = self.db.row(ABOVE, scope, period, total)
            assert above is not None
            place = above[0] + 1
        return Standing(person_id, name, total, counts, place)

    def boards_worked_for(self, person_id: int, scopes: Sequence[str]) -> int:
        self._finish_points()
        row = self.db.row(WORKED_FOR, person_id, list(scopes))
        assert row is not None
        count: int = row[0]
        return count

    def board(self, scope: str, period: str, limit: int) -> Sequence[Standing]:
        self._finish_points()
        standings: list[Standing] = []
        for number, row in enumerate(self.db.rows(BOARD, scope, period, limit), 1):
            person_id, name, total, *counts = row
            tied = bool(standings) and standings[-1].points == total
            place = standings[-1].place if tied else number
            standings.append(Standing(person_id, name, total, self._counts(counts), place))
        return standings

    def neighbours(self, own: Standing, scope: str, period: str) -> Sequence[Standing]:
        if not own.place:
            return []
        found = []
        for sql in (JUST_ABOVE, JUST_BELOW):
            row = self.db.row(sql, scope, period, own.points, own.person_id)
            if row is not None:
                found.append(self.standing(row[0], scope, period))
        return found

    def _forget_counters(self, before: datetime, limit: int) -> int:
        day, week = forgotten_periods(before)
        return sum(
            self.db.run(FORGET_COUNTERS, first, last, limit)
            for first, last in (("d:", day), ("w:", week))
        )

    def _counts(self, values: Sequence[int | None]) -> Mapping[str, int]:
        kept = dict(zip(_NAMES, values, strict=True))
        return {name: kept.get(name) or 0 for name in self.means.policy.points}

    def _finish_points(self) -> None:
        """Write what was earned, person by person, so that no two transactions cross."""
        if self._earned:
            rows = self._rows_earned()
            self._earned.clear()
            self.db.write_many(adding(self.means), rows)

    def _rows_earned(self) -> list[tuple[int | str, ...]]:
        sums: dict[tuple[int, str, str], tuple[int, ...]] = {}
        for (person_id, scopes, periods), counts in self._earned.items():
            if not any(counts.values()):
                continue
            added = tuple(counts.values())
            for scope in scopes:
                for period in periods:
                    where = (person_id, scope, period)
                    old = sums.get(where)
                    sums[where] = added if old is None else tuple(map(add, old, added))
        worth = partial(_worth_of, self.means)
        return [(*where, worth(added), *added) for where, added in sorted(sums.items())]
