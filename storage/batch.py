"""Writes that nobody waits for: sent at once on SQLite, together on PostgreSQL.

Each statement sent to a server costs a round trip. What a transaction writes is mostly not
looked at again before it ends, so it is put off and then sent as one statement, before the next
question or the commit, whichever comes first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from storage.driver import Row, Sql, Value

_DOLLAR = re.compile(r"\$(\d+)")
_INTO = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Many:
    """A statement for any number of rows: repeated for each, or once with lists of columns."""

    one: str
    all: str


def insert_many(
    table: str, types: Mapping[str, str], then: str = "", looked_up: Mapping[str, str] = _NOTHING
) -> Many:
    """New rows; `then` says what happens to those that are there already.

    What is `looked_up` is an expression in which another column stands as {name}.
    """
    names = ", ".join((*types, *looked_up))
    numbers = {name: f"${number}" for number, name in enumerate(types, 1)}
    one = ", ".join((*numbers.values(), *(sql.format_map(numbers) for sql in looked_up.values())))
    columns = {name: f"v.{name}" for name in types}
    all = ", ".join((*columns.values(), *(sql.format_map(columns) for sql in looked_up.values())))
    return Many(
        one=f"INSERT INTO {table} ({names}) VALUES ({one}) {then}",
        all=f"INSERT INTO {table} ({names})"
        f" SELECT {all} FROM {_lists(types)} AS v ({', '.join(types)}) {then}",
    )


def update_many(table: str, key: str, types: Mapping[str, str]) -> Many:
    """New values for rows found by their key, which is the first column."""
    names = [name for name in types if name != key]
    set_one = ", ".join(f"{name} = ${number}" for number, name in enumerate(names, 2))
    set_all = ", ".join(f"{name} = v.{name}" for name in names)
    return Many(
        one=f"UPDATE {table} SET {set_one} WHERE {key} = $1",
        all=f"UPDATE {table} SET {set_all} FROM {_lists(types)} AS v ({', '.join(types)})"
        f" WHERE {table}.{key} = v.{key}",
    )


def delete_many(table: str, types: Mapping[str, str]) -> Many:
    """No more of the rows with these values."""
    one = " AND ".join(f"{name} = ${number}" for number, name in enumerate(types, 1))
    all = " AND ".join(f"{table}.{name} = v.{name}" for name in types)
    return Many(
        one=f"DELETE FROM {table} WHERE {one}",
        all=f"DELETE FROM {table} USING {_lists(types)} AS v ({', '.join(types)}) WHERE {all}",
    )


def _lists(types: Mapping[str, str]) -> str:
    casts = (f"CAST(${number} AS {kind}[])" for number, kind in enumerate(types.values(), 1))
    return f"unnest({', '.join(casts)})"


class AtOnce:
    """Every write is sent when it is made."""

    def __init__(self, db: Sql) -> None:
        self.locks = db.locks
        self.rows, self.row, self.run, self.write = db.rows, db.row, db.run, db.run
        self._run_many = db.run_many

    def write_many(self, many: Many, rows: Sequence[Sequence[Value]]) -> None:
        if rows:
            self._run_many(many.one, rows)

    def flush(self) -> None:
        """Nothing was put off."""


class PutOff:
    """Writes wait, and go out together."""

    def __init__(self, db: Sql) -> None:
        self.locks = db.locks
        self._db = db
        self._writes: dict[str, Sequence[Value]] = {}

    def rows(self, sql: str, *values: Value) -> Sequence[Row]:
        self.flush()
        return self._db.rows(sql, *values)

    def row(self, sql: str, *values: Value) -> Row | None:
        self.flush()
        return self._db.row(sql, *values)

    def run(self, sql: str, *values: Value) -> int:
        self.flush()
        return self._db.run(sql, *values)

    def write(self, sql: str, *values: Value) -> None:
        """Put a write off; two to one table go apart, for they may be about the same row.

        Of two changes of a row in one statement the server makes only one.
        """
        if table(sql) in map(table, self._writes):
            self.flush()
        self._writes[sql] = values

    def write_many(self, many: Many, rows: Sequence[Sequence[Value]]) -> None:
        """The same for many rows of a table, of which none comes twice, even in other words."""
        if not rows:
            return
        if many.all in self._writes:
            self.flush()
        self._writes[many.all] = [list(column) for column in zip(*rows, strict=True)]

    def flush(self) -> None:
        """Send what was put off."""
        if self._writes:
            writes, self._writes = self._writes, {}
            self._db.run(
                together(tuple(writes)), *(v for values in writes.values() for v in values)
            )


@lru_cache(maxsize=512)
def table(write: str) -> str:
    """What a statement writes to."""
    found = _INTO.match(write)
    assert found is not None, write
    return found[1]


@lru_cache(maxsize=2048)
def together(statements: tuple[str, ...]) -> str:
    """Several writes as one statement, their values one after the other."""
    if len(statements) == 1:
        return statements[0]
    parts, before = [], 0
    for number, sql in enumerate(statements):
        parts.append(f"w{number} AS ({_shifted(sql, before)})")
        before += max(int(found) for found in _DOLLAR.findall(sql))
    return f"WITH {', '.join(parts)} SELECT 1"


def _shifted(sql: str, by: int) -> str:
    return _DOLLAR.sub(lambda found: f"${int(found[1]) + by}", sql)
