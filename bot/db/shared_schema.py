"""The tables of what replicas must know of each other: locks, the times of refreshes, and refused hosts."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from bot.db.columns import UtcDateTime, account_key, metadata, workspace_key

locks = Table(
    "locks",
    metadata,
    *workspace_key(),
    Column("name", String(64), primary_key=True),  # digest of what is locked
    Column("owner", String(32), nullable=False),
    Column("until", UtcDateTime, nullable=False),
)
"""Rows are free once they have expired; the times are those of the machine."""

refreshes = Table(
    "refreshes",
    metadata,
    *workspace_key(),
    Column("user_id", String(32), primary_key=True),
    Column("earlier_at", UtcDateTime, nullable=False),
    Column("latest_at", UtcDateTime, nullable=False),
)
"""When each user's Refresh caused its last two vendor calls."""

host_refusals = Table(
    "host_refusals",
    metadata,
    *account_key(),
    Column("host_user_id", String(64), primary_key=True),  # empty: the service user
    Column("problem", String(16), nullable=False),
    Column("refused_at", UtcDateTime, nullable=False),
)
"""Users whom the provider has refused as the host of a webinar."""
