"""When a webinar went live before its planned start."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the column. Until now, an early start was not told from a practice."""
    op.add_column("webinars", sa.Column("live_from", UtcDateTime()))
