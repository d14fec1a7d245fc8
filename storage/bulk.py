"""Making a small store large: its trees, copied many times over by the database itself.

For measurements only. Every copy is a whole of its own: trees, messages, tasks, ballots and open
work under new numbers, done by other people, so that each invariant of the store holds.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import asyncpg

from core.policy import Policy
from storage import tables
from storage.address import Address
from storage.driver import for_sqlite
from storage.sqlite import prepare
from storage.unit.points import COUNTERS, revalue_sql

_AT_ONCE = 250
"""Copies made by one statement."""

_COPIES = """
WITH RECURSIVE copies (k) AS (
  SELECT CAST($1 AS BIGINT) UNION ALL SELECT k + 1 FROM copies WHERE k < CAST($2 AS BIGINT))
"""

# How each column of a copied row follows from the first: `x` is the row, `k` the copy's number.
_TREE = "x.{c} + k * $3"
_TASK = "x.{c} + k * $4"
_PERSON = "CASE WHEN x.{c} IS NULL THEN NULL ELSE 1 + (x.{c} - 1 + k * 41) % $5 END"
_PUBLIC = "substr(x.{c}, 1, 24) || substr(CAST(1000000000000 + k AS VARCHAR), 2)"

_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "tree": {"id": _TREE},
    "message": {
        "id": _TREE,
        "tree_id": _TREE,
        "parent_id": _TREE,
        "public_id": _PUBLIC,
        "author_id": _PERSON,
    },
    "task": {
        "id": _TASK,
        "person_id": _PERSON,
        "tree_id": _TREE,
        "target_id": _TREE,
        "message_id": _TREE,
    },
    "slot": {"target_id": _TREE, "tree_id": _TREE, "author_id": _PERSON},
    "audit": {"id": "NULL", "tree_id": _TREE, "actor_id": _PERSON, "subject_id": _PERSON},
}


class Bulk(Protocol):
    """A connection for big statements, each in its own transaction."""

    async def run(self, sql: str, *values: object) -> None: ...
    async def many(self, sql: str, rows: Sequence[Sequence[object]]) -> None: ...
    async def rows(self, sql: str, *values: object) -> Sequence[Sequence[Any]]: ...
    async def finish(self) -> None: ...


class SqliteBulk:
    """Bulk work on a file that nobody else has open."""

    def __init__(self, address: Address) -> None:
        assert address.path is not None
        self._db = sqlite3.connect(address.path, isolation_level=None)
        prepare(self._db)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA foreign_keys = OFF")

    async def run(self, sql: str, *values: object) -> None:
        self._db.execute(for_sqlite(sql), values)

    async def many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        self._db.execute("BEGIN")
        self._db.executemany(for_sqlite(sql), rows)
        self._db.execute("COMMIT")

    async def rows(self, sql: str, *values: object) -> Sequence[Sequence[Any]]:
        return self._db.execute(for_sqlite(sql), values).fetchall()

    async def finish(self) -> None:
        self._db.execute("ANALYZE")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()


class PostgresBulk:
    """Bulk work on a server."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        self._db = connection

    @classmethod
    async def connect(cls, address: Address) -> PostgresBulk:
        connection = await asyncpg.connect(address.url)
        await connection.execute("SET synchronous_commit = off")
        return cls(connection)

    async def run(self, sql: str, *values: object) -> None:
        await self._db.execute(sql, *values)

    async def many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        await self._db.executemany(sql, rows)

    async def rows(self, sql: str, *values: object) -> Sequence[Sequence[Any]]:
        found: Any = await self._db.fetch(sql, *values)
        rows: Sequence[Sequence[Any]] = found
        return rows

    async def finish(self) -> None:
        for table in ("tree", "message", "task", "slot", "audit", "person", "tally"):
            await self._db.execute(f"VACUUM ANALYZE {table}")
        for table in ("message", "task", "person", "audit"):
            await self._db.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
        await self._db.close()


@dataclass(frozen=True, slots=True)
class _First:
    """The numbers of the rows that are copied."""

    copies: int
    tree_step: int
    task_step: int
    people: int


