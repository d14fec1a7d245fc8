"""Tables of conversation: trees, messages, what was said about them, and counts per language."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Integer, SmallInteger, String, UniqueConstraint, false

from storage.tables.base import CLUSTERED, Id, Table, column, index, key, maybe, part, to
from storage.times import UtcTime

UNFINISHED = """state NOT IN ('ready_for_export', 'aborted_low_grade', 'halted_by_moderator')"""
"""The trees that are looked for by state; SQLite wants these very words in the query."""


class TreeRow(Table, table=True):
    """A conversation tree; its id is the id of its root message."""

    __tablename__ = "tree"
    __table_args__ = (index("ix_tree_unfinished", "state", "lang", "id", where=UNFINISHED),)

    id: int = part(Id)
    lang: str = column(String)
    state: str = column(String)
    goal_size: int = column(SmallInteger)
    max_depth: int = column(SmallInteger)
    max_children: int = column(SmallInteger)
    prompter_replies: int = column(SmallInteger)
    prompt_reviews: int = column(SmallInteger)
    reply_reviews: int = column(SmallInteger)
    min_rankings: int = column(SmallInteger)
    max_rankings: int = column(SmallInteger)
    created_at: datetime = column(UtcTime)
    origin: str | None = maybe(String)
    licence: str | None = maybe(String)
    grows_since: datetime | None = maybe(UtcTime)
    touched_at: datetime | None = maybe(UtcTime)


class MessageRow(Table, table=True):
    """One text, with the counts kept about it."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("public_id"),
        index("ix_message_tree_id", "tree_id"),
        index("ix_message_author", "author_id", "created_at", where="author_id IS NOT NULL"),
        index("ix_message_held", "id", where="held"),
    )

    id: int | None = key()
    public_id: str = column(String)
    tree_id: int = column(Id, to("tree.id", deferrable=True, initially="DEFERRED"))
    parent_id: int | None = maybe(Id, to("message.id"))
    role: int = column(SmallInteger)
    depth: int = column(SmallInteger)
    text: str = column(String)
    lang: str = column(String)
    created_at: datetime = column(UtcTime)
    author_id: int | None = maybe(Id, to("person.id"))
    pseudonym: str | None = maybe(String)
    from_file: bool = column(Boolean, server_default=false())
    community_id: int | None = maybe(Id, to("community.id"))
    platform: str = column(String)
    review_count: int = column(Integer)
    labels: str | None = maybe(String)  # sums, as in storage.codes
    accepted: bool | None = maybe(Boolean)
    decided_at: datetime | None = maybe(UtcTime)
    held: bool = column(Boolean)
    fate: int = column(SmallInteger)
    synthetic: bool = column(Boolean)
    model_name: str | None = maybe(String)
    sampling: str | None = maybe(String)
    edited: bool = column(Boolean)
    emojis: str | None = maybe(String)  # JSON
    rank: int | None = maybe(SmallInteger)
    ballots: int = column(Integer)
    ballots_needed: int = column(Integer)
    ballot_round: int = column(Integer)


class MessageRevisionRow(Table, table=True):
    """What an edited message said before; gone when it is withdrawn."""

    __tablename__ = "message_revision"
    __table_args__ = (index("ix_message_revision_message_id", "message_id"),)

    id: int | None = key()
    message_id: int = column(Id, to("message.id"))
    text: str = column(String)


class LangStateRow(Table, table=True):
    """How many trees of a language are in a state; kept, not counted."""

    __tablename__ = "lang_state"
    __table_args__ = CLUSTERED

    lang: str = part(String)
    state: str = part(String)
    count: int = column(Integer)


class ImportedBallotRow(Table, table=True):
    """A ballot that came with an imported tree."""

    __tablename__ = "imported_ballot"
    __table_args__ = (index("ix_imported_ballot_parent_id", "parent_id"),)

    id: int | None = key()
    parent_id: int = column(Id, to("message.id"))
    ballot: str = column(String)
    at: datetime | None = maybe(UtcTime)


class ReactionRow(Table, table=True):
    """One person's emoji on one message."""

    __tablename__ = "reaction"
    __table_args__ = (index("ix_reaction_person_id", "person_id"), CLUSTERED)

    message_id: int = part(Id, to("message.id"))
    person_id: int = part(Id, to("person.id"))
    emoji: str = part(String)


class ReportRow(Table, table=True):
    """A complaint about a message."""

    __tablename__ = "report"
    __table_args__ = (
        index("ix_report_message_id", "message_id"),
        index("ix_report_person_id", "person_id"),
        index("ix_report_open", "id", where="NOT resolved"),
    )

    id: int | None = key()
    message_id: int = column(Id, to("message.id"))
    person_id: int | None = maybe(Id, to("person.id"))
    reason: str = column(String)
    at: datetime = column(UtcTime)
    community_id: int | None = maybe(Id, to("community.id"))
    resolved: bool = column(Boolean)
