"""Each recipient of a follow-up gets one message: crashes, lost responses, double clicks and two replicas."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import EVENTS, Greenroom
from bot.reports.follow_up.run_table import RunState
from tests.support.creation import SetFault, crash_before_writing, hang_at_slack
from tests.support.follow_ups import ORGANIZER, SEATED, FollowUpHarness, follow_up_harness, prepare, shorten
from tests.support.replicas import two_replicas
from tests.support.world import WAIT_LIMIT_S, World, running_world

pytest_plugins = ["tests.support.databases"]

SHORT_LEASE = timedelta(seconds=0.3)
SEND, STOP, AT_THE_END = "Send Follow-Up", "Stop Sending", "before the end is saved"
SENDING: dict[str, SetFault] = {
    "before a second is reserved": crash_before_writing("follow_up_recipients", "scheduling"),
    "while Slack is asked": hang_at_slack("chat.scheduleMessage", done=False),
    "before Slack's answer comes": hang_at_slack("chat.scheduleMessage", done=True),
    "before Slack's answer is saved": crash_before_writing("follow_up_recipients", "scheduled"),
    "before the file is sent": hang_at_slack("files.getUploadURLExternal", done=False),
    "before it is saved that Slack has all": crash_before_writing("follow_ups", "waiting"),
    AT_THE_END: crash_before_writing("follow_ups", "done"),
}
STOPPING: dict[str, SetFault] = {
    "while Slack is asked": hang_at_slack("chat.deleteScheduledMessage", done=False),
    "before Slack's answer comes": hang_at_slack("chat.deleteScheduledMessage", done=True),
    "before Slack's answer is saved": crash_before_writing("follow_up_recipients", "waiting"),
    AT_THE_END: crash_before_writing("follow_ups", "stopped"),
}


WRITES = (
    "before a second is reserved",
    "before Slack's answer is saved",
    "before it is saved that Slack has all",
    AT_THE_END,
)
"""The points on PostgreSQL: those at which something is not written. Slack's part is the same on both databases."""


def points_on(database_url: str, points: dict[str, SetFault]) -> dict[str, SetFault]:
    """All points on SQLite."""
    is_sqlite = database_url.startswith("sqlite")
    return {point: fault for point, fault in points.items() if is_sqlite or point in WRITES}


def with_short_leases(world: World) -> None:
    """A lease that is short enough to wait for after a crash on PostgreSQL."""
    prepare(world)
    on_build = world.on_build

    def build(bot: Greenroom) -> None:
        on_build(bot)
        bot.services.follow_ups.leases.lease = bot.services.locks.lease = SHORT_LEASE

    world.on_build = build


async def crash(world: World, fault: SetFault, action: str) -> None:
    """Press a button, and end the bot as `kill -9` would when it comes to this point; start another one."""
    is_reached = fault(world)
    if action == SEND:
        await world.slack.submit(ORGANIZER, world.slack.view(ORGANIZER))
        if fault is SENDING[AT_THE_END]:
            await world.settled()
            await world.move(timedelta(minutes=10))
            await world.bot.services.follow_ups.resume()
    else:
        message = [one for one in world.slack.messages(f"@{ORGANIZER}") if action in one.buttons][-1]
        await world.slack.click(ORGANIZER, message, action)
    await world.until(is_reached)
    await world.crash_bot()
    world.slack.calm()
    await world.start_bot()


async def until(launch: FollowUpHarness, *states: RunState) -> None:
    """Resume, as the scheduler does, until the follow-up is in one of these states."""
    services = launch.world.bot.services
    [webinar] = await services.mirror.everything()
    async with asyncio.timeout(WAIT_LIMIT_S):
        while True:
            await launch.resume()
            run = await services.follow_ups.latest(webinar)
            if run and run.state in states:
                return
            await asyncio.sleep(0.01)


def check_everybody_got(launch: FollowUpHarness, count: int, point: str = "") -> None:
    """Each follow-up once, and the organizer knows."""
    assert [len(launch.received(user)) for user in SEATED] == [count] * 3, point
    assert launch.world.slack.scheduled() == [], point
    assert "is done. 3 direct messages were sent.\nThe file has 3 people" in launch.progress.words, point


async def test_a_crash_while_sending(database_url: str, tmp_path: Path) -> None:
    """At each point in turn, the next bot goes on: nobody gets a second message, and nobody none."""
    async with running_world(tmp_path, database_url=database_url, prepare=with_short_leases) as world:
        launch = await follow_up_harness(world)
        for count, (point, fault) in enumerate(points_on(database_url, SENDING).items(), start=1):
            await launch.review()
            await crash(world, fault, SEND)

            await until(launch, RunState.WAITING, RunState.DONE)
            await world.move(timedelta(minutes=10))
            await until(launch, RunState.DONE)
            check_everybody_got(launch, count, point)


