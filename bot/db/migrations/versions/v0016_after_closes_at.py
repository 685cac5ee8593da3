"""When registration for the recording of a webinar closes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the column."""
    op.add_column("webinars", sa.Column("after_closes_at", UtcDateTime()))
