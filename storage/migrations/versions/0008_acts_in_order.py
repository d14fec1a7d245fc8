"""What was done in a community is read in its order, and nothing of other communities."""

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"

DONE_BY_PEOPLE = sa.text("act <> 'state'")


def upgrade() -> None:
    op.drop_index("ix_audit_community_id", "audit")
    op.create_index(
        "ix_audit_community_id",
        "audit",
        ["community_id", "id"],
        sqlite_where=DONE_BY_PEOPLE,
        postgresql_where=DONE_BY_PEOPLE,
    )
