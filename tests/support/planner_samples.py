"""Subscriptions, webinars and mirror updates for the tests of the planner."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.db.connection import Db
from bot.model.webinar import Webinar
from bot.notices.model import Feature, NoticeKind, NoticeState
from bot.notices.outbox import notice_table
from bot.notices.planner import plan_changes
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Scope, Subscription
from bot.webinars import table as webinar_table
from tests.support.db_samples import LATER
from tests.support.webinar_samples import ACCOUNT, NOW, registration, webinar

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORKSPACE = ACCOUNT.workspace
REMINDERS, ALERTS, CHANGES, FILLING = Feature.REMINDERS, Feature.ALERTS, Feature.CHANGES, Feature.FILLING
PlannedEvent = tuple[str, NoticeKind]


def subscription(channel: str, *features: Feature, set_by: str = "U9", **changes: Any) -> Subscription:
    """A channel's subscription to all webinars."""
    return Subscription(
        **{
            "workspace": WORKSPACE,
            "channel_id": channel,
            "scope": Scope.ALL,
            "by_organizer": True,
            "features": frozenset(features),
            "set_by": set_by,
            "set_at": NOW,
            **changes,
        }
    )


def webinar_subscription(channel: str, *features: Feature, session_id: str = "s1", **changes: Any) -> Subscription:
    """A channel's subscription to one webinar."""
    return subscription(channel, *features, scope=Scope.WEBINAR, subject=session_id, account=ACCOUNT, **changes)


def webinar_with_count(count: int, limit: int | None = None, *, is_open: bool = True, at: datetime = NOW) -> Webinar:
    """An ordinary webinar with a registration count, read at this time."""
    return webinar(registration=registration(count=count, limit=limit, is_open=is_open, read_at=at))


async def save_with_subscriptions(db: Db, webinar: Webinar, *lines: Subscription) -> None:
    """Save subscriptions and a webinar, with its reminders planned."""
    for one in lines:
        await subscription_table.save(db, one)
    await save_change(db, webinar)


async def save_change(db: Db, after: Webinar, *, by: str = "", now: datetime = LATER) -> None:
    """Save a changed webinar and plan what follows, as every update of the mirror does."""
    before = await webinar_table.find(db, after.account, after.session_id, for_update=True)
    await webinar_table.save(db, after)
    await plan_changes(db, before, after, now, by)


async def planned_events(db: Db, session_id: str = "s1") -> list[PlannedEvent]:
    """The notices of a webinar other than reminders: channel and kind."""
    rows = await notice_table.of_session(db, ACCOUNT, session_id)
    news = [row.notice for row in rows if row.notice.kind is not NoticeKind.REMINDER]
    return sorted((one.channel_id, one.kind) for one in news)


async def planned_reminders(db: Db, session_id: str = "s1") -> list[tuple[str, datetime, timedelta]]:
    """The planned reminders of a webinar: channel, start, offset."""
    rows = await notice_table.of_session(db, ACCOUNT, session_id)
    planned = [row.notice for row in rows if row.state is NoticeState.PLANNED]
    return sorted((one.channel_id, one.start, one.offset) for one in planned if one.kind is NoticeKind.REMINDER)
