"""The tables of follow-ups: what an organizer sends to people after a webinar, without their names."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from bot.db.columns import UtcDateTime, account_key, metadata, partial_index, workspace_key
from bot.db.vault import SealedText

IS_OPEN = "state in ('sending', 'waiting', 'stopping')"

follow_ups = Table(
    "follow_ups",
    metadata,
    *account_key(),
    Column("follow_up_id", String(32), primary_key=True),
    Column("session_id", String(32), nullable=False),
    Column("user_id", String(32), nullable=False),  # who sends it
    Column("state", String(16), nullable=False),
    Column("content", SealedText, nullable=False),  # the texts and the link of the recording; empty once it has ended
    Column("in_file", Integer, nullable=False, server_default="-1"),  # people in the file; -1 before it is sent
    Column("problem", Text, nullable=False, server_default=""),
    Column("dm_channel_id", String(32), nullable=False, server_default=""),
    Column("dm_ts", String(32), nullable=False, server_default=""),  # the message about its progress
    Column("begun_at", UtcDateTime, nullable=False),
    Column("finish_at", UtcDateTime),  # when Slack has posted the last message
    Column("ended_at", UtcDateTime),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
    partial_index("ix_follow_ups_open", "claimed_until", where=IS_OPEN),
    partial_index("ix_follow_ups_session", "team_id", "enterprise_id", "session_id", where="state <> 'draft'"),
)
"""Follow-ups: drafts that wait for *Send*, those under way, and those that have ended."""

follow_up_recipients = Table(
    "follow_up_recipients",
    metadata,
    *account_key(),
    Column("follow_up_id", String(32), primary_key=True),
    Column("user_id", String(32), primary_key=True),
    Column("registrant_id", String(32), nullable=False),
    Column("channel_id", String(32), nullable=False),  # their direct messages
    Column("part", String(16), nullable=False),  # attended, left_early, absent
    Column("state", String(16), nullable=False),
    Column("post_at", BigInteger, nullable=False, server_default="0"),  # Unix seconds
    Column("scheduled_id", String(64), nullable=False, server_default=""),
    Column("problem", String(64), nullable=False, server_default=""),  # a code, no free text
)
"""The Slack users of a follow-up, and how far the message to each is."""

follow_up_opt_outs = Table(
    "follow_up_opt_outs",
    metadata,
    *workspace_key(),
    Column("user_id", String(32), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
)
"""Slack users who want no follow-ups. Rows stay until the user wants them again."""
