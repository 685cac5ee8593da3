"""The tables of the people of a webinar: its team, its seats, and those who are registered by others."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

from bot.db.columns import SealedText, UtcDateTime, account_key, metadata, partial_index, workspace_key

IN_LINE = "state = 'leaving' or (batch_id = '' and state in ('waiting', 'asked'))"
HAS_PAGE = "page_key <> ''"

is_in_line, has_page = text(f"({IN_LINE})"), text(f"({HAS_PAGE})")
"""The same in queries: SQLite uses a partial index only where they say word for word what it says."""

organisers = Table(
    "organisers",
    metadata,
    *workspace_key(),
    Column("subject", String(32), primary_key=True),  # a person (U…, W…) or a user group (S…)
    Column("set_by", String(32), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
)
"""Who may steer every webinar of a workspace, beside those who made or host it and the admins."""

invitees = Table(
    "invitees",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("invitee_id", String(32), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("user_id", String(32), nullable=False, server_default=""),  # in Slack, where they were invited from there
    Column("content", SealedText, nullable=False),  # the name, the address and their own link
    Column("told", String(16), nullable=False),  # how they learn of it, and whether that is done
    Column("told_what", String(64), nullable=False, server_default=""),  # digest of what they were told
    Column("dm_channel_id", String(32), nullable=False, server_default=""),
    Column("invited_by", String(32), nullable=False, server_default=""),
    Column("changed_at", UtcDateTime, nullable=False),
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
    Column("content", SealedText, nullable=False),  # who is to be added, changed and removed
    Column("view_id", String(64), nullable=False, server_default=""),  # where the answer goes
    Column("begun_at", UtcDateTime, nullable=False),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
    partial_index("ix_team_changes_open", "claimed_until", where="step <> 'draft'"),
)
"""A change of a team that is under way; forgotten when everybody knows of it."""

seats = Table(
    "seats",
    metadata,
    *account_key(),
    Column("session_id", String(32), primary_key=True),
    Column("user_id", String(32), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("registrant_id", String(32)),
    Column("content", SealedText, nullable=False),  # the name, the address and both links
    Column("source", String(64), nullable=False, server_default=""),
    Column("told_what", String(64), nullable=False, server_default=""),  # digest of what their message says
    Column("dm_channel_id", String(32), nullable=False, server_default=""),
    Column("dm_ts", String(32), nullable=False, server_default=""),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
    partial_index("ix_seats_open", "claimed_until", where="state <> 'held'"),
)
"""Registrants who are people in Slack: the only ones whose names and addresses are kept."""

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
    Column("dm_ts", String(32), nullable=False, server_default=""),  # the message that tells how far it is
    Column("begun_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("problem", Text, nullable=False, server_default=""),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
    partial_index("ix_batches_open", "claimed_until", where="state in ('running', 'undoing')"),
)
"""Many people who are registered at once, because somebody asked for it."""

applications = Table(
    "applications",
    metadata,
    Column("id", Integer().with_variant(BigInteger, "postgresql"), primary_key=True, autoincrement=True),
    Column("team_id", String(32), nullable=False),
    Column("enterprise_id", String(32), nullable=False, server_default=""),
    Column("provider", String(32), nullable=False),
    Column("account", String(64), nullable=False),
    Column("session_id", String(32), nullable=False),
    Column("batch_id", String(32), nullable=False, server_default=""),  # empty: on our own page
    Column("number", Integer, nullable=False),  # its line in the list, or 0
    Column("page_key", String(32), nullable=False, server_default=""),  # what its own pages are called by
    Column("address", String(64), nullable=False),  # keyed digest, so that nobody is in line twice
    Column("content", SealedText),  # the applicant; gone as soon as it is decided
    Column("links", SealedText),  # both links, where our own pages stand before them
    Column("state", String(16), nullable=False),
    Column("registrant_id", String(32)),
    Column("problem", String(64), nullable=False, server_default=""),  # a code and no words of anybody's
    Column("changed_at", UtcDateTime, nullable=False),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("claimed_until", UtcDateTime),
    Index("ix_applications_batch", "team_id", "enterprise_id", "batch_id", "number"),
    Index("ix_applications_address", "team_id", "enterprise_id", "session_id", "address"),
    partial_index("uq_applications_page", "page_key", where=HAS_PAGE, unique=True),
    partial_index("ix_applications_line", "id", where=IN_LINE),
    sqlite_autoincrement=True,
)
"""Somebody who is to be registered by others or on our own page; forgotten but for its ids when that is done."""
