"""The tables of reports: the counts that are kept, and what is read for them until it is counted."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, String, Table, Text, false

from bot.db.columns import UtcDateTime, account_key, metadata

reports = Table(
    "reports",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("content", Text),  # the counts; null before the first reading has ended
    Column("is_complete", Boolean, nullable=False, server_default=false()),
    Column("readings", Integer, nullable=False, server_default="0"),  # how many have ended
    Column("due_at", UtcDateTime),  # when upkeep reads it (again); null if it need not
    Column("problem", Text, nullable=False, server_default=""),  # why the last reading could not be done
    Column("ended_at", UtcDateTime),  # when the last reading ended
)
"""What is known about webinars that are over, as counts: no names, no addresses."""

report_readings = Table(
    "report_readings",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("step", String(16), nullable=False),
    Column("token", Text),  # of the next page
    Column("content", Text, nullable=False),  # the session as a whole, and how far the reading is
    Column("begun_at", UtcDateTime, nullable=False),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
)
"""Readings in progress, one for each webinar; deleted when they end."""

report_pages = Table(
    "report_pages",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("step", String(16), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", Text, nullable=False),  # ids, times, sources and flags: no names, no addresses
)
"""What a reading has read, page by page; deleted with it."""

report_waiters = Table(
    "report_waiters",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("user_id", String(32), primary_key=True),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
)
"""The users who wait for a report. One whose process is gone gets a direct message when it is ready."""
