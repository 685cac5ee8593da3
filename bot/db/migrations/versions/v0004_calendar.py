"""The sequence of each person's calendar file, the messages of team members, and suggested seats."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0004"
down_revision = "0003"

KEY = ("team_id", "enterprise_id", "provider", "account", "session_id", "user_id")
AHEAD = 1000
"""The sequence of earlier files is encrypted in the seats: it is lower than this beyond the webinar's own."""


def upgrade() -> None:
    """Make the new tables and columns, and continue the sequence of the files that people already have."""
    for name, kind in (("shown_digest", sa.String(64)), ("dm_ts", sa.String(32)), ("claimed_by", sa.String(64))):
        op.add_column("invitees", sa.Column(name, kind, server_default="", nullable=False))
    op.add_column("invitees", sa.Column("claimed_until", UtcDateTime(), nullable=True))
    op.create_table(
        "calendar_entries",
        *_person(),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("is_of_team", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(*KEY),
    )
    op.create_table(
        "suggestions",
        *_person(),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("suggested_by", sa.String(32), nullable=False),
        sa.Column("source", sa.String(64), server_default="", nullable=False),
        sa.Column("shown_digest", sa.String(64), server_default="", nullable=False),
        sa.Column("dm_channel_id", sa.String(32), server_default="", nullable=False),
        sa.Column("dm_ts", sa.String(32), server_default="", nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_by", sa.String(64), server_default="", nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint(*KEY),
    )
    _continue_sequences()


def _continue_sequences() -> None:
    columns = (*KEY, "told_what", "sequence", "is_of_team")
    seats, invitees, webinars, entries = (
        sa.table(name, *(sa.column(column) for column in columns))
        for name in ("seats", "invitees", "webinars", "calendar_entries")
    )
    notified = sa.union(
        *(
            sa.select(*(table.c[name] for name in KEY)).where(table.c.told_what != "", table.c.user_id != "")
            for table in (seats, invitees)
        )
    ).subquery()
    session = [webinars.c[name] == notified.c[name] for name in KEY[:-1]]
    member = sa.exists().where(*(invitees.c[name] == notified.c[name] for name in KEY), invitees.c.told_what != "")
    found = sa.select(*(notified.c[name] for name in KEY), webinars.c.sequence + AHEAD, member).where(*session)
    op.execute(entries.insert().from_select([*KEY, "sequence", "is_of_team"], found))


def _person() -> list[sa.Column[Any]]:
    return [
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("enterprise_id", sa.String(32), server_default="", nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
    ]
