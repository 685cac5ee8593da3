"""What people set up is remembered on both databases, and nothing of one channel or workspace reaches another."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from bot.db.connection import Store
from bot.model.people import Workspace
from bot.notices.model import Feature
from bot.notices.quiet_hours import ChannelHours, DigestPace
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.changes import subscribe, unsubscribe
from bot.notices.subscriptions.model import DEFAULT_FEATURES, Scope, Subscription, SubscriptionChange
from tests.support.db_samples import LATER, OTHER_ACCOUNTS
from tests.support.webinar_samples import ACCOUNT, NOW, webinar

pytest_plugins = ["tests.support.databases"]

HERE = ACCOUNT.workspace
LEADS = (timedelta(days=1), timedelta(minutes=10))


def line(**changes: Any) -> Subscription:
    """#launch is subscribed to all webinars with the default features."""
    facts = {
        "workspace": HERE,
        "channel_id": "C1",
        "scope": Scope.ALL,
        "set_by": "U1",
        "set_at": NOW,
        "by_organizer": True,
    }
    return Subscription(**(facts | changes))


def about_one(**changes: Any) -> Subscription:
    """#launch is subscribed to one webinar."""
    return line(**({"scope": Scope.WEBINAR, "subject": "s1", "account": ACCOUNT} | changes))


def hours(**changes: Any) -> ChannelHours:
    """#launch is quiet at night and wants a weekly digest."""
    facts = {"workspace": HERE, "channel_id": "C1", "time_zone": "Europe/Madrid", "set_by": "U1", "set_at": NOW}
    return ChannelHours(
        **(facts | {"quiet_from": 1320, "quiet_to": 480, "digest": DigestPace.WEEKLY, "digest_day": 2} | changes)
    )


async def test_subscriptions_are_read_as_written(store: Store) -> None:
    """Of every scope, with features or none, with times of their own or none, or none at all."""
    lines = [
        line(features=frozenset(Feature)),
        line(scope=Scope.MINE, subject="U1"),
        about_one(features=frozenset[Feature](), offsets=LEADS),
        about_one(subject="s2", offsets=(), by_share=True),
    ]
    async with store.write() as db:
        for one in lines:
            await subscription_table.save(db, one)
        assert await subscription_table.of_channel(db, HERE, "C1") == lines
        assert await subscription_table.of_channel(db, HERE, "C2") == []
        await subscription_table.save(db, line(features=DEFAULT_FEATURES, set_by="U2", set_at=LATER))
        assert (await subscription_table.of_channel(db, HERE, "C1"))[0].set_by == "U2"
        await subscription_table.remove(db, lines[2])
        assert [one.subject for one in await subscription_table.of_channel(db, HERE, "C1")] == ["", "U1", "s2"]


async def test_subscriptions_belong_to_workspace_and_account(store: Store) -> None:
    """The same channel, scope and subject elsewhere is another line."""
    mine = about_one()
    theirs = [about_one(workspace=other.workspace, account=other, set_by="U9") for other in OTHER_ACCOUNTS]
    async with store.write() as db:
        for one in [mine, *theirs]:
            await subscription_table.save(db, one)
        for other, one in zip(OTHER_ACCOUNTS, theirs, strict=True):
            assert await subscription_table.of_webinar(db, other, "s1", "") == [one]
        await subscription_table.remove(db, mine)
        assert await subscription_table.of_webinar(db, ACCOUNT, "s1", "") == []
        assert await subscription_table.all_subscriptions(db, Workspace(team_id="T2")) == [theirs[0]]


async def test_subscriptions_that_cover_a_webinar_are_found(store: Store) -> None:
    """Its own, its creator's, and those about all, of every channel."""
    deciding = [line(), line(scope=Scope.MINE, subject="U1"), about_one(channel_id="C2")]
    others = [line(scope=Scope.MINE, subject="U2"), about_one(subject="s2")]
    async with store.write() as db:
        for one in [*deciding, *others]:
            await subscription_table.save(db, one)
        assert await subscription_table.of_webinar(db, ACCOUNT, "s1", "U1") == deciding
        assert await subscription_table.all_subscriptions(db, HERE) == [*deciding[:2], *others, deciding[2]]


async def test_subscriptions_of_a_channel_are_replaced(store: Store) -> None:
    """What is gone is forgotten, what changed is written, what stayed is as it was."""
    launch = webinar()

    def change(**changes: Any) -> SubscriptionChange:
        return SubscriptionChange(
            **({"workspace": HERE, "channel_id": "C1", "by": "U1", "at": NOW, "by_organizer": True} | changes)
        )

    before = subscribe(subscribe([], change(), DEFAULT_FEATURES), change(about="mine"), DEFAULT_FEATURES)
    after = unsubscribe(unsubscribe(before, change(about="mine")), change(about=launch, by="U2"))
    async with store.write() as db:
        await subscription_table.replace(db, [], before)
        assert await subscription_table.of_channel(db, HERE, "C1") == before
        await subscription_table.replace(db, before, after)
        assert await subscription_table.of_channel(db, HERE, "C1") == after
        await subscription_table.replace(db, after, [])
        assert await subscription_table.of_channel(db, HERE, "C1") == []


async def test_two_who_change_a_channel_at_once_lose_nothing(store: Store) -> None:
    """The second sees what the first has written."""

    async def add(feature: Feature) -> None:
        async with store.write() as db:
            await subscription_table.lock_channel(db, HERE, "C1")
            lines = await subscription_table.of_channel(db, HERE, "C1")
            change = SubscriptionChange(workspace=HERE, channel_id="C1", by="U1", at=NOW, by_organizer=True)
            await asyncio.sleep(0)  # the other one's turn, if it is let
            await subscription_table.replace(db, lines, subscribe(lines, change, frozenset({feature})))

    await asyncio.gather(*(add(feature) for feature in Feature))
    async with store.read() as db:
        assert [one.features for one in await subscription_table.of_channel(db, HERE, "C1")] == [frozenset(Feature)]


async def test_hours_are_read_as_written(store: Store) -> None:
    """With quiet hours or without; of the channels that were asked about, and those that want a digest."""
    night = hours()
    plain = hours(channel_id="C2", quiet_from=None, quiet_to=None, digest=DigestPace.NEVER)
    abroad = hours(workspace=Workspace(team_id="T2"))
    async with store.write() as db:
        for one in (night, plain, abroad):
            await subscription_table.save_hours(db, one)
        assert await subscription_table.hours_of(db, HERE, ["C1", "C2", "C3"]) == {"C1": night, "C2": plain}
        assert await subscription_table.hours_of(db, HERE, []) == {}
        assert await subscription_table.hours_with_digest(db, HERE) == [night]
        await subscription_table.save_hours(db, hours(digest=DigestPace.NEVER, set_by="U2"))
        assert await subscription_table.hours_with_digest(db, HERE) == []
        assert (await subscription_table.hours_of(db, HERE, ["C1"]))["C1"].set_by == "U2"


async def test_workspace_has_its_own_reminders_or_none(store: Store) -> None:
    """None set is not the same as none wanted."""
    async with store.write() as db:
        assert await subscription_table.default_offsets(db, HERE) is None
        await subscription_table.save_default_offsets(db, HERE, LEADS, "U1", NOW)
        assert await subscription_table.default_offsets(db, HERE) == LEADS
        await subscription_table.save_default_offsets(db, HERE, (), "U1", LATER)
        assert await subscription_table.default_offsets(db, HERE) == ()
        assert await subscription_table.default_offsets(db, Workspace(team_id="T2")) is None
