"""The direct message that offers to register, of a person with a calendar entry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the column. Earlier messages stay as they are."""
    op.add_column("calendar_entries", sa.Column("offer_ts", sa.String(32), nullable=False, server_default=""))
