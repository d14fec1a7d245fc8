"""Tables of moderators' work: what a log channel is still to be told, and acts on many texts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, String

from storage.tables.base import Id, Table, column, key, maybe, to
from storage.times import UtcTime


class MemoRow(Table, table=True):
    """What the log channel of a community is still to be told; gone once it was."""

    __tablename__ = "memo"

    id: int | None = key()
    community_id: int = column(Id, to("community.id"))
    due: datetime = column(UtcTime)
    at: datetime = column(UtcTime)
    act: str = column(String)
    tree_id: int | None = maybe(Id)
    message_id: int | None = maybe(Id)
    subject_id: int | None = maybe(Id)
    actor_id: int | None = maybe(Id)
    before: str | None = maybe(String)
    after: str | None = maybe(String)
    reason: str | None = maybe(String)


class SweepRow(Table, table=True):
    """One act on all the texts that a search found."""

    __tablename__ = "sweep"

    id: int | None = key()
    search: str = column(String)  # JSON
    act: str = column(String)
    at: datetime = column(UtcTime)
    above: int = column(Id)
    below: int = column(Id)
    counted: int = column(Integer)
    actor_id: int | None = maybe(Id)
    community_id: int | None = maybe(Id)
    reason: str | None = maybe(String)
    state: str = column(String)
    done: int = column(Integer)
