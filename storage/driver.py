"""How a unit of work speaks to a database: the same plain calls on both, the same SQL on both.

SQL is written once, in PostgreSQL's words with `$1`, `$2` for values. What SQLite says
differently is translated here and nowhere else:

    $1                      ?1
    x = ANY($1)             x IN (SELECT value FROM json_each(?1))
    x <> ALL($1)            x NOT IN (SELECT value FROM json_each(?1))
    FOR UPDATE ...          nothing: there, a writer is alone
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

Row = Sequence[Any]
Value = Any  # int, float, str, bytes, bool, None, or a list of one of them

_LOCK = re.compile(r"\s+FOR (?:NO KEY )?UPDATE(?: OF \w+)?(?: SKIP LOCKED)?")
_ANY = re.compile(r"= ANY\((\$\d+)\)")
_ALL = re.compile(r"<> ALL\((\$\d+)\)")


class Sql(Protocol):
    """A connection inside a transaction."""

    @property
    def locks(self) -> bool:
        """Whether other writers are at work, so that rows must be locked before a decision."""
        ...

    def rows(self, sql: str, *values: Value) -> Sequence[Row]: ...
    def row(self, sql: str, *values: Value) -> Row | None: ...
    def run(self, sql: str, *values: Value) -> int:
        """Run a statement that returns nothing; how many rows it touched."""
        ...

    def run_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> None: ...


@cache
def without_locks(sql: str) -> str:
    """The statement for somebody who only reads."""
    return _LOCK.sub("", sql)


@cache
def for_sqlite(sql: str) -> str:
    """The statement in SQLite's words."""
    sql = _ALL.sub(r"NOT IN (SELECT value FROM json_each(\1))", without_locks(sql))
    sql = _ANY.sub(r"IN (SELECT value FROM json_each(\1))", sql)
    return sql.replace("$", "?")


def dollars(values: int, start: int = 1) -> str:
    """`$1, $2, $3` for so many values."""
    return ", ".join(f"${number}" for number in range(start, start + values))
