"""Who sees the webinars that were announced nowhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table of the setting; without a row, a workspace has the default."""
    op.create_table(
        "visibility",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("enterprise_id", sa.String(32), server_default="", nullable=False),
        sa.Column("unannounced", sa.String(16), nullable=False),
        sa.Column("set_by", sa.String(32), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id"),
    )
