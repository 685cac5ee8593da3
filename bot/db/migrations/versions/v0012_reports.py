"""Reports: the counts that are kept, readings in progress with their pages, and the users who wait for them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0012"
down_revision = "0011"

ACCOUNT = ("team_id", "enterprise_id", "provider", "account")


def upgrade() -> None:
    """Create the tables, empty."""
    op.create_table(
        "reports",
        *_session(),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("is_complete", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("readings", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint(*ACCOUNT, "session_id"),
    )
    op.create_table(
        "report_readings",
        *_session(),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        *_claim(),
        sa.PrimaryKeyConstraint(*ACCOUNT, "session_id"),
    )
    op.create_table(
        "report_pages",
        *_session(),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(*ACCOUNT, "session_id", "step", "number"),
    )
    op.create_table(
        "report_waiters",
        *_session(),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        *_claim(),
        sa.PrimaryKeyConstraint(*ACCOUNT, "session_id", "user_id"),
    )


def _session() -> list[sa.Column[Any]]:
    return [
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("enterprise_id", sa.String(32), server_default="", nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(32), nullable=False),
    ]


def _claim() -> list[sa.Column[Any]]:
    return [
        sa.Column("claimed_by", sa.String(64), server_default="", nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
    ]
