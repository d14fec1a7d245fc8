"""Which texts came in a file is kept with them, for it outlives the profiles of their authors."""

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"


def upgrade() -> None:
    op.add_column(
        "message", sa.Column("from_file", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute(
        "UPDATE message SET from_file = TRUE"
        " WHERE author_id IS NULL AND community_id IS NULL"
        " AND tree_id IN (SELECT id FROM tree WHERE origin IS NOT NULL)"
    )
    op.execute(
        "UPDATE message SET from_file = FALSE"
        " WHERE from_file AND id IN (SELECT message_id FROM task WHERE message_id IS NOT NULL)"
    )
