"""Follow-ups: what an organizer sends after a webinar, its recipients by their ids, and who wants none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0015"
down_revision = "0014"

WORKSPACE = ("team_id", "enterprise_id")
ACCOUNT = (*WORKSPACE, "provider", "account")
IS_OPEN = "state in ('sending', 'waiting', 'stopping')"
IS_SENT = "state <> 'draft'"


def upgrade() -> None:
    """Create the tables, empty."""
    op.create_table(
        "follow_ups",
        *_account_key(),
        sa.Column("follow_up_id", sa.String(32), nullable=False),
        sa.Column("session_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("in_file", sa.Integer(), server_default="-1", nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("dm_channel_id", sa.String(32), server_default="", nullable=False),
        sa.Column("dm_ts", sa.String(32), server_default="", nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("finish_at", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("claimed_by", sa.String(64), server_default="", nullable=False),
        sa.Column("claimed_until", UtcDateTime()),
        sa.PrimaryKeyConstraint(*ACCOUNT, "follow_up_id"),
    )
    _partial_index("ix_follow_ups_open", "follow_ups", ["claimed_until"], IS_OPEN)
    _partial_index("ix_follow_ups_session", "follow_ups", [*WORKSPACE, "session_id"], IS_SENT)
    op.create_table(
        "follow_up_recipients",
        *_account_key(),
        sa.Column("follow_up_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("registrant_id", sa.String(32), nullable=False),
        sa.Column("channel_id", sa.String(32), nullable=False),
        sa.Column("part", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("post_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("scheduled_id", sa.String(64), server_default="", nullable=False),
        sa.Column("problem", sa.String(64), server_default="", nullable=False),
        sa.PrimaryKeyConstraint(*ACCOUNT, "follow_up_id", "user_id"),
    )
    op.create_table(
        "follow_up_opt_outs",
        *_workspace_key(),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(*WORKSPACE, "user_id"),
    )


def _workspace_key() -> list[sa.Column[str]]:
    return [
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("enterprise_id", sa.String(32), server_default="", nullable=False),
    ]


def _account_key() -> list[sa.Column[str]]:
    return [
        *_workspace_key(),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
    ]


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
