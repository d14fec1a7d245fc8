"""How far voters agree with each other: counted for each person, once for each ballot."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    for name in ("compared", "agreed"):
        op.add_column("tally", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "task", sa.Column("compared", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
