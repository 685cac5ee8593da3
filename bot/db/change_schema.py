"""The table of edits of webinars."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from bot.db.columns import UtcDateTime, account_key, metadata
from bot.db.vault import SealedText

webinar_changes = Table(
    "webinar_changes",
    metadata,
    *account_key(),
    Column("change_id", String(64), primary_key=True),  # a form can be submitted twice, but changes once
    Column("session_id", String(32), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("content", SealedText, nullable=False),  # the fields before and after; may include a password
    Column("step", String(32), nullable=False),
    Column("problem", Text, nullable=False, server_default=""),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),  # when it was applied: it can be undone for some minutes
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
    Index("ix_webinar_changes_step", "step"),
    Index("ix_webinar_changes_session", "team_id", "enterprise_id", "session_id"),
)
