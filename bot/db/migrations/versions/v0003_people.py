"""The people of a webinar: organisers, teams, seats, those whom others register; and registration preferences."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the new tables and columns; nothing that is there changes."""
    op.add_column("webinars", sa.Column("preferences", sa.Text(), nullable=True))
    for name in ("after_count", "sequence", "panel_offset_s"):
        op.add_column("webinars", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    _create_organisers()
    _create_invitees()
    _create_team_changes()
    _create_seats()
    _create_batches()
    _create_applications()


def _create_organisers() -> None:
    op.create_table(
        "organisers",
        *_workspace(),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("set_by", sa.String(32), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "subject"),
    )


def _create_invitees() -> None:
    op.create_table(
        "invitees",
        *_account(),
        sa.Column("session_id", sa.String(32), nullable=False),
        sa.Column("invitee_id", sa.String(32), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=32), server_default="", nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("told", sa.String(length=16), nullable=False),
        sa.Column("told_what", sa.String(length=64), server_default="", nullable=False),
        sa.Column("dm_channel_id", sa.String(length=32), server_default="", nullable=False),
        sa.Column("invited_by", sa.String(length=32), server_default="", nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "provider", "account", "session_id", "invitee_id"),
    )
    op.create_index("ix_invitees_person", "invitees", ["team_id", "enterprise_id", "user_id"])


def _create_team_changes() -> None:
    op.create_table(
        "team_changes",
        *_account(),
        sa.Column("change_id", sa.String(32), nullable=False),
        sa.Column("session_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("view_id", sa.String(length=64), server_default="", nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "provider", "account", "change_id"),
    )
    _partial_index("ix_team_changes_open", "team_changes", ["claimed_until"], "step <> 'draft'")


def _create_seats() -> None:
    op.create_table(
        "seats",
        *_account(),
        sa.Column("session_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("registrant_id", sa.String(length=32), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(length=64), server_default="", nullable=False),
        sa.Column("told_what", sa.String(length=64), server_default="", nullable=False),
        sa.Column("dm_channel_id", sa.String(length=32), server_default="", nullable=False),
        sa.Column("dm_ts", sa.String(length=32), server_default="", nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "provider", "account", "session_id", "user_id"),
    )
    _partial_index("ix_seats_open", "seats", ["claimed_until"], "state <> 'held'")


def _create_batches() -> None:
    op.create_table(
        "batches",
        *_account(),
        sa.Column("batch_id", sa.String(32), nullable=False),
        sa.Column("session_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("dm_channel_id", sa.String(length=32), server_default="", nullable=False),
        sa.Column("dm_ts", sa.String(length=32), server_default="", nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("claimed_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "provider", "account", "batch_id"),
    )
    _partial_index("ix_batches_open", "batches", ["claimed_until"], "state in ('running', 'undoing')")


def _create_applications() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.Integer().with_variant(sa.BigInteger(), "postgresql"), autoincrement=True, nullable=False),
        *_account(),
        sa.Column("session_id", sa.String(32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), server_default="", nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("page_key", sa.String(length=32), server_default="", nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("links", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("registrant_id", sa.String(length=32), nullable=True),
        sa.Column("problem", sa.String(length=64), server_default="", nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_applications_address", "applications", ["team_id", "enterprise_id", "session_id", "address"])
    op.create_index("ix_applications_batch", "applications", ["team_id", "enterprise_id", "batch_id", "number"])
    in_line = "state = 'leaving' or (batch_id = '' and state in ('waiting', 'asked'))"
    _partial_index("ix_applications_line", "applications", ["id"], in_line)
    _partial_index("uq_applications_page", "applications", ["page_key"], "page_key <> ''", unique=True)


def _workspace() -> list[sa.Column[Any]]:
    return [
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("enterprise_id", sa.String(32), server_default="", nullable=False),
    ]


def _account() -> list[sa.Column[Any]]:
    return [
        *_workspace(),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
    ]


def _partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
