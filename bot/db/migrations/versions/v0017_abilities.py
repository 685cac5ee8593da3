"""What each event supports at its provider."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the column; it is null for the default, as in every existing row."""
    op.add_column("webinars", sa.Column("abilities", sa.Text()))