async def multiply(
    address: Address, policy: Policy, copies: int, people: int, progress: Callable[[float], None]
) -> None:
    """Copy everything in a store until it is there `copies` times, shared by `people` persons.

    `people` must be more than the store has; `progress` is called with shares of the whole.
    """
    bulk: Bulk = (
        SqliteBulk(address) if address.path is not None else await PostgresBulk.connect(address)
    )
    (top,) = await bulk.rows("SELECT max(id), (SELECT max(id) FROM task) FROM message")
    first = _First(copies, top[0], top[1], people)
    await _add_people(bulk, people)
    for low in range(1, copies, _AT_ONCE):
        high = min(copies - 1, low + _AT_ONCE - 1)
        await _copy(bulk, first, low, high)
        progress(high / copies)
    if copies > 1:
        await _copy_tallies(bulk, first)
    await bulk.run(revalue_sql(tuple(policy.points.items())))
    await bulk.run("UPDATE lang_state SET count = count * $1", copies)
    await bulk.finish()


async def _add_people(bulk: Bulk, people: int) -> None:
    columns = [c for c in _names("person") if c not in {"id", "name"}]
    listed = ", ".join(columns)
    await bulk.run(
        f"""
WITH RECURSIVE more (n) AS (
  SELECT max(id) + 1 FROM person UNION ALL SELECT n + 1 FROM more WHERE n < CAST($1 AS BIGINT))
INSERT INTO person (id, name, {listed})
SELECT n, 'volunteer ' || n, {", ".join(f"x.{c}" for c in columns)}
FROM more, person x WHERE x.id = (SELECT min(id) FROM person)
""",
        people,
    )


async def _copy(bulk: Bulk, first: _First, low: int, high: int) -> None:
    for table in ("tree", "message", "task", "slot", "audit"):
        sql, uses_people = _copy_sql(table)
        values: list[object] = [low, high, first.tree_step, first.task_step]
        await bulk.run(sql, *values, *([first.people] if uses_people else []))
    ballots = await bulk.rows(
        "SELECT id, shown, ballot FROM task WHERE id <= $1 AND shown IS NOT NULL", first.task_step
    )
    rows = [
        (id + k * first.task_step, _moved(shown, k, first), _moved(ballot, k, first))
        for k in range(low, high + 1)
        for id, shown, ballot in ballots
    ]
    await bulk.many("UPDATE task SET shown = $2, ballot = $3 WHERE id = $1", rows)


def _copy_sql(table: str) -> tuple[str, bool]:
    rules = _COLUMNS[table]
    columns = [c for c in _names(table) if rules.get(c) != "NULL"]
    values = [rules.get(c, "x.{c}").format(c=c) for c in columns]
    key = "tree_id" if table in {"slot", "audit"} else "id"
    top = "$4" if table == "task" else "$3"
    sql = f"""
INSERT INTO {table} ({", ".join(columns)}) {_COPIES}
SELECT {", ".join(values)} FROM copies, {table} x
WHERE x.{key} <= {top} AND $3 + $4 > 0
"""
    sql = re.sub(r"\$([345])", r"CAST($\1 AS BIGINT)", sql)
    return sql, "$5" in sql


def _moved(text: str | None, k: int, first: _First) -> str | None:
    """Message ids in a stored order, moved to those of a copy."""
    if text is None:
        return None
    step = k * first.tree_step
    return re.sub(r"\d{2,}|(?<=[\[,])\d", lambda found: str(int(found[0]) + step), text)


async def _copy_tallies(bulk: Bulk, first: _First) -> None:
    """Points of all copies, added up for the people they were given to."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in f"points {COUNTERS}".split())
    person = _PERSON.format(c="person_id").replace("$5", "CAST($3 AS BIGINT)")
    columns = f"person_id, scope, period, {', '.join(f'points {COUNTERS}'.split())}"
    await bulk.run(
        f"""
INSERT INTO tally ({columns}) {_COPIES}
SELECT person, scope, period, {", ".join(f"points {COUNTERS}".split())} FROM (
  SELECT {person} AS person, x.scope, x.period, {sums}
  FROM copies, tally x GROUP BY 1, 2, 3) AS y WHERE TRUE
ON CONFLICT (person_id, scope, period) DO UPDATE
SET {", ".join(f"{c} = tally.{c} + excluded.{c}" for c in f"points {COUNTERS}".split())}
""",
        1,
        first.copies - 1,
        first.people,
    )


def _names(table: str) -> list[str]:
    return [column.name for column in tables.metadata.tables[table].columns]
