"""Calendar files that people without a role in a webinar have taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add the columns. Until now, only people with a role had a file."""
    op.add_column("calendar_entries", sa.Column("shown_digest", sa.String(64), nullable=False, server_default=""))
    op.add_column("calendar_entries", sa.Column("dm_channel_id", sa.String(32), nullable=False, server_default=""))
