"""Which subscriptions to all webinars an organizer set up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column; it is not known of earlier subscriptions, and the bot finds it out when it starts."""
    op.add_column("subscriptions", sa.Column("by_organizer", sa.Boolean(), server_default=sa.false(), nullable=False))
