"""What replicas must know of each other: locks, the times of refreshes, and refused hosts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables, empty: none of it was stored before."""
    op.create_table(
        "locks",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("enterprise_id", sa.String(32), server_default="", nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "name"),
    )
    op.create_table(
        "refreshes",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("enterprise_id", sa.String(32), server_default="", nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("earlier_at", UtcDateTime(), nullable=False),
        sa.Column("latest_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "user_id"),
    )
    op.create_table(
        "host_refusals",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("enterprise_id", sa.String(32), server_default="", nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("host_user_id", sa.String(64), nullable=False),
        sa.Column("problem", sa.String(16), nullable=False),
        sa.Column("refused_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "provider", "account", "host_user_id"),
    )
