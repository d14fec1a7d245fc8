"""Open work that is wanted equally is handed out in one order, the same on every database."""

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"


def upgrade() -> None:
    op.drop_index("ix_slot_wanted", "slot")
    op.create_index(
        "ix_slot_wanted",
        "slot",
        ["lang", "kind", "urgency", "key", "target_id"],
        sqlite_where=sa.text("free > 0"),
        postgresql_where=sa.text("free > 0"),
    )
