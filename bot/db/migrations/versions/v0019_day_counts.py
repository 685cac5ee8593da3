"""How many calls a provider has counted per day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Create the table; a missing row is a day without calls."""
    op.create_table(
        "day_counts",
        sa.Column("account_user", sa.String(64), nullable=False),
        sa.Column("limit_name", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("day", UtcDateTime(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("at_most", sa.Integer()),
        sa.PrimaryKeyConstraint("account_user", "limit_name", "subject", "day"),
    )
