"""A webinar that is live before its start: no reminder of a start to come, and word that it is live."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.support.seats import SeatsHarness, seats_harness, without_waits
from tests.support.world import World, running_world

MINUTE = timedelta(minutes=1)
SOON = [*["Launch day starts in 10 minutes"] * 2, "Launch day starts now"]
"""What Slack is to post a quarter of an hour ahead: Dev also gets a message at the start."""


async def seen(world: World) -> None:
    """Let what happened at RingCentral be read, and deliver what follows."""
    world.clock.move(MINUTE)
    await world.bot.services.mirror.sweep()
    await world.bot.services.count()
    await world.bot.services.scheduler.deliver()


def planned_at_slack(world: World) -> list[str]:
    """The texts of the messages that Slack is to post."""
    return sorted(one.text.partition(":")[0] for one in world.slack.world.scheduled.values() if one.state == "pending")


def posted(launch: SeatsHarness, begin: str) -> list[tuple[str, list[str]]]:
    """Where a notice that begins like this was posted, with its buttons."""
    channels = {channel: launch.world.slack.messages(channel) for channel in ("#launch", "#random")}
    places = {**channels, "dev": launch.dms("dev")}
    return [
        (place, one.buttons)
        for place, messages in places.items()
        for one in messages
        if one.bot and one.text.startswith(begin)
    ]


async def before_start(world: World, by: timedelta) -> SeatsHarness:
    """A webinar with Dev's seat, this long before its start."""
    for job in ("count", "sweep"):
        world.bot.services.scheduler.pause(job)
    launch = await seats_harness(world)
    await launch.press("dev")
    webinar = await world.bot.services.mirror.find(launch.session_id)
    await world.move(webinar.start - by - world.clock.now())
    return launch


async def test_a_practice_keeps_the_reminders_and_an_early_start_takes_their_place(tmp_path: Path) -> None:
    """At Slack, too: withdrawn as soon as it is seen live; "is live now" comes once, where a reminder was to come."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        await world.command("ana", "#random", "subscribe live")
        launch = await before_start(world, 14 * MINUTE)
        assert planned_at_slack(world) == sorted([*SOON, SOON[-1]])

        world.ringcentral.room.start(launch.session_id, "Practice")
        await seen(world)
        assert planned_at_slack(world) == sorted([*SOON, SOON[-1]])
        world.ringcentral.room.go_to(launch.session_id, "Live")
        await seen(world)
        assert planned_at_slack(world) == []
        live = posted(launch, "Launch day is live now")
        in_channel = ["Join Now", "Details"]
        assert live == [("#launch", in_channel), ("#random", in_channel), ("dev", ["My Link", "Details"])]

        await world.move(20 * MINUTE)
        await seen(world)
        for wrong in ("Launch day starts in 10 minutes", "Launch day starts now", "Launch day was due"):
            assert posted(launch, wrong) == []
        assert posted(launch, "Launch day is live now") == live
        assert sum("/history/" in call for call in world.vendor_calls()) == 2


async def test_an_early_end_leaves_no_reminder(tmp_path: Path) -> None:
    """It began and ended before its start: at Slack nothing is left, and nobody hears that it starts."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        launch = await before_start(world, 70 * MINUTE)
        assert planned_at_slack(world) == ["Launch day starts in 1 hour"]
        world.ringcentral.begin(launch.session_id)
        await seen(world)
        assert planned_at_slack(world) == []
        world.ringcentral.finish(launch.session_id)
        await seen(world)
        await world.move(80 * MINUTE)
        assert posted(launch, "Launch day starts in 1 hour") == posted(launch, "Launch day starts now") == []


async def test_a_history_that_is_not_shown_counts_as_a_practice(tmp_path: Path) -> None:
    """RingCentral refuses it: the reminders stay, it is asked again after a minute, and never after the start."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        launch = await before_start(world, 14 * MINUTE)
        world.ringcentral.fail("GET", "/history/", status=403)
        world.ringcentral.begin(launch.session_id)
        await seen(world)
        await world.bot.services.count()
        assert planned_at_slack(world) == SOON
        await world.move(15 * MINUTE)
        calls = sum("/history/" in call for call in world.vendor_calls())
        await seen(world)
        assert calls == sum("/history/" in call for call in world.vendor_calls()) == 1
        assert [place for place, _ in posted(launch, "Launch day starts now")] == ["dev"]
