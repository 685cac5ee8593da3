"""The sandbox's commands to the bot's process, executed on a bot in this process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.notices.model import Feature
from bot.notices.quiet_hours import ChannelHours, DigestPace
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Scope, Subscription
from sandbox.bot_process import BotControl
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
    await control.execute({"refresh": ""})
    await world.until(lambda: world.bot.services.mirror.swept_at and world.bot.services.mirror.swept_at > now)
    for _ in range(3 * 24):
        assert set(await control.execute({"move": HOUR})) == {"next"}
        await world.slack.tick()
    posted = [datetime.fromtimestamp(float(message.ts), UTC) for message in world.slack.messages("#launch")]
    assert [(moment - first) // DAY for moment in posted] == [0, 1, 2]
    assert max((moment - first) % DAY for moment in posted) < timedelta(minutes=70)  # the clock moves by the hour


async def test_change_at_ringcentral_is_looked_at_with_one_call(world: World) -> None:
    """The list for what it contains, the registration for its own fields; no Refresh is needed."""
    await world.create()
    await world.command("chloe", "#launch", "share next")
    (webinar,) = world.ringcentral.webinars()
    control = BotControl(world.bot, world.clock)
    calls = len(world.vendor_calls())
    world.ringcentral.edit(webinar["session_id"], title="Launching day")
    assert await control.execute({"refresh": ""}) == {}
    await world.until(lambda: any("Launching day" in message.words for message in world.slack.messages("#launch")))
    world.ringcentral.register(webinar["session_id"], 3)
    assert await control.execute({"refresh": webinar["session_id"]}) == {}
    await world.until(lambda: any("3 registered" in message.words for message in world.slack.messages("#launch")))
    await world.settled()
    assert [call.rpartition("/")[2] for call in world.vendor_calls()[calls:]] == ["sessions", webinar["session_id"]]


async def test_look_at_a_strangers_webinar_or_with_ringcentral_away_harms_nothing(world: World) -> None:
    """An action on the page must not end the bot."""
    control = BotControl(world.bot, world.clock)
    world.ringcentral.fail("*", "^/webinar/", status=403, times=9)
    for session in ("", "1"):
        assert await control.execute({"refresh": session}) == {}
    await world.settled()
    world.ringcentral.faults.clear()
    assert "next" in await control.execute({"move": 1, "arrived": True})
    await world.settled()
    assert world.bot.services.scheduler.is_alive
