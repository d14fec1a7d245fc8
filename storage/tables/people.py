"""Tables of people: persons, accounts, communities, consent, sessions, blocks, links."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, LargeBinary, SmallInteger, String, UniqueConstraint

from storage.tables.base import (
    CLUSTERED,
    NEVER_AGAIN,
    Id,
    Table,
    column,
    index,
    key,
    maybe,
    part,
    to,
)
from storage.times import UtcTime


class CommunityRow(Table, table=True):
    """A server or group; its platform id as keyed hash and encrypted."""

    __tablename__ = "community"
    __table_args__ = (UniqueConstraint("id_hash"),)

    id: int | None = key()
    platform: str = column(String)
    id_hash: bytes = column(LargeBinary)
    id_encrypted: bytes = column(LargeBinary)
    name: str = column(String)
    languages: str = column(String)  # codes, separated by commas
    settings: str | None = maybe(String)  # JSON
    active: bool = column(Boolean)


class PersonRow(Table, table=True):
    """A human being, apart from any platform."""

    __tablename__ = "person"
    __table_args__ = (
        index("ix_person_unseen", "id", where="hidden OR blocked"),
        index("ix_person_name", "name"),
        NEVER_AGAIN,
    )

    id: int | None = key()
    created_at: datetime = column(UtcTime)
    name: str = column(String)
    interface: str | None = maybe(String)
    languages: str = column(String)
    kinds: str = column(String)
    timezone: str = column(String)
    hidden: bool = column(Boolean)
    reminders: bool = column(Boolean)
    consent_version: int | None = maybe(SmallInteger)
    consented_at: datetime | None = maybe(UtcTime)
    blocked: bool = column(Boolean)
    block_reason: str | None = maybe(String)
    streak_days: int = column(SmallInteger)
    streak_last_day: str | None = maybe(String)  # ISO date
    streak_frozen_week: str | None = maybe(String)
    streak_best: int = column(SmallInteger)
    tutorials: str = column(String)
    home_id: int | None = maybe(Id, to("community.id"))
    notice: str | None = maybe(String)  # said once, at the next screen
    warning: str | None = maybe(String)


class AccountRow(Table, table=True):
    """One platform identity of a person; its platform id as keyed hash and encrypted."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("id_hash"),
        index("ix_account_person_id", "person_id"),
        NEVER_AGAIN,
    )

    id: int | None = key()
    person_id: int = column(Id, to("person.id"))
    platform: str = column(String)
    id_hash: bytes = column(LargeBinary)
    id_encrypted: bytes = column(LargeBinary)


class ReminderRow(Table, table=True):
    """A person's wish to be reminded; moved on to the next day before anything is sent."""

    __tablename__ = "reminder"
    __table_args__ = (
        index("ix_reminder_account_id", "account_id"),
        index("ix_reminder_due", "platform", "next_run"),
    )

    person_id: int = part(Id, to("person.id"))
    account_id: int = column(Id, to("account.id"))
    platform: str = column(String)
    hour: int = column(SmallInteger)
    next_run: datetime = column(UtcTime)
    last_day: str | None = maybe(String)  # ISO date
    week: str | None = maybe(String)
    calls: int = column(SmallInteger)


class ConsentRow(Table, table=True):
    """What a person said about the terms; only ever added to."""

    __tablename__ = "consent"
    __table_args__ = (index("ix_consent_person_id", "person_id"),)

    id: int | None = key()
    person_id: int = column(Id, to("person.id"))
    act: str = column(String)
    version: int = column(SmallInteger)
    language: str = column(String)
    platform: str = column(String)
    at: datetime = column(UtcTime)


class SessionRow(Table, table=True):
    """Where the conversation with one account stands."""

    __tablename__ = "session"

    account_id: int = part(Id, to("account.id"))
    step: str = column(String)
    task_id: int | None = maybe(Id)
    data: str | None = maybe(String)  # JSON
    version: int = column(Id)


class BarredRow(Table, table=True):
    """A person who may not contribute in one community."""

    __tablename__ = "barred"
    __table_args__ = CLUSTERED

    person_id: int = part(Id, to("person.id"))
    community_id: int = part(Id, to("community.id"))


class BlockedHashRow(Table, table=True):
    """The keyed hash of a blocked person's account; all that outlives their deletion."""

    __tablename__ = "blocked_hash"
    __table_args__ = CLUSTERED

    id_hash: bytes = part(LargeBinary)


class BarredHashRow(Table, table=True):
    """The same of somebody blocked in one community; gone once they are back and barred again."""

    __tablename__ = "barred_hash"
    __table_args__ = CLUSTERED

    id_hash: bytes = part(LargeBinary)
    community_id: int = part(Id, to("community.id"))
    home: bool = column(Boolean)  # whether they came from there


class LinkCodeRow(Table, table=True):
    """A code that joins a second account to a person; kept as its hash."""

    __tablename__ = "link_code"
    __table_args__ = (index("ix_link_code_person_id", "person_id"),)

    code_hash: str = part(String)
    person_id: int = column(Id, to("person.id"))
    expires_at: datetime = column(UtcTime)
