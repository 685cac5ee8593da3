"""The table of registration links for campaigns."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from bot.db.columns import UtcDateTime, account_key, metadata

campaigns = Table(
    "campaigns",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("campaign_id", String(32), primary_key=True),  # digest of the name regardless of case
    Column("name", Text, nullable=False),  # as first typed
    Column("token", Text, nullable=False),  # of the public registration page
    Column("valid_until", UtcDateTime, nullable=False),
    Column("signups", Integer, nullable=False, server_default="0"),
    Column("created_by", String(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
"""One registration link per campaign of a webinar, with the number of people who signed up there."""
