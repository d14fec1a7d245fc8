"""An allowance is known by the moment at which it is full again."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.drop_table("bucket")  # nothing was ever kept there
    op.create_table(
        "bucket",
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("holder_id", ID, autoincrement=False, nullable=False),
        sa.Column("full_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "holder_id", name=op.f("pk_bucket")),
        sqlite_with_rowid=False,
    )
