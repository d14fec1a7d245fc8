"""A block in one community outlives the profile, as a block everywhere does."""

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "barred_hash",
        sa.Column("id_hash", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("community_id", ID, autoincrement=False, nullable=False),
        sa.Column("home", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_barred_hash_community_id_community"),
        ),
        sa.PrimaryKeyConstraint("id_hash", "community_id", name=op.f("pk_barred_hash")),
        sqlite_with_rowid=False,
    )
