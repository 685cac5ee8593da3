"""The states of the gates that all replicas share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the table of states; a missing row is a gate that nobody has used."""
    op.create_table(
        "gate_states",
        sa.Column("account_user", sa.String(64), nullable=False),
        sa.Column("rate_group", sa.String(16), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("account_user", "rate_group"),
    )
