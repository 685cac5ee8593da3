"""Edits of webinars, which are resumed after a crash and can be undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "webinar_changes",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("enterprise_id", sa.String(32), server_default="", nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("change_id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime()),
        sa.Column("claimed_by", sa.String(64), server_default="", nullable=False),
        sa.Column("claimed_until", UtcDateTime()),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "provider", "account", "change_id"),
    )
    op.create_index("ix_webinar_changes_step", "webinar_changes", ["step"])
    op.create_index("ix_webinar_changes_session", "webinar_changes", ["team_id", "enterprise_id", "session_id"])
