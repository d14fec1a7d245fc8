"""Communities' own numbers: boards without hidden people in their way, trees finished of each."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"

FINISHED = "act = 'state' AND after = 'ready_for_export'"
DONE_BY_PEOPLE = "act <> 'state'"


def upgrade() -> None:
    op.add_column(
        "tally", sa.Column("unseen", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute(
        "UPDATE tally SET unseen = TRUE"
        " WHERE person_id IN (SELECT id FROM person WHERE hidden OR blocked)"
    )
    op.drop_index("ix_tally_board", "tally")
    op.create_index("ix_tally_board", "tally", ["scope", "period", "unseen", "points"])
    op.execute(
        "UPDATE audit SET community_id ="
        " (SELECT message.community_id FROM message WHERE message.id = audit.tree_id)"
        f" WHERE {FINISHED}"
    )
    for name, columns, where in (
        ("ix_audit_finished", ["community_id", "at"], FINISHED),
        ("ix_audit_community_id", ["community_id"], DONE_BY_PEOPLE),
    ):
        op.drop_index(name, "audit")
        _make_partial_index(name, columns, where)
    _make_partial_index("ix_audit_act", ["id"], DONE_BY_PEOPLE)


def _make_partial_index(name: str, columns: list[str], where: str) -> None:
    op.create_index(
        name, "audit", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )
