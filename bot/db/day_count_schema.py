"""The table of calls that a provider counts per day."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from bot.db.columns import UtcDateTime, metadata

day_counts = Table(
    "day_counts",
    metadata,
    # Without the workspace, as `gate_states`: the provider counts the calls of an account for all of them together.
    Column("account_user", String(64), primary_key=True),
    Column("limit_name", String(16), primary_key=True),
    Column("subject", String(64), primary_key=True),  # a keyed digest of an address, host or registrant; "" for none
    Column("day", UtcDateTime, primary_key=True),  # its start
    Column("used", Integer, nullable=False),
    Column("at_most", Integer),  # the limit that the provider has stated; null if it has not
)
"""How many calls were made on a day (UTC), by limit and subject: a restart must not forget them."""
