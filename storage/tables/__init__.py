"""The schema, table by table; Alembic compares migrations with it."""

from sqlalchemy import MetaData

from storage.tables import casework, people, trees, work
from storage.tables.base import Table

__all__ = ["casework", "metadata", "people", "trees", "work"]

metadata: MetaData = Table.metadata
