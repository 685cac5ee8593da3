"""The tables of recordings, of the messages after an event, and of what its organizer still has open."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from bot.db.columns import UtcDateTime, account_key, metadata, partial_index
from bot.db.vault import SealedText

recordings = Table(
    "recordings",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("content", SealedText, nullable=False),  # the recording as last read, with its link
    Column("decision", Text),  # who decided where to share the link; null until then
    Column("ended_at", UtcDateTime, nullable=False),  # when the end was noticed
    Column("check_at", UtcDateTime),  # when to look at the provider again; null if nothing is expected
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
    Index("ix_recordings_check", "check_at"),
)
"""The recording of each webinar that has ended, or that there is none yet."""

report_messages = Table(
    "report_messages",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("occurrence", Integer, primary_key=True, autoincrement=False),
    Column("place_id", String(32), primary_key=True),  # a channel or a person
    Column("state", String(16), nullable=False),
    Column("revision", Integer, nullable=False, server_default="0"),  # what it should show
    Column("shown", Integer, nullable=False, server_default="0"),  # what it shows
    Column("channel_id", String(32), nullable=False, server_default=""),
    Column("message_ts", String(32), nullable=False, server_default=""),
    Column("problem", Text, nullable=False, server_default=""),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
    partial_index("ix_report_messages_due", "changed_at", where="state in ('due', 'sending') or shown < revision"),
)
"""Messages about a webinar that is over. The key makes each of them exist once."""

open_items = Table(
    "open_items",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("user_id", String(32), nullable=False),  # the organizer who is reminded
    Column("opened_at", UtcDateTime, nullable=False),
    Column("reminders", Integer, nullable=False, server_default="0"),  # how many were planned
    Column("remind_at", UtcDateTime),  # null once closed, or after the last reminder
    Column("outcome", String(16), nullable=False, server_default=""),  # empty while it is open
    Column("closed_by", String(32), nullable=False, server_default=""),
    Index("ix_open_items_due", "remind_at"),
)
"""What an organizer has not done yet after a webinar."""
