"""The first tables: people, drafts, creations, webinars, cards and notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables of the first version."""
    op.create_table(
        "cards",
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32), server_default="", nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("message_ts", sa.String(length=32), nullable=False),
        sa.Column("shown", sa.String(length=64), nullable=False),
        sa.Column("shared_by", sa.String(length=32), nullable=False),
        sa.Column("shared_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "team_id", "enterprise_id", "provider", "account", "session_id", "channel_id", "message_ts"
        ),
    )
    op.create_table(
        "creations",
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32), server_default="", nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("draft_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("webinar_id", sa.String(length=32), nullable=True),
        sa.Column("session_id", sa.String(length=32), nullable=True),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("claimed_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "provider", "account", "draft_id"),
    )
    op.create_index("ix_creations_step", "creations", ["step"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32), server_default="", nullable=False),
        sa.Column("draft_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "draft_id"),
    )
    op.create_index("ix_drafts_person", "drafts", ["team_id", "enterprise_id", "user_id", "changed_at"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer().with_variant(sa.BigInteger(), "postgresql"), autoincrement=True, nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32), server_default="", nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("before_s", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("hand_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("post_at", sa.BigInteger(), nullable=True),
        sa.Column("scheduled_id", sa.String(length=64), nullable=True),
        sa.Column("text_digest", sa.String(length=64), nullable=True),
        sa.Column("claimed_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "team_id",
            "enterprise_id",
            "provider",
            "account",
            "session_id",
            "kind",
            "start",
            "before_s",
            "channel_id",
            name="uq_notices_what",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_notices_hand",
        "notices",
        ["hand_at"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index("ix_notices_session", "notices", ["team_id", "enterprise_id", "session_id"], unique=False)
    op.create_index(
        "uq_notices_post",
        "notices",
        ["team_id", "enterprise_id", "channel_id", "post_at"],
        unique=True,
        sqlite_where=sa.text("state in ('handing', 'held', 'withdrawing')"),
        postgresql_where=sa.text("state in ('handing', 'held', 'withdrawing')"),
    )
    op.create_table(
        "people",
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32), server_default="", nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("profile", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "user_id"),
    )
    op.create_table(
        "webinars",
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32), server_default="", nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("webinar_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("length_s", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=True),
        sa.Column("host_user_id", sa.String(length=64), nullable=False),
        sa.Column("host_name", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("attendee_link", sa.Text(), nullable=False),
        sa.Column("host_link", sa.LargeBinary(), nullable=True),
        sa.Column("page_uri", sa.Text(), server_default="", nullable=False),
        sa.Column("registrant_count", sa.Integer(), nullable=True),
        sa.Column("registrant_limit", sa.Integer(), nullable=True),
        sa.Column("registration_open", sa.Boolean(), nullable=True),
        sa.Column("has_real_registrants", sa.Boolean(), nullable=True),
        sa.Column("counted_at", UtcDateTime(), nullable=True),
        sa.Column("fixed_options", sa.Text(), nullable=True),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "provider", "account", "session_id"),
    )
    op.create_index("ix_webinars_start", "webinars", ["team_id", "enterprise_id", "start"], unique=False)
