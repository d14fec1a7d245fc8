"""Keys of events are forgotten by their numbers: no index by time has to be written."""

from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"


def upgrade() -> None:
    op.drop_index("ix_seen_second", "seen")
