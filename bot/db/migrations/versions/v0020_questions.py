"""The questions of registration forms, and the status of a seat that has to be approved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the columns. Every existing seat is approved."""
    op.add_column("webinars", sa.Column("questions", sa.Text()))
    op.add_column("webinars", sa.Column("questions_at", UtcDateTime()))
    op.add_column("seats", sa.Column("status", sa.String(16), nullable=False, server_default="approved"))
    is_pending = sa.text("status = 'pending'")
    op.create_index("ix_seats_pending", "seats", ["session_id"], sqlite_where=is_pending, postgresql_where=is_pending)