async def test_a_crash_while_stopping(database_url: str, tmp_path: Path) -> None:
    """At each point in turn, the next bot takes back the rest, and what was not sent can be sent once."""
    async with running_world(tmp_path, database_url=database_url, prepare=with_short_leases) as world:
        launch = await follow_up_harness(world)
        for count, (point, fault) in enumerate(points_on(database_url, STOPPING).items(), start=1):
            await launch.send()
            await crash(world, fault, STOP)

            await until(launch, RunState.STOPPED)
            assert "No direct message was sent, and 3 direct messages were not" in launch.progress.words, point
            assert world.slack.scheduled() == [], point
            await launch.press("Send the Rest")
            await until(launch, RunState.WAITING)
            await world.move(timedelta(minutes=10))
            await until(launch, RunState.DONE)
            check_everybody_got(launch, count, point)


async def test_a_bot_that_was_down_for_long_says_what_is_not_clear(tmp_path: Path) -> None:
    """It does not know whether Slack had the message when it was due: it is not repeated."""
    async with running_world(tmp_path, prepare=with_short_leases) as world:
        launch = await follow_up_harness(world)
        await launch.review()
        fault = hang_at_slack("chat.scheduleMessage", done=True)(world)
        await world.slack.submit(ORGANIZER, world.slack.view(ORGANIZER))
        await world.until(fault)
        await world.crash_bot()
        world.clock.move(timedelta(minutes=6))
        await world.slack.tick()
        await world.start_bot()

        await until(launch, RunState.WAITING)
        await launch.finish()
        assert [len(launch.received(user)) for user in SEATED] == [1, 1, 1]
        assert (
            "2 direct messages were sent.\nFor 1 person it is not clear whether Slack sent it" in launch.progress.words
        )


@pytest.mark.parametrize("effect", [True, False])
async def test_a_lost_response_is_looked_up(tmp_path: Path, effect: bool) -> None:
    """Slack is asked, and the message is scheduled again only if it has none."""
    async with running_world(tmp_path, prepare=prepare) as world:
        launch = await follow_up_harness(world)
        await launch.review()
        world.slack.fail("chat.scheduleMessage", status=500, effect=effect, times=2)
        await world.slack.submit(ORGANIZER, world.slack.view(ORGANIZER))
        await world.settled()
        await launch.finish()
        check_everybody_got(launch, 1)


async def test_two_replicas_and_double_clicks(database_url: str, tmp_path: Path) -> None:
    """The review is sent twice at once, to both replicas, which both look for work; so it is with each button."""

    def quick(world: World) -> None:
        with_short_leases(world)
        world.slack.limits.messages_per_second = None

    async with two_replicas(tmp_path, database_url, quick) as replicas:
        world = replicas.world
        shorten(replicas.other)
        balanced, world.slack.events_url = world.slack.events_url, f"{world.bot.url}{EVENTS}"
        launch = await follow_up_harness(world)
        review = await launch.review()
        world.slack.events_url = balanced
        await asyncio.gather(*(world.slack.submit(ORGANIZER, review) for _ in range(2)))
        await asyncio.gather(*(bot.services.follow_ups.resume() for bot in replicas.all * 3))
        await replicas.settled()

        message = launch.progress
        await asyncio.gather(*(world.slack.click(ORGANIZER, message, "Stop Sending") for _ in range(2)))
        await replicas.settled()
        assert world.slack.scheduled() == []
        message = launch.progress
        await asyncio.gather(*(world.slack.click(ORGANIZER, message, "Send the Rest") for _ in range(2)))
        await replicas.settled()
        await world.move(timedelta(minutes=10))
        await asyncio.gather(*(bot.services.follow_ups.resume() for bot in replicas.all * 3))
        await replicas.settled()

        check_everybody_got(launch, 1)
        assert len([one for one in launch.launch.dms(ORGANIZER) if one.text.startswith("Follow-up of")]) == 1
        assert len(launch.files) == 1


async def test_two_organizers_do_not_write_to_the_same_people(tmp_path: Path) -> None:
    """A review made before another follow-up was sent is not sent any more, also when that one is done."""
    async with running_world(tmp_path, prepare=prepare) as world:
        launch = await follow_up_harness(world)
        review = await launch.review("ana")
        await world.move(timedelta(minutes=1))
        await launch.send()
        await launch.finish()

        await world.slack.submit("ana", review)
        await launch.finish()
        assert "was sent since this review was made, so nothing was sent" in world.slack.view("ana").words
        check_everybody_got(launch, 1)


async def test_the_rest_is_not_sent_beside_another_follow_up(tmp_path: Path) -> None:
    """The second one says who is sending what."""
    async with running_world(tmp_path, prepare=prepare) as world:
        launch = await follow_up_harness(world)
        await launch.send()
        await launch.press("Stop Sending")
        await world.settled()
        stopped = launch.progress
        await world.move(timedelta(minutes=1))
        await world.slack.submit("ana", await launch.review("ana"))
        await world.settled()

        await world.click(ORGANIZER, stopped, "Send the Rest")
        told = [one.words for one in world.slack.messages(f"@{ORGANIZER}") if one.ephemeral_to]
        assert "A follow-up of this webinar is being sent right now" in told[-1]
        await launch.finish()
        assert [len(launch.received(user)) for user in SEATED] == [1] * 3
