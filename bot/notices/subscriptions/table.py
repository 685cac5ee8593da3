"""Tables of subscriptions, of channels' hours, and of the workspace's default reminders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, select

from bot.db.connection import Db
from bot.db.keys import account_columns, account_of, of_account, of_bound_workspace, of_workspace, workspace_columns
from bot.db.schema import channels, subscriptions, webinars, workspaces
from bot.model.people import Account, Workspace
from bot.model.webinar import MAX_LENGTH
from bot.notices.model import Feature
from bot.notices.quiet_hours import ChannelHours, DigestPace
from bot.notices.subscriptions.model import Features, Scope, Subscription

_LOCKS = 0x6663
"""First key of these PostgreSQL advisory locks (two-key locks never conflict with one-key locks)."""
_IDENTITY = (subscriptions.c.channel_id, subscriptions.c.subject, subscriptions.c.provider, subscriptions.c.account)
"""Makes the order of subscriptions of the same time stable."""


async def lock_channel(db: Db, workspace: Workspace, channel_id: str) -> None:
    """Lock the subscriptions of a channel until this transaction ends."""
    if db.is_postgresql:  # SQLite has one writer at a time anyway
        key = crc32(repr((*workspace.model_dump().values(), channel_id)).encode())
        await db.execute(select(func.pg_advisory_xact_lock(_LOCKS, key - 2**31)))


async def replace(db: Db, before: Sequence[Subscription], after: Sequence[Subscription]) -> None:
    """Replace the subscriptions of a channel; unchanged ones are not written."""
    kept_keys = [_key(subscription) for subscription in after]
    for subscription in before:
        if _key(subscription) not in kept_keys:
            await remove(db, subscription)
    for subscription in after:
        if subscription not in before:
            await save(db, subscription)


async def save(db: Db, subscription: Subscription) -> None:
    """Store a subscription; replaces the one with the same channel, scope, subject and account."""
    await db.upsert(
        subscriptions,
        {
            **_key(subscription),
            "features": ",".join(sorted(subscription.features)),
            "leads": None if subscription.offsets is None else _in_seconds(subscription.offsets),
            "set_by": subscription.set_by,
            "set_at": subscription.set_at,
            "by_share": subscription.by_share,
            "by_organizer": subscription.by_organizer,
        },
    )


async def remove(db: Db, subscription: Subscription) -> None:
    """Delete a subscription."""
    same: list[ColumnElement[bool]] = [subscriptions.c[name] == value for name, value in _key(subscription).items()]
    await db.execute(delete(subscriptions).where(*same))


async def forget_ended(db: Db, account: Account, before: datetime) -> None:
    """Delete the subscriptions to webinars that ended before then."""
    # No session is longer than MAX_LENGTH, so the start decides.
    over = select(webinars.c.session_id).where(*of_account(webinars, account), webinars.c.start < before - MAX_LENGTH)
    to_one = subscriptions.c.scope == Scope.WEBINAR, subscriptions.c.subject.in_(over)
    await db.execute(delete(subscriptions).where(*of_account(subscriptions, account), *to_one))


async def all_subscriptions(db: Db, workspace: Workspace) -> list[Subscription]:
    """Every subscription of the workspace."""
    return await _read(db, of_workspace(subscriptions, workspace))


async def of_channel(db: Db, workspace: Workspace, channel_id: str) -> list[Subscription]:
    """The subscriptions of one channel, ordered by scope: to all webinars first, then by creator, then to one."""
    return await _read(db, [*of_workspace(subscriptions, workspace), subscriptions.c.channel_id == channel_id])


async def of_webinar(db: Db, account: Account, session_id: str, created_by: str) -> list[Subscription]:
    """The subscriptions that cover one webinar: to it, to its creator's webinars, and to all."""
    subjects = dict(zip(_SUBJECTS, (session_id, created_by, ""), strict=True))
    rows = await db.execute(_OF_WEBINAR, {**workspace_columns(account.workspace), **subjects})
    found = [_subscription(row) for row in rows]
    return [
        subscription
        for subscription in found
        if subscription.scope is not Scope.WEBINAR or subscription.account == account
    ]


async def save_hours(db: Db, hours: ChannelHours) -> None:
    """Store a channel's hours."""
    row = hours.model_dump(exclude={"workspace"}) | hours.workspace.model_dump()
    await db.upsert(channels, row)


async def hours_of(db: Db, workspace: Workspace, channel_ids: Collection[str]) -> dict[str, ChannelHours]:
    """The hours of those of these channels that have set any."""
    rows = await db.execute(
        select(channels).where(*of_workspace(channels, workspace), channels.c.channel_id.in_(channel_ids))
    )
    return {row.channel_id: _hours(row) for row in rows}


async def hours_with_digest(db: Db, workspace: Workspace) -> list[ChannelHours]:
    """The hours of every channel that has a digest."""
    rows = await db.execute(
        select(channels).where(*of_workspace(channels, workspace), channels.c.digest != DigestPace.NEVER)
    )
    return [_hours(row) for row in rows]


async def save_default_offsets(
    db: Db, workspace: Workspace, offsets: Sequence[timedelta], set_by: str, now: datetime
) -> None:
    """Store the workspace's default reminder offsets."""
    row = {**workspace.model_dump(), "leads": _in_seconds(offsets), "set_by": set_by, "set_at": now}
    await db.upsert(workspaces, row)


async def default_offsets(db: Db, workspace: Workspace) -> tuple[timedelta, ...] | None:
    """The workspace's default reminder offsets; None if it has not set any."""
    rows = await db.execute(_DEFAULT_OFFSETS, workspace_columns(workspace))
    stored: str | None = rows.scalar()
    return None if stored is None else _offsets(stored)


async def defaults_with_author(db: Db, workspace: Workspace) -> tuple[tuple[timedelta, ...], str, datetime] | None:
    """The workspace's default offsets, the user who set them, and when; None if it has not set any."""
    row = (await db.execute(select(workspaces).where(*of_workspace(workspaces, workspace)))).first()
    return None if row is None else (_offsets(row.leads), row.set_by, row.set_at)


async def _read(db: Db, which: Iterable[ColumnElement[bool]]) -> list[Subscription]:
    return [_subscription(row) for row in await db.execute(_select(which))]


def _select(which: Iterable[ColumnElement[bool]]) -> Select[Any]:
    return select(subscriptions).where(*which).order_by(subscriptions.c.scope, subscriptions.c.set_at, *_IDENTITY)


def _key(subscription: Subscription) -> dict[str, str]:
    of = account_columns(subscription.account) if subscription.account else {"provider": "", "account": ""}
    what = {"channel_id": subscription.channel_id, "scope": subscription.scope, "subject": subscription.subject}
    return {**of, **subscription.workspace.model_dump(), **what}


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
        by_organizer=row.by_organizer,
    )


def _features(stored: str) -> Features:
    return frozenset(Feature(word) for word in stored.split(",") if word)


def _in_seconds(offsets: Iterable[timedelta]) -> str:
    return ",".join(str(int(offset.total_seconds())) for offset in offsets)


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
# Built once: building a statement takes longer than executing it.
_OF_WEBINAR = _select(
    [*of_bound_workspace(subscriptions), subscriptions.c.subject.in_([bindparam(name) for name in _SUBJECTS])]
)
_DEFAULT_OFFSETS = select(workspaces.c.leads).where(*of_bound_workspace(workspaces))
