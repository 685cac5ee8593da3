"""Notices of more kinds than reminders, parcels that carry several of them, who hears what, and counts over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.db.columns import UtcDateTime

revision = "0002"
down_revision = "0001"

SHARED = "alerts,changes,reminders"
HEARD_WITHIN = timedelta(minutes=10)
OPEN = "state in ('giving', 'held', 'withdrawing')"
IDENTITY = ["team_id", "enterprise_id", "provider", "account", "session_id", "kind", "start", "before_s"]
MOVED_OUT = ("post_at", "scheduled_id", "text_digest", "claimed_by", "claimed_until", "attempts")


def upgrade() -> None:
    """Make the new tables and columns, and carry over what Slack holds and who is to hear of what."""
    op.add_column("webinars", sa.Column("limit_since", UtcDateTime(), nullable=True))
    _create_parcels()
    _create_following()
    with op.batch_alter_table("notices") as batch:
        batch.add_column(sa.Column("occurrence", sa.String(length=64), server_default="", nullable=False))
        batch.add_column(sa.Column("facts", sa.Text(), server_default="{}", nullable=False))
        batch.add_column(sa.Column("parcel_id", sa.BigInteger(), nullable=True))
        # There were only reminders so far.
        batch.add_column(sa.Column("way", sa.String(length=16), server_default="held", nullable=False))
    _pack()
    _follow()
    _rebuild_notices()


def _create_parcels() -> None:
    op.create_table(
        "parcels",
        sa.Column("id", sa.Integer().with_variant(sa.BigInteger(), "postgresql"), autoincrement=True, nullable=False),
        *_workspace(),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("post_at", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.String(length=32), server_default="", nullable=False),
        sa.Column("scheduled_id", sa.String(length=64), nullable=True),
        sa.Column("message_ts", sa.String(length=32), nullable=True),
        sa.Column("text_digest", sa.String(length=64), nullable=True),
        sa.Column("wake_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_by", sa.String(length=64), server_default="", nullable=False),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    channel = ["team_id", "enterprise_id", "channel_id", "post_at"]
    op.create_index("ix_parcels_channel", "parcels", channel)
    _partial_index("uq_parcels_post", "parcels", channel, f"way = 'held' and {OPEN}", unique=True)
    _partial_index("ix_parcels_open", "parcels", ["wake_at"], OPEN)


def _create_following() -> None:
    op.create_table(
        "subscriptions",
        *_workspace(),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=32), server_default="", nullable=False),
        sa.Column("account", sa.String(length=64), server_default="", nullable=False),
        sa.Column("features", sa.Text(), nullable=False),
        sa.Column("leads", sa.Text(), nullable=True),
        *_setter(),
        sa.Column("by_share", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "channel_id", "scope", "subject", "provider", "account"),
    )
    op.create_index("ix_subscriptions_subject", "subscriptions", ["team_id", "enterprise_id", "subject"])
    op.create_table(
        "channels",
        *_workspace(),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=16), server_default="", nullable=False),
        sa.Column("digest_at", sa.Integer(), server_default="540", nullable=False),
        sa.Column("digest_day", sa.Integer(), server_default="0", nullable=False),
        *_setter(),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "channel_id"),
    )
    op.create_table(
        "workspaces",
        *_workspace(),
        sa.Column("leads", sa.Text(), nullable=False),
        *_setter(),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id"),
    )
    op.create_table(
        "counts",
        *_workspace(),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.Column("registrant_count", sa.Integer(), nullable=False),
        sa.Column("registrant_limit", sa.Integer(), nullable=True),
        sa.Column("registration_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "enterprise_id", "provider", "account", "session_id", "read_at"),
    )


def _pack() -> None:
    """What Slack holds, or is getting, or is to give back, becomes a parcel with one notice in it."""
    notices, parcels = _notices(), _parcels()
    states = {"handing": ("giving", "packed"), "held": ("held", "packed"), "withdrawing": ("withdrawing", "withdrawn")}
    database = op.get_bind()
    for row in database.execute(sa.select(notices).where(notices.c.state.in_(states)).order_by(notices.c.id)).all():
        parcel, notice = states[row.state]
        values = {name: getattr(row, name) for name in _CARRIED}
        values |= {"way": "held", "state": parcel, "wake_at": _wake(row)}
        made = database.execute(parcels.insert().values(values).returning(parcels.c.id)).scalar_one()
        packed = {"state": notice, "parcel_id": made}
        database.execute(notices.update().where(notices.c.id == row.id).values(packed))


def _wake(row: Any) -> datetime:
    if row.state != "held":
        waiting: datetime = row.hand_at
        return waiting
    second = datetime.fromtimestamp(row.post_at, UTC)
    start: datetime = row.start
    return max(min(second + HEARD_WITHIN, start), second)


def _follow() -> None:
    """Whoever shared a webinar wanted its channel to hear of it: one line for each channel, by the first who did."""
    cards = sa.table("cards", *(sa.column(name) for name in (*_PLACE, "message_ts", "shared_by")), _moment("shared_at"))
    subscriptions = sa.table(
        "subscriptions",
        *(sa.column(name) for name in (*_WORKSPACE, "channel_id", "scope", "subject", "provider", "account")),
        *(sa.column(name) for name in ("features", "set_by")),
        _moment("set_at"),
        sa.column("by_share", sa.Boolean()),
    )
    database = op.get_bind()
    oldest: dict[tuple[str, ...], Any] = {}
    for row in database.execute(sa.select(cards).order_by(cards.c.shared_at, cards.c.message_ts)):
        oldest.setdefault(tuple(getattr(row, name) for name in _PLACE), row)
    lines = [
        {
            **{name: getattr(row, name) for name in (*_WORKSPACE, "channel_id", "provider", "account")},
            "scope": "webinar",
            "subject": row.session_id,
            "features": SHARED,
            "set_by": row.shared_by,
            "set_at": row.shared_at,
            "by_share": True,
        }
        for row in oldest.values()
    ]
    if lines:
        database.execute(subscriptions.insert(), lines)


def _rebuild_notices() -> None:
    op.drop_index("uq_notices_post", table_name="notices")
    with op.batch_alter_table("notices", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.drop_constraint("uq_notices_what", type_="unique")
        batch.create_unique_constraint("uq_notices_what", [*IDENTITY, "occurrence", "channel_id"])
        for name in MOVED_OUT:
            batch.drop_column(name)
        batch.alter_column("way", server_default=None)
    op.drop_index("ix_notices_hand", table_name="notices")
    _partial_index("ix_notices_hand", "notices", ["way", "hand_at", "id"], "state = 'planned'")
    op.create_index("ix_notices_channel", "notices", ["team_id", "enterprise_id", "channel_id", "due_at"])
    due = ["team_id", "enterprise_id", "due_at"]
    _partial_index("ix_notices_due", "notices", due, "state = 'planned'")
    _partial_index("ix_notices_problems", "notices", due, "state in ('unknown', 'dead', 'missed')")
    _partial_index("ix_notices_parcel", "notices", ["parcel_id"], "parcel_id is not null")


def _partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _workspace() -> list[sa.Column[Any]]:
    return [
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32), server_default="", nullable=False),
    ]


def _setter() -> list[sa.Column[Any]]:
    return [
        sa.Column("set_by", sa.String(length=32), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
    ]


def _moment(name: str) -> Any:
    return sa.column(name, UtcDateTime())


def _notices() -> Any:
    plain: list[Any] = [sa.column(name) for name in ("id", "state", "parcel_id", *_CARRIED) if name != "claimed_until"]
    return sa.table("notices", *plain, *(_moment(name) for name in ("start", "hand_at", "claimed_until")))


def _parcels() -> Any:
    plain: list[Any] = [sa.column(name) for name in ("id", "way", "state", *_CARRIED) if name != "claimed_until"]
    return sa.table("parcels", *plain, _moment("claimed_until"), _moment("wake_at"))


_WORKSPACE = ("team_id", "enterprise_id")
_PLACE = (*_WORKSPACE, "provider", "account", "session_id", "channel_id")
_CARRIED = (*_WORKSPACE, "channel_id", "problem", *MOVED_OUT)
