"""Who hears what, as people set it up: subscriptions of channels, their hours, and the workspace's own reminders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, select

from bot.db.connection import Db
from bot.db.keys import account_columns, account_of, of_bound_workspace, of_workspace, workspace_columns
from bot.db.schema import channels, subscriptions, workspaces
from bot.model.people import Account, Workspace
from bot.notices.quiet_hours import ChannelHours, DigestPace
from bot.notices.subscriptions.model import Feature, Features, Scope, Subscription

_LOCKS = 0x6663
"""Tells these locks of PostgreSQL from others (a key of two numbers never meets a key of one)."""
_IDENTITY = (subscriptions.c.channel_id, subscriptions.c.subject, subscriptions.c.provider, subscriptions.c.account)
"""Lines of one moment have an order, too."""


async def lock_channel(db: Db, workspace: Workspace, channel_id: str) -> None:
    """Let nobody else change what this channel hears before this transaction ends: what was read stays so."""
    if db.is_postgresql:  # SQLite has one writer at a time anyway
        key = crc32(repr((*workspace.model_dump().values(), channel_id)).encode())
        await db.execute(select(func.pg_advisory_xact_lock(_LOCKS, key - 2**31)))


async def replace(db: Db, before: Sequence[Subscription], after: Sequence[Subscription]) -> None:
    """Bring the lines of a channel from what they were to what they are to be."""
    kept = [_key(line) for line in after]
    for line in before:
        if _key(line) not in kept:
            await remove(db, line)
    for line in after:
        if line not in before:
            await save(db, line)


async def save(db: Db, line: Subscription) -> None:
    """Write a line down, in the place of the one with the same channel, scope and subject."""
    await db.upsert(
        subscriptions,
        {
            **_key(line),
            "features": ",".join(sorted(line.features)),
            "leads": None if line.offsets is None else _in_seconds(line.offsets),
            "set_by": line.set_by,
            "set_at": line.set_at,
            "by_share": line.by_share,
        },
    )


async def remove(db: Db, line: Subscription) -> None:
    """Take a line away."""
    same: list[ColumnElement[bool]] = [subscriptions.c[name] == value for name, value in _key(line).items()]
    await db.execute(delete(subscriptions).where(*same))


async def all_subscriptions(db: Db, workspace: Workspace) -> list[Subscription]:
    """Every line of the workspace."""
    return await _read(db, of_workspace(subscriptions, workspace))


async def of_channel(db: Db, workspace: Workspace, channel_id: str) -> list[Subscription]:
    """The lines of one channel: about all webinars first, then about one."""
    return await _read(db, [*of_workspace(subscriptions, workspace), subscriptions.c.channel_id == channel_id])


async def of_webinar(db: Db, account: Account, session_id: str, created_by: str) -> list[Subscription]:
    """The lines that decide who hears of one webinar: those about it, its creator's, and about all."""
    subjects = dict(zip(_SUBJECTS, (session_id, created_by, ""), strict=True))
    found = await db.execute(_OF_WEBINAR, {**workspace_columns(account.workspace), **subjects})
    lines = [_subscription(row) for row in found]
    return [line for line in lines if line.scope is not Scope.WEBINAR or line.account == account]


async def save_hours(db: Db, hours: ChannelHours) -> None:
    """Write a channel's hours down."""
    row = hours.model_dump(exclude={"workspace"}) | hours.workspace.model_dump()
    await db.upsert(channels, row)


async def hours_of(db: Db, workspace: Workspace, channel_ids: Collection[str]) -> dict[str, ChannelHours]:
    """The hours of these channels, as far as they have set any."""
    rows = await db.execute(
        select(channels).where(*of_workspace(channels, workspace), channels.c.channel_id.in_(channel_ids))
    )
    return {row.channel_id: _hours(row) for row in rows}


async def hours_with_digest(db: Db, workspace: Workspace) -> list[ChannelHours]:
    """The hours of every channel that wants a digest."""
    rows = await db.execute(
        select(channels).where(*of_workspace(channels, workspace), channels.c.digest != DigestPace.NEVER)
    )
    return [_hours(row) for row in rows]


async def save_default_offsets(
    db: Db, workspace: Workspace, leads: Sequence[timedelta], set_by: str, now: datetime
) -> None:
    """Say how long before the start the workspace's reminders go out where nothing else was said."""
    row = {**workspace.model_dump(), "leads": _in_seconds(leads), "set_by": set_by, "set_at": now}
    await db.upsert(workspaces, row)


async def default_offsets(db: Db, workspace: Workspace) -> tuple[timedelta, ...] | None:
    """The workspace's own reminders; None where it has not set any."""
    found = await db.execute(_DEFAULT_OFFSETS, workspace_columns(workspace))
    stored: str | None = found.scalar()
    return None if stored is None else _offsets(stored)


async def defaults_with_author(db: Db, workspace: Workspace) -> tuple[tuple[timedelta, ...], str, datetime] | None:
    """The workspace's own reminders with who set them and when; None where it has not set any."""
    row = (await db.execute(select(workspaces).where(*of_workspace(workspaces, workspace)))).first()
    return None if row is None else (_offsets(row.leads), row.set_by, row.set_at)


async def _read(db: Db, which: Iterable[ColumnElement[bool]]) -> list[Subscription]:
    return [_subscription(row) for row in await db.execute(_select(which))]


def _select(which: Iterable[ColumnElement[bool]]) -> Select[Any]:
    return select(subscriptions).where(*which).order_by(subscriptions.c.scope, subscriptions.c.set_at, *_IDENTITY)


def _key(line: Subscription) -> dict[str, str]:
    of = account_columns(line.account) if line.account else {"provider": "", "account": ""}
    what = {"channel_id": line.channel_id, "scope": line.scope, "subject": line.subject}
    return {**of, **line.workspace.model_dump(), **what}


def _subscription(row: Any) -> Subscription:
    return Subscription(
        workspace=Workspace(team_id=row.team_id, enterprise_id=row.enterprise_id),
        channel_id=row.channel_id,
        scope=Scope(row.scope),
        subject=row.subject,
        account=account_of(row) if row.provider else None,
        features=_features(row.features),
        offsets=None if row.leads is None else _offsets(row.leads),
        set_by=row.set_by,
        set_at=row.set_at,
        by_share=row.by_share,
    )


def _features(stored: str) -> Features:
    return frozenset(Feature(word) for word in stored.split(",") if word)


def _in_seconds(leads: Iterable[timedelta]) -> str:
    return ",".join(str(int(lead.total_seconds())) for lead in leads)


def _offsets(stored: str) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=int(word)) for word in stored.split(",") if word)


def _hours(row: Any) -> ChannelHours:
    return ChannelHours(
        workspace=Workspace(team_id=row.team_id, enterprise_id=row.enterprise_id),
        channel_id=row.channel_id,
        time_zone=row.time_zone,
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
        digest=DigestPace(row.digest),
        digest_at=row.digest_at,
        digest_day=row.digest_day,
        set_by=row.set_by,
        set_at=row.set_at,
    )


_SUBJECTS = ("session", "creator", "everybody")
# Made once: to make a statement takes longer than to run it.
_OF_WEBINAR = _select(
    [*of_bound_workspace(subscriptions), subscriptions.c.subject.in_([bindparam(name) for name in _SUBJECTS])]
)
_DEFAULT_OFFSETS = select(workspaces.c.leads).where(*of_bound_workspace(workspaces))
