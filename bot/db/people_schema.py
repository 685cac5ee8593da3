"""The tables of people: organizers, teams, seats, and people registered by others or on our own page."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, text

from bot.db.columns import UtcDateTime, account_key, metadata, partial_index, workspace_key
from bot.db.vault import SealedText

IN_QUEUE = "state = 'leaving' or (batch_id = '' and state in ('waiting', 'asked'))"
HAS_PAGE = "page_key <> ''"

is_in_queue, has_page = text(f"({IN_QUEUE})"), text(f"({HAS_PAGE})")
"""The same conditions for queries: SQLite uses a partial index only for an identical condition."""

organizers = Table(
    "organisers",
    metadata,
    *workspace_key(),
    Column("subject", String(32), primary_key=True),  # a person (U…, W…) or a user group (S…)
    Column("set_by", String(32), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
)
"""Who may manage every webinar of a workspace, besides its creator, its host and the admins."""

invitees = Table(
    "invitees",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("invitee_id", String(32), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("user_id", String(32), nullable=False, server_default=""),  # Slack user id, if they were invited from Slack
    Column("content", SealedText, nullable=False),  # name, address and personal link
    Column("told", String(16), nullable=False),  # how they are notified, and whether that is done
    Column("told_what", String(64), nullable=False, server_default=""),  # digest of their role and link in it
    Column("shown_digest", String(64), nullable=False, server_default=""),  # digest of the webinar in their message
    Column("dm_channel_id", String(32), nullable=False, server_default=""),
    Column("dm_ts", String(32), nullable=False, server_default=""),
    Column("role_ts", String(32), nullable=False, server_default=""),  # the message about their newest role
    Column("invited_by", String(32), nullable=False, server_default=""),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
    Index("ix_invitees_person", "team_id", "enterprise_id", "user_id"),
)

team_changes = Table(
    "team_changes",
    metadata,
    *account_key(),
    Column("change_id", String(32), primary_key=True),
    Column("session_id", String(32), nullable=False),
    Column("user_id", String(32), nullable=False),  # who asked for it
    Column("step", String(16), nullable=False),
    Column("content", SealedText, nullable=False),  # members to add, update and remove
    Column("view_id", String(64), nullable=False, server_default=""),  # the view that shows the result
    Column("begun_at", UtcDateTime, nullable=False),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
    partial_index("ix_team_changes_open", "claimed_until", where="step <> 'draft'"),
)
"""Team changes in progress; deleted when everyone has been notified."""

seats = Table(
    "seats",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("user_id", String(32), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("registrant_id", String(32)),
    Column("content", SealedText, nullable=False),  # name, address and both links
    Column("source", String(64), nullable=False, server_default=""),
    Column("status", String(16), nullable=False, server_default="approved"),
    Column("told_what", String(64), nullable=False, server_default=""),  # digest of their last message
    Column("dm_channel_id", String(32), nullable=False, server_default=""),
    Column("dm_ts", String(32), nullable=False, server_default=""),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
    partial_index("ix_seats_open", "claimed_until", where="state <> 'held'"),
    partial_index("ix_seats_pending", "session_id", where="status = 'pending'"),
)
"""Registrants who are Slack users: the only ones whose names and addresses are kept."""

calendar_entries = Table(
    "calendar_entries",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("user_id", String(32), primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("is_of_team", Boolean, nullable=False),  # whether it has the link of the team, not that of a seat
    # Of a person without a role, who took it from a card: digest of the webinar in it, and where it was sent.
    Column("shown_digest", String(64), nullable=False, server_default=""),
    Column("dm_channel_id", String(32), nullable=False, server_default=""),
    Column("offer_ts", String(32), nullable=False, server_default=""),  # their last message that offers to register
)
"""Each Slack user's last calendar file of a webinar: kept while a later file may need a higher sequence."""

suggestions = Table(
    "suggestions",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("user_id", String(32), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("suggested_by", String(32), nullable=False),
    Column("source", String(64), nullable=False, server_default=""),
    Column("shown_digest", String(64), nullable=False, server_default=""),  # digest of the webinar in the message
    Column("dm_channel_id", String(32), nullable=False, server_default=""),
    Column("dm_ts", String(32), nullable=False, server_default=""),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
)
"""Seats that were suggested to a Slack user by direct message, until the user answers."""

batches = Table(
    "batches",
    metadata,
    *account_key(),
    Column("batch_id", String(32), primary_key=True),
    Column("session_id", String(32), nullable=False),
    Column("user_id", String(32), nullable=False),  # who asked for it
    Column("state", String(16), nullable=False),
    Column("total", Integer, nullable=False),
    Column("dm_channel_id", String(32), nullable=False, server_default=""),
    Column("dm_ts", String(32), nullable=False, server_default=""),  # the progress message
    Column("begun_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("problem", Text, nullable=False, server_default=""),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
    partial_index("ix_batches_open", "claimed_until", where="state in ('running', 'undoing')"),
)
"""Lists of people registered at once."""

registration_requests = Table(
    "applications",
    metadata,
    Column("id", Integer().with_variant(BigInteger, "postgresql"), primary_key=True, autoincrement=True),
    Column("team_id", String(32), nullable=False),
    Column("enterprise_id", String(32), nullable=False, server_default=""),
    Column("provider", String(32), nullable=False),
    Column("account", String(64), nullable=False),
    Column("session_id", String(32), nullable=False),
    Column("batch_id", String(32), nullable=False, server_default=""),  # empty: on our own page
    Column("number", Integer, nullable=False),  # its row in the list, or 0
    Column("page_key", String(32), nullable=False, server_default=""),  # identifies its own pages
    Column("address", String(64), nullable=False),  # keyed digest, so that an address is queued once
    Column("content", SealedText),  # the registrant details; null once decided, or once their list is done
    Column("links", SealedText),  # both links, if our own pages lead to them
    Column("state", String(16), nullable=False),
    Column("registrant_id", String(32)),
    Column("problem", String(64), nullable=False, server_default=""),  # a code, no free text
    Column("changed_at", UtcDateTime, nullable=False),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
    Index("ix_applications_batch", "team_id", "enterprise_id", "batch_id", "number"),
    Index("ix_applications_address", "team_id", "enterprise_id", "session_id", "address"),
    partial_index("uq_applications_page", "page_key", where=HAS_PAGE, unique=True),
    partial_index("ix_applications_line", "id", where=IN_QUEUE),
    sqlite_autoincrement=True,
)
"""People to be registered by others or on our own page; reduced to ids once decided."""
