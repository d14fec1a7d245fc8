"""What all tables share: names of constraints, the sizes of keys, and how a column is written."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, text
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Id = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up only in an INTEGER key


class Table(SQLModel):
    """The schema of one table; the hot path reads and writes its rows as plain SQL."""

    metadata = MetaData(naming_convention=NAMES)


def key() -> Any:
    """A number that the database counts up."""
    return Field(default=None, sa_column=Column(Id, primary_key=True, autoincrement=True))


def part(kind: Any, *more: Any) -> Any:
    """One column of a key made of several."""
    return Field(sa_column=Column(kind, *more, primary_key=True, autoincrement=False))


def column(kind: Any, *more: Any, **options: Any) -> Any:
    """A column that every row fills."""
    return Field(sa_column=Column(kind, *more, nullable=False, **options))


def maybe(kind: Any, *more: Any) -> Any:
    """A column that may be empty."""
    return Field(default=None, sa_column=Column(kind, *more, nullable=True))


def to(target: str, **options: Any) -> ForeignKey:
    """A reference to a key, such as `person.id`."""
    return ForeignKey(target, **options)


def index(name: str, *columns: Any, where: str | None = None, unique: bool = False) -> Index:
    """An index, over some of the rows only where `where` says so."""
    partial = None if where is None else text(where)
    return Index(name, *columns, unique=unique, sqlite_where=partial, postgresql_where=partial)


CLUSTERED: Any = {"sqlite_with_rowid": False}
"""On SQLite the key is the table; spares a second tree where rows are short."""

NEVER_AGAIN: Any = {"sqlite_autoincrement": True}
"""A number once given is never given to another row, not even after the newest was deleted."""
