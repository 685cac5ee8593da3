"""Webhooks: deliveries, what they suggest to read, and the state of the subscription."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0011"
down_revision = "0010"

ACCOUNT = ("team_id", "enterprise_id", "provider", "account")


def upgrade() -> None:
    """Create the tables, empty."""
    op.create_table(
        "webhook_deliveries",
        *_account(),
        sa.Column("delivery_id", sa.String(32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(*ACCOUNT, "delivery_id"),
    )
    op.create_table(
        "webhook_hints",
        *_account(),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("began_at", UtcDateTime(), nullable=True),
        sa.Column("reads", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        *_claim(),
        sa.PrimaryKeyConstraint(*ACCOUNT, "subject"),
    )
    op.create_table(
        "webhook_state",
        *_account(),
        sa.Column("content", sa.Text(), nullable=False),
        *_claim(),
        sa.PrimaryKeyConstraint(*ACCOUNT),
    )


def _account() -> list[sa.Column[Any]]:
    return [
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("enterprise_id", sa.String(32), server_default="", nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
    ]


def _claim() -> list[sa.Column[Any]]:
    return [
        sa.Column("claimed_by", sa.String(64), server_default="", nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
    ]
