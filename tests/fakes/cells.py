"""Every cell of every table of a store, to look for what must not be there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from storage.open import SqlStore
from storage.tables import metadata


async def cells(store: SqlStore) -> list[tuple[str, Any]]:
    """`table.column` and what stands there, as the database keeps it."""

    def work(unit: Any) -> list[tuple[str, Any]]:
        return [
            (f"{table.name}.{column.name}", value)
            for table in metadata.sorted_tables
            for column in table.columns
            for (value,) in unit.db.rows(f'SELECT "{column.name}" FROM "{table.name}"')
        ]

    return await store.read(work)


def columns_about_people() -> Iterator[str]:
    """Every column that names a person or an account, by foreign key or by what it is called."""
    called = {"author_id", "subject_id", "actor_id", "holder_id", "person_id", "account_id"}
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name in called or _points_to_people(column):
                yield f"{table.name}.{column.name}"


def _points_to_people(column: sa.Column[Any]) -> bool:
    targets = {key.target_fullname for key in column.foreign_keys}
    return bool(targets & {"person.id", "account.id"})
