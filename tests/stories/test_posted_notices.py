"""Posted messages stay correct: what has lost its point is a line that says who ended it, and when."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from sandbox.slack import Message
from tests.support.derived import second_replica
from tests.support.seats import SeatsHarness, limit_settings, seats_harness, without_waits
from tests.support.world import World, running_world

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world in which the story decides when periodic work runs."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        for job in ("resume", "sweep", "count"):
            started.bot.services.scheduler.pause(job)
        yield started


async def update(world: World) -> None:
    """Deliver what is due, and let the periodic work run."""
    await world.settled()
    await world.move(timedelta(seconds=61))
    await world.bot.services.scheduled_lookup.run()
    await world.bot.services.posted_notices.update_outdated()


def notice(world: World, begin: str, channel: str = "#launch", user: str | None = None) -> Message:
    """The newest message that begins like this."""
    shown = [one for one in world.slack.messages(channel, user) if one.bot and not one.ephemeral_to]
    return [one for one in shown if one.text.startswith(begin)][-1]


def labels(message: Message) -> list[str]:
    """The labels of its buttons."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row]


def line(message: Message) -> str:
    """The line in place of the buttons, with the time as its placeholder."""
    lines = [block["elements"][0]["text"] for block in message.blocks if block["type"] == "context"]
    return re.sub(r"<!date\^\d+\^\{time\}\|\d+:\d\d [AP]M UTC>", "10:42", lines[-1]) if lines else ""


def edits(world: World) -> int:
    """How many messages the bot has edited."""
    return sum(call.method == "chat.update" for call in world.slack.calls)


def lookups(world: World) -> int:
    """How often the bot has read a channel's history."""
    return sum(call.method == "conversations.history" for call in world.slack.calls)


async def may_read(world: World) -> None:
    """An admin adds the scope, and Slack names it in its next answer."""
    world.slack.scopes |= {"channels:history"}
    await world.bot.services.slack.identity()


async def full(world: World) -> SeatsHarness:
    """A webinar in #launch with five seats, all of them taken since a minute ago."""
    launch = await seats_harness(world, **limit_settings(5))
    world.clock.move(MINUTE)
    await launch.update(5)
    await update(world)
    return launch


async def test_alerts_show_who_ended_them(world: World) -> None:
    """Full, then more seats; closed, then open again; canceled at last. Nothing is edited without a change."""
    await full(world)
    alert = notice(world, "Launch day is full")
    assert (labels(alert), line(alert)) == (["Tell Me When It Opens", "Details"], "")
    personal = notice(world, "Launch day is full", "@chloe", "chloe")
    assert labels(personal) == ["Raise Limit", "Details"]

    await world.command("ana", "#random", "limit launch day 80")
    await update(world)
    ended = notice(world, "Launch day is full")
    assert (ended.text, labels(ended)) == (alert.text, [])
    for where in (ended, notice(world, "Launch day is full", "@chloe", "chloe")):
        assert line(where) == "Limit raised to 80 by Ana Ruiz · 10:42"
    assert labels(notice(world, "Registration for Launch day was opened again")) == ["Register", "Details"]

    await world.command("chloe", "#random", "close launch day")
    await update(world)
    assert line(notice(world, "Registration for Launch day was opened again")) == "Closed by Chloé Martin · 10:42"
    closed = notice(world, "Registration for Launch day was closed by Chloé Martin")
    assert labels(closed) == ["Tell Me When It Opens", "Details"]

    await world.command("chloe", "#random", "open launch day")
    await update(world)
    assert line(notice(world, "Registration for Launch day was closed")) == "Opened by Chloé Martin · 10:42"
    done = edits(world)
    await update(world)
    assert edits(world) == done

    await world.command("chloe", "#random", "cancel launch day")
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await update(world)
    opened = notice(world, "Registration for Launch day was opened again")
    assert (labels(opened), line(opened)) == ([], "Canceled by Chloé Martin · 10:42")
    assert labels(notice(world, "Launch day was canceled")) == ["Details"]


