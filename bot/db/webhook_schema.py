"""The tables of webhooks: deliveries as received, what they suggest to read, and the state of our subscription."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from bot.db.columns import UtcDateTime, account_key, metadata
from bot.db.vault import SealedText

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    *account_key(),
    Column("delivery_id", String(32), primary_key=True),
    Column("content", SealedText, nullable=False),  # the body, which may contain names and addresses
    Column("received_at", UtcDateTime, nullable=False),
)
"""Deliveries that nobody has looked into yet; each is deleted when that is done, within seconds."""

webhook_seen = Table(
    "webhook_seen",
    metadata,
    *account_key(),
    Column("key", String(32), primary_key=True),  # a digest of what makes a delivery unique
    Column("received_at", UtcDateTime, nullable=False),
)
"""Deliveries that were looked into, so that their repetitions are ignored."""

webhook_hints = Table(
    "webhook_hints",
    metadata,
    *account_key(),
    Column("subject", String(32), primary_key=True),  # a session, "event:" and a webinar, or "" for the list
    Column("content", Text, nullable=False, server_default=""),  # ids of sessions that the list must still contain
    Column("number", Integer, nullable=False, server_default="0"),  # how many hints there were
    Column("due_at", UtcDateTime),  # when to read; null if nothing is to be read
    Column("began_at", UtcDateTime),  # when the last read began
    Column("reads", Integer, nullable=False, server_default="0"),  # reads since the last quiet minute
    Column("tries", Integer, nullable=False, server_default="0"),  # reads in a row that have failed
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
)
"""What webhooks suggest to read, one row per session. All times are machine time."""

webhook_state = Table(
    "webhook_state",
    metadata,
    *account_key(),
    Column("content", Text, nullable=False),  # without the address and the token of the subscription
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
)
"""The state of the webhook subscription of an account, which one replica at a time takes care of."""
