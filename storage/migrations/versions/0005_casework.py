"""Moderators' work: memos for log channels, acts on many texts, warnings, who acted where."""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("person", sa.Column("warning", sa.String(), nullable=True))
    op.create_index("ix_person_name", "person", ["name"])
    op.add_column("audit", sa.Column("community_id", ID, nullable=True))
    op.create_index(
        "ix_audit_community_id",
        "audit",
        ["community_id"],
        sqlite_where=sa.text("community_id IS NOT NULL"),
        postgresql_where=sa.text("community_id IS NOT NULL"),
    )
    op.create_index(
        "ix_message_held",
        "message",
        ["id"],
        sqlite_where=sa.text("held"),
        postgresql_where=sa.text("held"),
    )
    op.create_table(
        "memo",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("tree_id", ID, nullable=True),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("subject_id", ID, nullable=True),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_memo_community_id_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memo")),
    )
    op.create_table(
        "sweep",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("above", ID, nullable=False),
        sa.Column("below", ID, nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("community_id", ID, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweep")),
    )
