"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("tree_id", ID, nullable=True),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("subject_id", ID, nullable=True),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(
        "ix_audit_finished",
        "audit",
        ["at"],
        sqlite_where=sa.text("act = 'state' AND after = 'ready_for_export'"),
        postgresql_where=sa.text("act = 'state' AND after = 'ready_for_export'"),
    )
    op.create_index(
        "ix_audit_subject_id",
        "audit",
        ["subject_id"],
        sqlite_where=sa.text("subject_id IS NOT NULL"),
        postgresql_where=sa.text("subject_id IS NOT NULL"),
    )
    op.create_index(
        "ix_audit_tree_id",
        "audit",
        ["tree_id"],
        sqlite_where=sa.text("tree_id IS NOT NULL"),
        postgresql_where=sa.text("tree_id IS NOT NULL"),
    )
    op.create_table(
        "blocked_hash",
        sa.Column("id_hash", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_blocked_hash")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bucket",
        sa.Column("key", sa.String(), autoincrement=False, nullable=False),
        sa.Column("tokens", sa.Float(precision=53), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_bucket")),
    )
    op.create_table(
        "community",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("id_hash", sa.LargeBinary(), nullable=False),
        sa.Column("id_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("languages", sa.String(), nullable=False),
        sa.Column("settings", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
        sa.UniqueConstraint("id_hash", name=op.f("uq_community_id_hash")),
    )
    op.create_table(
        "lang_state",
        sa.Column("lang", sa.String(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("lang", "state", name=op.f("pk_lang_state")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(), autoincrement=False, nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seen",
        sa.Column("event", ID, autoincrement=False, nullable=False),
        sa.Column("second", ID, nullable=False),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_seen")),
    )
    op.create_index("ix_seen_second", "seen", ["second"])
    op.create_table(
        "slot",
        sa.Column("target_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("tree_id", ID, nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("free", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.SmallInteger(), nullable=False),
        sa.Column("key", sa.Float(precision=53), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("target_id", "kind", name=op.f("pk_slot")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_slot_tree_id", "slot", ["tree_id"])
    op.create_index(
        "ix_slot_wanted",
        "slot",
        ["lang", "kind", "urgency", "key"],
        sqlite_where=sa.text("free > 0"),
        postgresql_where=sa.text("free > 0"),
    )
    op.create_table(
        "tree",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("goal_size", sa.SmallInteger(), nullable=False),
        sa.Column("max_depth", sa.SmallInteger(), nullable=False),
        sa.Column("max_children", sa.SmallInteger(), nullable=False),
        sa.Column("prompter_replies", sa.SmallInteger(), nullable=False),
        sa.Column("prompt_reviews", sa.SmallInteger(), nullable=False),
        sa.Column("reply_reviews", sa.SmallInteger(), nullable=False),
        sa.Column("min_rankings", sa.SmallInteger(), nullable=False),
        sa.Column("max_rankings", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(), nullable=True),
        sa.Column("licence", sa.String(), nullable=True),
        sa.Column("grows_since", sa.BigInteger(), nullable=True),
        sa.Column("touched_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tree")),
    )
    op.create_index(
        "ix_tree_unfinished",
        "tree",
        ["state", "lang", "id"],
        sqlite_where=sa.text(
            "state NOT IN ('ready_for_export', 'aborted_low_grade', 'halted_by_moderator')"
        ),
        postgresql_where=sa.text(
            "state NOT IN ('ready_for_export', 'aborted_low_grade', 'halted_by_moderator')"
        ),
    )
    op.create_table(
        "outbox",
        sa.Column("community_id", ID, autoincrement=False, nullable=False),
        sa.Column("board", sa.String(), autoincrement=False, nullable=False),
        sa.Column("period", sa.String(), autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("external_ref", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_outbox_community_id_community")
        ),
        sa.PrimaryKeyConstraint("community_id", "board", "period", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["state", "due"],
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_table(
        "person",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("interface", sa.String(), nullable=True),
        sa.Column("languages", sa.String(), nullable=False),
        sa.Column("kinds", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("reminders", sa.Boolean(), nullable=False),
        sa.Column("consent_version", sa.SmallInteger(), nullable=True),
        sa.Column("consented_at", sa.BigInteger(), nullable=True),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("block_reason", sa.String(), nullable=True),
        sa.Column("streak_days", sa.SmallInteger(), nullable=False),
        sa.Column("streak_last_day", sa.String(), nullable=True),
        sa.Column("streak_frozen_week", sa.String(), nullable=True),
        sa.Column("streak_best", sa.SmallInteger(), nullable=False),
        sa.Column("tutorials", sa.String(), nullable=False),
        sa.Column("home_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["home_id"], ["community.id"], name=op.f("fk_person_home_id_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_person_unseen",
        "person",
        ["id"],
        sqlite_where=sa.text("hidden OR blocked"),
        postgresql_where=sa.text("hidden OR blocked"),
    )
    op.create_table(
        "schedule",
        sa.Column("community_id", ID, autoincrement=False, nullable=False),
        sa.Column("board", sa.String(), autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("next_run", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_schedule_community_id_community")
        ),
        sa.PrimaryKeyConstraint("community_id", "board", name=op.f("pk_schedule")),
    )
    op.create_index("ix_schedule_next_run", "schedule", ["next_run"])
    op.create_table(
        "account",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("id_hash", sa.LargeBinary(), nullable=False),
        sa.Column("id_encrypted", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("id_hash", name=op.f("uq_account_id_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_account_person_id", "account", ["person_id"])
    op.create_table(
        "barred",
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("community_id", ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_barred_community_id_community")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_barred_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", "community_id", name=op.f("pk_barred")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consent",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_consent_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_person_id", "consent", ["person_id"])
    op.create_table(
        "link_code",
        sa.Column("code_hash", sa.String(), autoincrement=False, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_link_code_person_id_person")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_link_code")),
    )
    op.create_index("ix_link_code_person_id", "link_code", ["person_id"])
    op.create_table(
        "message",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("tree_id", ID, nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("role", sa.SmallInteger(), nullable=False),
        sa.Column("depth", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("pseudonym", sa.String(), nullable=True),
        sa.Column("community_id", ID, nullable=True),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("review_count", sa.Integer(), nullable=False),
        sa.Column("labels", sa.String(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("fate", sa.SmallInteger(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("model_name", sa.String(), nullable=True),
        sa.Column("sampling", sa.String(), nullable=True),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("emojis", sa.String(), nullable=True),
        sa.Column("rank", sa.SmallInteger(), nullable=True),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("ballots_needed", sa.Integer(), nullable=False),
        sa.Column("ballot_round", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_message_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_message_community_id_community")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["message.id"], name=op.f("fk_message_parent_id_message")
        ),
        sa.ForeignKeyConstraint(
            ["tree_id"],
            ["tree.id"],
            name=op.f("fk_message_tree_id_tree"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("public_id", name=op.f("uq_message_public_id")),
    )
    op.create_index(
        "ix_message_author",
        "message",
        ["author_id", "created_at"],
        sqlite_where=sa.text("author_id IS NOT NULL"),
        postgresql_where=sa.text("author_id IS NOT NULL"),
    )
    op.create_index("ix_message_tree_id", "message", ["tree_id"])
    op.create_table(
        "tally",
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(), autoincrement=False, nullable=False),
        sa.Column("period", sa.String(), autoincrement=False, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("prompts", sa.Integer(), nullable=False),
        sa.Column("replies_assistant", sa.Integer(), nullable=False),
        sa.Column("replies_prompter", sa.Integer(), nullable=False),
        sa.Column("labels_simple", sa.Integer(), nullable=False),
        sa.Column("labels_full", sa.Integer(), nullable=False),
        sa.Column("rankings", sa.Integer(), nullable=False),
        sa.Column("accepted_prompts", sa.Integer(), nullable=False),
        sa.Column("accepted_replies_assistant", sa.Integer(), nullable=False),
        sa.Column("accepted_replies_prompter", sa.Integer(), nullable=False),
        sa.Column("ranked_1", sa.Integer(), nullable=False),
        sa.Column("ranked_2", sa.Integer(), nullable=False),
        sa.Column("ranked_3", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_tally_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", "scope", "period", name=op.f("pk_tally")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tally_board", "tally", ["scope", "period", "points"])
    op.create_table(
        "imported_ballot",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("parent_id", ID, nullable=False),
        sa.Column("ballot", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["message.id"], name=op.f("fk_imported_ballot_parent_id_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_ballot")),
    )
    op.create_index("ix_imported_ballot_parent_id", "imported_ballot", ["parent_id"])
    op.create_table(
        "message_revision",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_message_revision_message_id_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_revision")),
    )
    op.create_index("ix_message_revision_message_id", "message_revision", ["message_id"])
    op.create_table(
        "reaction",
        sa.Column("message_id", ID, autoincrement=False, nullable=False),
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("emoji", sa.String(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_reaction_message_id_message")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_reaction_person_id_person")
        ),
        sa.PrimaryKeyConstraint("message_id", "person_id", "emoji", name=op.f("pk_reaction")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reaction_person_id", "reaction", ["person_id"])
    op.create_table(
        "report",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("community_id", ID, nullable=True),
        sa.Column("resolved", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_report_community_id_community")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_report_message_id_message")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_report_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index("ix_report_message_id", "report", ["message_id"])
    op.create_index(
        "ix_report_open",
        "report",
        ["id"],
        sqlite_where=sa.text("NOT resolved"),
        postgresql_where=sa.text("NOT resolved"),
    )
    op.create_index("ix_report_person_id", "report", ["person_id"])
    op.create_table(
        "session",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("task_id", ID, nullable=True),
        sa.Column("data", sa.String(), nullable=True),
        sa.Column("version", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_session_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_session")),
    )
    op.create_table(
        "task",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("leased_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("tree_id", ID, nullable=True),
        sa.Column("target_id", ID, nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("community_id", ID, nullable=True),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("full_form", sa.Boolean(), nullable=False),
        sa.Column("shown", sa.String(), nullable=True),
        sa.Column("draft", sa.String(), nullable=True),
        sa.Column("draft_labels", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("labels", sa.String(), nullable=True),
        sa.Column("ballot", sa.String(), nullable=True),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("skip_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_task_community_id_community")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_task_message_id_message")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_task_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["message.id"], name=op.f("fk_task_target_id_message")
        ),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_task_tree_id_tree")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint(
            "target_id",
            "kind",
            "round",
            "person_id",
            name=op.f("uq_task_target_id_kind_round_person_id"),
        ),
    )
    op.create_index(
        "ix_task_open",
        "task",
        ["tree_id", "expires_at"],
        sqlite_where=sa.text("state = 1"),
        postgresql_where=sa.text("state = 1"),
    )
    op.create_index(
        "ix_task_open_prompt",
        "task",
        ["lang"],
        sqlite_where=sa.text("state = 1 AND kind = 1"),
        postgresql_where=sa.text("state = 1 AND kind = 1"),
    )
    op.create_index("ix_task_person", "task", ["person_id", "state", "leased_at"])
    if op.get_bind().dialect.name == "postgresql":
        # Rows that are written over and over: room to do so in place, and old versions swept soon.
        for table in ("slot", "session", "tree"):
            op.execute(
                f"ALTER TABLE {table} SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02)"
            )
