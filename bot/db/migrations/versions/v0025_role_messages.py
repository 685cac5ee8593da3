"""The message about a team member's newest role."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add the column. Earlier messages stay as they are."""
    op.add_column("invitees", sa.Column("role_ts", sa.String(32), nullable=False, server_default=""))