async def test_reminders_offer_what_is_possible(world: World) -> None:
    """Scheduled at Slack for a webinar that is full; replaced when there is room again, and edited after a click."""
    launch = await full(world)
    webinar = await world.bot.services.mirror.find(launch.session_id)
    await world.move(webinar.start - HOUR - 10 * MINUTE - world.clock.now())
    held = [one for one in world.slack.world.scheduled.values() if one.state == "pending" and "1 hour" in one.text]
    assert ["Tell Me When It Opens" in str(one.blocks) for one in held] == [True]

    await world.command("chloe", "#random", "limit launch day 6")
    await world.move(10 * MINUTE)
    reminder = notice(world, "Launch day starts in 1 hour")
    assert labels(reminder) == ["Register", "Remind Me", "Mute Here", "Details"]

    world.clock.move(MINUTE)
    await launch.update(1)
    await update(world)
    assert "Register" in labels(notice(world, "Launch day starts in 1 hour"))
    await world.click("dev", reminder, "Details")
    await world.move(20 * MINUTE)
    await update(world)
    reminder = notice(world, "Launch day starts in 1 hour")
    assert labels(reminder) == ["Tell Me When It Opens", "Remind Me", "Mute Here", "Details"]
    card = notice(world, "Launch day: ")
    await world.click("dev", card, "Details")
    await update(world)
    assert notice(world, "Launch day: ").text == card.text

    await world.move(webinar.end + MINUTE - world.clock.now())
    await update(world)
    ended = notice(world, "Launch day starts in 1 hour")
    assert (labels(ended), line(ended)) == ([], "This webinar has ended.")


async def test_reminders_are_found_where_the_history_may_be_read(world: World) -> None:
    """Without a click: they change when the webinar becomes full, and when it is over. Each is looked for once."""
    launch = await seats_harness(world, **limit_settings(5))
    webinar = await world.bot.services.mirror.find(launch.session_id)
    await may_read(world)
    await world.move(webinar.start - HOUR - world.clock.now())
    assert labels(notice(world, "Launch day starts in 1 hour")) == ["Register", "Remind Me", "Mute Here", "Details"]
    await update(world)
    await launch.update(5)
    await update(world)
    reminder = notice(world, "Launch day starts in 1 hour")
    assert labels(reminder) == ["Tell Me When It Opens", "Remind Me", "Mute Here", "Details"]

    await world.move(webinar.end + MINUTE - world.clock.now())
    await update(world)
    ended = notice(world, "Launch day starts in 1 hour")
    assert (labels(ended), line(ended)) == ([], "This webinar has ended.")
    done = lookups(world)
    await update(world)
    assert (lookups(world), done > 0) == (done, True)


async def test_reminders_are_not_looked_for_without_access(world: World) -> None:
    """No scope: no call. Slack is busy, then refuses: that reminder is given up; the one of the day before is found."""
    launch = await seats_harness(world, **limit_settings(5))
    webinar = await world.bot.services.mirror.find(launch.session_id)
    await world.move(webinar.start - HOUR + MINUTE - world.clock.now())
    await update(world)
    assert lookups(world) == 0

    await may_read(world)
    world.slack.fail("conversations.history", retry_after=1)
    world.slack.fail("conversations.history", error="not_in_channel")
    for _ in range(4):
        await update(world)
    looked_for_twice_and_once = 3
    assert lookups(world) == looked_for_twice_and_once


async def test_edit_that_fails_stops_nothing(world: World) -> None:
    """The others are edited, a busy Slack is asked later, and of two replicas one edits."""
    await full(world)
    await world.command("ana", "#random", "limit launch day 80")
    await world.settled()
    world.slack.fail("chat.update", error="internal_error")
    notices = world.bot.services.posted_notices
    await notices.update_outdated()
    shown = [notice(world, "Launch day is full", channel, "chloe") for channel in ("#launch", "@chloe")]
    assert sorted(bool(labels(one)) for one in shown) == [False, True]

    world.clock.move(3 * MINUTE)
    world.slack.fail("chat.update", retry_after=1)
    await notices.update_outdated()
    world.clock.move(3 * MINUTE)
    done = edits(world)
    other = second_replica(world)
    await asyncio.gather(notices.update_outdated(), other.posted_notices.update_outdated())
    assert edits(world) == done + 1
    shown = [notice(world, "Launch day is full", channel, "chloe") for channel in ("#launch", "@chloe")]
    assert [labels(one) for one in shown] == [[], []]
