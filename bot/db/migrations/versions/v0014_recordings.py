"""Recordings, the messages after an event, and what its organizer still has open."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0014"
down_revision = "0013"

ACCOUNT = ("team_id", "enterprise_id", "provider", "account")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "recordings",
        *_key("session_id"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("decision", sa.Text()),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.Column("check_at", UtcDateTime()),
        *_lease(),
        _primary_key("session_id"),
    )
    op.create_index("ix_recordings_check", "recordings", ["check_at"])
    op.create_table(
        "report_messages",
        *_key("session_id"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("shown", sa.Integer(), server_default="0", nullable=False),
        sa.Column("channel_id", sa.String(32), server_default="", nullable=False),
        sa.Column("message_ts", sa.String(32), server_default="", nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        *_lease(),
        _primary_key("session_id", "kind", "occurrence", "place_id"),
    )
    due = sa.text("state in ('due', 'sending') or shown < revision")
    op.create_index("ix_report_messages_due", "report_messages", ["changed_at"], sqlite_where=due, postgresql_where=due)
    op.create_table(
        "open_items",
        *_key("session_id"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("reminders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("remind_at", UtcDateTime()),
        sa.Column("outcome", sa.String(16), server_default="", nullable=False),
        sa.Column("closed_by", sa.String(32), server_default="", nullable=False),
        _primary_key("session_id", "kind"),
    )
    op.create_index("ix_open_items_due", "open_items", ["remind_at"])


def _key(*more: str) -> Sequence[sa.Column[str]]:
    team_id, enterprise_id, provider, account = ACCOUNT
    return [
        sa.Column(team_id, sa.String(32), nullable=False),
        sa.Column(enterprise_id, sa.String(32), server_default="", nullable=False),
        sa.Column(provider, sa.String(32), nullable=False),
        sa.Column(account, sa.String(64), nullable=False),
        *(sa.Column(name, sa.String(32), nullable=False) for name in more),
    ]


def _primary_key(*more: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*ACCOUNT, *more)


def _lease() -> Sequence[sa.Column[object]]:
    return [
        sa.Column("claimed_by", sa.String(64), server_default="", nullable=False),
        sa.Column("claimed_until", UtcDateTime()),
    ]
