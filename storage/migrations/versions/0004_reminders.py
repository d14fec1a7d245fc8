"""Who wishes to be reminded, when, and what is said to them once."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("person", sa.Column("notice", sa.String(), nullable=True))
    op.create_table(
        "reminder",
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("next_run", sa.BigInteger(), nullable=False),
        sa.Column("last_day", sa.String(), nullable=True),
        sa.Column("week", sa.String(), nullable=True),
        sa.Column("calls", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_reminder_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_reminder_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_reminder")),
    )
    op.create_index("ix_reminder_account_id", "reminder", ["account_id"])
    op.create_index("ix_reminder_due", "reminder", ["platform", "next_run"])
