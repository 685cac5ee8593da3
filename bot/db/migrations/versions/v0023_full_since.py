"""When the limit closed the registration of a webinar."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the column. Registrations that are full count as closed by their limit."""
    op.add_column("webinars", sa.Column("full_since", UtcDateTime(), nullable=True))
    op.execute("update webinars set full_since = counted_at where registrant_count >= registrant_limit")
