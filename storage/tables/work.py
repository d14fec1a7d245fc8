"""Tables of work: open work, tasks, points, and what every process must agree on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    false,
)
from sqlmodel import Field

from storage.tables.base import (
    CLUSTERED,
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


class SlotRow(Table, table=True):
    """Open work: one row per message and kind that can be leased now; gone when satisfied."""

    __tablename__ = "slot"
    __table_args__ = (
        index("ix_slot_wanted", "lang", "kind", "urgency", "key", "target_id", where="free > 0"),
        index("ix_slot_tree_id", "tree_id"),
        CLUSTERED,
    )

    target_id: int = part(Id)
    kind: int = part(SmallInteger)
    tree_id: int = column(Id)
    lang: str = column(String)
    free: int = column(Integer)
    urgency: int = column(SmallInteger)
    key: float = column(Float(53))  # oldest first, blurred; see the policy's shuffle_seconds
    round: int = column(Integer)
    author_id: int | None = maybe(Id)


class TaskRow(Table, table=True):
    """One request to one person: lease, answer and skip in one row."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("target_id", "kind", "round", "person_id"),
        index("ix_task_person", "person_id", "state", "leased_at"),
        index("ix_task_open", "tree_id", "expires_at", where="state = 1"),
        index("ix_task_open_prompt", "lang", where="state = 1 AND kind = 1"),
    )

    id: int | None = key()
    kind: int = column(SmallInteger)
    person_id: int | None = maybe(Id, to("person.id"))  # empty once the person has left
    lang: str = column(String)
    leased_at: datetime = column(UtcTime)
    expires_at: datetime = column(UtcTime)
    tree_id: int | None = maybe(Id, to("tree.id"))
    target_id: int | None = maybe(Id, to("message.id"))
    round: int = column(Integer)
    state: int = column(SmallInteger)
    community_id: int | None = maybe(Id, to("community.id"))
    platform: str = column(String)
    full: bool = Field(sa_column=Column("full_form", Boolean, nullable=False))
    shown: str | None = maybe(String)  # JSON
    draft: str | None = maybe(String)
    draft_labels: str | None = maybe(String)
    version: int = column(Integer)
    answered_at: datetime | None = maybe(UtcTime)
    labels: str | None = maybe(String)
    ballot: str | None = maybe(String)
    message_id: int | None = maybe(Id, to("message.id"))
    settled: bool = column(Boolean)
    skip_reason: str | None = maybe(String)
    compared: bool = column(Boolean, server_default=false())  # a ballot, with those of others


class TallyRow(Table, table=True):
    """One person's counters on one board: the names of Policy.points, and votes compared."""

    __tablename__ = "tally"
    __table_args__ = (
        index("ix_tally_board", "scope", "period", "unseen", "points"),
        CLUSTERED,
    )

    person_id: int = part(Id, to("person.id"))
    scope: str = part(String)
    period: str = part(String)
    points: int = column(Integer)
    prompts: int = column(Integer)
    replies_assistant: int = column(Integer)
    replies_prompter: int = column(Integer)
    labels_simple: int = column(Integer)
    labels_full: int = column(Integer)
    rankings: int = column(Integer)
    accepted_prompts: int = column(Integer)
    accepted_replies_assistant: int = column(Integer)
    accepted_replies_prompter: int = column(Integer)
    ranked_1: int = column(Integer)
    ranked_2: int = column(Integer)
    ranked_3: int = column(Integer)
    compared: int = column(Integer)  # pairs of replies, with the majority of other voters
    agreed: int = column(Integer)  # half agreements among them
    unseen: bool = column(Boolean, server_default=false())  # of somebody who is on no board


FINISHED = "act = 'state' AND after = 'ready_for_export'"
DONE_BY_PEOPLE = "act <> 'state'"
"""Trees that were finished, and acts of people; SQLite wants these very words in the query."""


class AuditRow(Table, table=True):
    """One act that changed a tree's state or a person's rights; only ever added to."""

    __tablename__ = "audit"
    __table_args__ = (
        index("ix_audit_tree_id", "tree_id", where="tree_id IS NOT NULL"),
        index("ix_audit_subject_id", "subject_id", where="subject_id IS NOT NULL"),
        index("ix_audit_finished", "community_id", "at", where=FINISHED),
        index("ix_audit_community_id", "community_id", "id", where=DONE_BY_PEOPLE),
        index("ix_audit_act", "id", where=DONE_BY_PEOPLE),
    )

    id: int | None = key()
    at: datetime = column(UtcTime)
    act: str = column(String)
    tree_id: int | None = maybe(Id)
    message_id: int | None = maybe(Id)
    subject_id: int | None = maybe(Id)
    actor_id: int | None = maybe(Id)
    before: str | None = maybe(String)
    after: str | None = maybe(String)
    reason: str | None = maybe(String)
    community_id: int | None = maybe(Id)  # where it was done; of a state, where the tree began


class SeenRow(Table, table=True):
    """An event that was handled, as a number made of its key, so that a repeat stores nothing."""

    __tablename__ = "seen"

    event: int = part(Id)
    second: int = column(Id)  # since 1970; short, for there are many rows


class MetaRow(Table, table=True):
    """A fact about the store itself."""

    __tablename__ = "meta"
    __table_args__ = CLUSTERED

    key: str = part(String)
    value: str = column(String)


class ScheduleRow(Table, table=True):
    """When a community's board is due next; claimed by whichever process comes first."""

    __tablename__ = "schedule"
    __table_args__ = (index("ix_schedule_next_run", "next_run"),)

    community_id: int = part(Id, to("community.id"))
    board: str = part(String)
    scope: str = column(String)
    timezone: str = column(String)
    weekday: int = column(SmallInteger)
    hour: int = column(SmallInteger)
    next_run: datetime = column(UtcTime)


class OutboxRow(Table, table=True):
    """A board post: written before it is sent, marked after, so never sent twice."""

    __tablename__ = "outbox"
    __table_args__ = (
        index("ix_outbox_open", "state", "due", where="state IN ('waiting', 'sending')"),
    )

    community_id: int = part(Id, to("community.id"))
    board: str = part(String)
    period: str = part(String)
    scope: str = column(String)
    due: datetime = column(UtcTime)
    state: str = column(String)
    begun_at: datetime | None = maybe(UtcTime)
    tries: int = column(Integer)
    external_ref: str | None = maybe(String)
    reason: str | None = maybe(String)


class BucketRow(Table, table=True):
    """When an allowance that was used will be full again; shared by all processes."""

    __tablename__ = "bucket"
    __table_args__ = CLUSTERED

    kind: int = part(SmallInteger)  # a number of core.pace.Limit
    holder_id: int = part(Id)  # of the person or community
    full_at: datetime = column(UtcTime)
