"""A change of a webinar reaches everything that was posted about it, and is announced once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.support.derived import Derived, derived, second_replica, without_periodic_work
from tests.support.own_pages import PUBLIC_URL
from tests.support.registration import PERSON
from tests.support.world import running_world

pytest_plugins = ["tests.support.databases"]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest_asyncio.fixture
async def launch(tmp_path: Path) -> AsyncIterator[Derived]:
    """A webinar with everything that is derived from it."""
    started = running_world(tmp_path, public_url=PUBLIC_URL, prepare=without_periodic_work)
    async with started as world, aiohttp.ClientSession() as http:
        yield await derived(world, http)


async def changes_of(launch: Derived, change: str) -> dict[str, Any]:
    """The fields of an edit in RingCentral's own app."""
    start = (await launch.webinar()).start + 3 * HOUR
    every: dict[str, dict[str, Any]] = {
        "title": {"title": "Garden party"},
        "start": {"scheduledStartTime": f"{start:%Y-%m-%dT%H:%M:%SZ}"},
        "length": {"scheduledDuration": 5400},
        "zone": {"timeZone": "Asia/Tokyo"},
        "description": {"description": "All about the garden"},
    }
    return {name: value for one in every.values() for name, value in one.items()} if change == "all" else every[change]


ANNOUNCED = {
    "title": "*Launch day* is now called *Garden party*",
    "start": "*Launch day* was moved",
    "length": "*Launch day* is longer",
    "zone": "",
    "description": "",
    "all": "*Launch day* is now called *Garden party*",
}


@pytest.mark.parametrize("change", list(ANNOUNCED))
async def test_an_edit_in_ringcentrals_app_reaches_everything(launch: Derived, change: str) -> None:
    """Cards, reminders, digest, messages, calendars, suggestion and own page; announced in one notice or in none."""
    await launch.check()
    before = [len(launch.launch.calendar_files(user)) for user in ("dev", "finn")]
    launch.edit(**await changes_of(launch, change))
    await launch.notice()

    await launch.check()
    expected = ANNOUNCED[change]
    announced = launch.changes()
    assert [line.startswith(expected) for line in announced] == ([True] if expected else []), announced
    after = [len(launch.launch.calendar_files(user)) for user in ("dev", "finn")]
    assert [new - old for new, old in zip(after, before, strict=True)] == ([0, 0] if change == "zone" else [1, 1])
    posted = len(launch.public())
    await launch.notice()
    assert len(launch.public()) == posted


async def test_everything_at_once_is_announced_in_one_line(launch: Derived) -> None:
    """With the old and the new title, start and length."""
    launch.edit(**await changes_of(launch, "all"))
    await launch.notice()

    [message] = [one for one in launch.public() if "is now called" in one.words]
    head, times, *_ = message.words.splitlines()
    assert head == "*Launch day* is now called *Garden party*"
    assert times.startswith("Moved to <!date^")
    assert ", 1 hour 30 minutes, instead of <!date^" in times
    assert times.endswith(", 45 minutes")


async def test_an_edit_in_slack_reaches_everything(launch: Derived) -> None:
    """Title, start, length and description in one form: one notice with the name of who made it."""
    world, webinar = launch.world, await launch.webinar()
    await world.command("chloe", "#launch", "edit launch")
    changes = {"Title": "Garden party", "Starts": webinar.start + 3 * HOUR, "Length": "90m", "Description": "All of it"}
    outcome = await world.slack.submit("chloe", world.slack.view("chloe"), changes)
    assert outcome.errors == {}
    await world.settled()
    await launch.update()

    await launch.check()
    changed = await launch.webinar()
    assert (changed.title, changed.length, changed.description) == ("Garden party", 1.5 * HOUR, "All of it")
    [line] = launch.changes()
    assert line == "*Launch day* was renamed by Chloé Martin and is now called *Garden party*"
    posted = len(launch.public())
    await launch.notice()
    assert len(launch.public()) == posted


async def test_another_description_in_slack_is_not_announced(launch: Derived) -> None:
    """Cards, calendars and suggestions have it."""
    world = launch.world
    posted = len(launch.public())
    await world.command("chloe", "#launch", "edit launch")
    await world.slack.submit("chloe", world.slack.view("chloe"), {"Description": "All of it"})
    await world.settled()
    await launch.update()

    await launch.check()
    assert (await launch.webinar()).description == "All of it"
    assert len(launch.public()) == posted


@pytest.mark.parametrize("change", ["title", "start", "length"])
async def test_a_reminder_that_slack_has_is_replaced(launch: Derived, change: str) -> None:
    """The reminder of an hour before is scheduled at Slack when the webinar changes."""
    webinar = await launch.webinar()
    await launch.world.move(webinar.start - HOUR - 10 * timedelta(minutes=1) - launch.world.clock.now())
    assert [text for text in launch.scheduled() if "Launch day" in text]
    launch.edit(**await changes_of(launch, change))
    await launch.notice()

    await launch.check()
    assert bool(launch.scheduled()) is (change != "start")


async def test_refresh_notices_another_date(launch: Derived) -> None:
    """The registration tells that the date has changed, so the session is read too: two calls instead of one."""
    launch.edit(**await changes_of(launch, "start"))
    calls = len(launch.world.vendor_calls())
    await launch.world.click("emi", launch.card(), "Refresh")
    assert len(launch.world.vendor_calls()) == calls + 2
    await launch.update()

    await launch.check()
    assert len(launch.changes()) == 1
    calls = len(launch.world.vendor_calls())
    await launch.world.bot.services.mirror.refresh(launch.launch.session_id, PERSON)
    assert len(launch.world.vendor_calls()) == calls + 1


async def test_a_canceled_webinar_leaves_the_digest(launch: Derived) -> None:
    """The digest lists what takes place."""
    [one] = launch.world.ringcentral.webinars()
    launch.world.ringcentral.cancel(one["webinar_id"])
    await launch.notice()
    assert "Launch day" not in launch.digest().words


@pytest.mark.parametrize("error", ["ratelimited", "message_not_found"])
async def test_a_digest_that_can_not_be_edited_is_tried_again_or_left(launch: Derived, error: str) -> None:
    """Later if Slack is busy; a deleted digest is edited no more."""
    launch.edit(title="Garden party")
    await launch.world.bot.services.mirror.sweep()
    digests = launch.world.bot.services.posted_digests
    fault = {"retry_after": 1} if error == "ratelimited" else {"error": error}
    launch.world.slack.fail("chat.update", **fault)
    await digests.update_outdated()
    assert "Launch day" in launch.digest().words
    await digests.update_outdated()
    assert ("Garden party" in launch.digest().words) is (error == "ratelimited")


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_two_replicas_announce_once(tmp_path: Path, backend: str, request: pytest.FixtureRequest) -> None:
    """Both notice the same edit at the same time."""
    url = await request.getfixturevalue("postgres").migrated() if backend == "postgresql" else ""
    started = running_world(tmp_path, database_url=url, public_url=PUBLIC_URL, prepare=without_periodic_work)
    async with started as world, aiohttp.ClientSession() as http:
        launch = await derived(world, http)
        other = second_replica(world)
        launch.edit(**await changes_of(launch, "all"))
        await asyncio.gather(*(one.mirror.sweep() for one in (world.bot.services, other)))
        await asyncio.gather(*(one.scheduler.deliver() for one in (world.bot.services, other)))
        await asyncio.gather(*(one.resume() for one in (world.bot.services, other) for _ in range(2)))
        await launch.update()

        assert len(launch.changes()) == 1
        await launch.check()
