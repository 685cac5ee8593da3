"""When a posted message may have to be edited, and where Slack posted it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the columns. What was posted before is looked at when its webinar changes."""
    op.add_column("parcels", sa.Column("posted_in", sa.String(32)))
    op.add_column("parcels", sa.Column("edit_at", UtcDateTime()))
    is_set = sa.text("edit_at is not null")
    op.create_index("ix_parcels_edit", "parcels", ["edit_at"], sqlite_where=is_set, postgresql_where=is_set)
