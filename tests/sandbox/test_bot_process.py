"""The sandbox's commands to the bot's process, executed on a bot in this process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.notices.model import Feature
from bot.notices.quiet_hours import ChannelHours, DigestPace
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Scope, Subscription
from sandbox.bot_process import BotControl
from tests.support.webhooks import quiet, webhook_world
from tests.support.world import World

HOUR, DAY = 3600, timedelta(days=1)


async def test_digests_come_out_when_the_clock_is_moved(world: World) -> None:
    """One a day at its hour, however fast the clock moves."""
    control, now, workspace = (
        BotControl(world.bot, world.clock),
        world.clock.now(),
        world.bot.services.account.workspace,
    )
    for day in range(1, 5):
        world.ringcentral.create(f"Day {day}", now + timedelta(days=day, hours=12))
    by: dict[str, Any] = {"workspace": workspace, "channel_id": "C0LAUNCH", "set_by": "U0CHLOE", "set_at": now}
    first = (now + timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    async with world.bot.services.store.write() as db:
        await subscription_table.save(
            db, Subscription(scope=Scope.ALL, by_organizer=True, features=frozenset({Feature.CHANGES}), **by)
        )
        await subscription_table.save_hours(db, ChannelHours(digest=DigestPace.DAILY, digest_at=first.hour * 60, **by))
    await world.bot.services.mirror.sweep()
    for _ in range(3 * 24):
        assert set(await control.execute({"move": HOUR})) == {"next"}
        await world.slack.tick()
    posted = [datetime.fromtimestamp(float(message.ts), UTC) for message in world.slack.messages("#launch")]
    assert [(moment - first) // DAY for moment in posted] == [0, 1, 2]
    assert max((moment - first) % DAY for moment in posted) < timedelta(minutes=70)  # the clock moves by the hour


async def test_planned_reminders_are_named_until_they_are_scheduled(world: World) -> None:
    """Soonest first, with their place; the question changes nothing."""
    control = BotControl(world.bot, world.clock)
    start = (world.clock.now() + timedelta(days=3)).replace(microsecond=0)
    await world.create(start=start, fields={"Announce in": "#launch"})
    listed = (await control.execute({"planned": True}))["planned"]
    leads = [(timedelta(days=1), "1 day"), (timedelta(hours=1), "1 hour"), (timedelta(minutes=10), "10 minutes")]
    assert [one for one in listed if one["before"] != "At the start"] == [  # type: ignore[attr-defined]
        {
            "channel": "C0LAUNCH",
            "at": (start - lead).timestamp(),
            "before": f"{words} before",
            "title": "Launch day",
        }
        for lead, words in leads
    ]
    assert (await control.execute({"planned": True}))["planned"] == listed
    await control.execute({"move": 2 * 24 * HOUR - 60})
    assert [one.text for one in world.slack.scheduled()]
    rest = (await control.execute({"planned": True}))["planned"]
    assert "1 day before" not in [one["before"] for one in rest]  # type: ignore[attr-defined]


async def test_a_moved_clock_leaves_webhooks_working(tmp_path: Path) -> None:
    """A subscription that has expired on the way is replaced, and a change after the move is delivered."""
    async with webhook_world(tmp_path) as world:
        control = BotControl(world.bot, world.clock)
        world.bot.services.scheduler.pause("webhooks", "sweep")  # these run by machine time
        session = world.ringcentral.create("Launch day", world.clock.now() + timedelta(days=20))
        await quiet(world)
        subscriptions = world.ringcentral.world.state.subscriptions
        assert len(subscriptions) == 1
        assert "next" in await control.execute({"move": 8 * 24 * HOUR, "arrived": True})
        await quiet(world)
        assert [one.is_expired(world.clock.now()) for one in subscriptions.values()] == [True, False]
        world.ringcentral.edit(session, scheduledDuration=5400)
        await quiet(world)
        [webinar] = await world.bot.services.mirror.everything()
        assert webinar.length == timedelta(minutes=90)


async def test_a_moved_clock_with_ringcentral_away_harms_nothing(world: World) -> None:
    """An action on the page must not end the bot."""
    control = BotControl(world.bot, world.clock)
    world.ringcentral.fail("*", "^/webinar/", status=403, times=9)
    assert "next" in await control.execute({"move": 1, "arrived": True})
    await world.settled()
    world.ringcentral.faults.clear()
    assert "next" in await control.execute({"move": 1, "arrived": True})
    await world.settled()
    assert world.bot.services.scheduler.is_alive
