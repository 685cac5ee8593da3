"""Upkeep calls: one at a time, within the budget, and failures logged once."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.concurrency import SlidingWindow
from bot.model.webinar import Audience, Status, Webinar
from bot.sync.count_order import CALLS_A_MINUTE
from bot.webinars import count_history
from tests.support.creation import without_waits
from tests.support.registration import PERSON
from tests.support.world import World, running_world

COMPANY = "GET /webinar/configuration/v1/company/sessions"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Start everything without waiting times and without a limit on upkeep calls."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        started.bot.services.scheduler.pause("count")  # a story counts when it says so
        yield started


def made(world: World, title: str, days: float = 3, *, registration: bool = True) -> str:
    """Create a webinar at RingCentral; return its id."""
    start = (world.clock.now() + days * DAY).replace(microsecond=0)
    return world.ringcentral.create(title, start, settings={"registrationEnabled": registration})


async def known(world: World) -> dict[str, Webinar]:
    """Return the mirror by title."""
    return {webinar.title: webinar for webinar in await world.bot.services.mirror.everything()}


async def shared(world: World, *titles: str) -> None:
    """Sweep, and share it in #launch."""
    await world.bot.services.mirror.sweep()
    for title in titles:
        await world.post_card(title)


async def ticks(world: World, times: int) -> list[str]:
    """Run this many counts; return their calls."""
    before = len(world.vendor_calls())
    for _ in range(times):
        await world.bot.services.mirror.count_next()
    return world.vendor_calls()[before:]


def reading(webinar: Webinar) -> str:
    """Return the call that reads its registration."""
    return f"GET /webinar/registration/v1/sessions/{webinar.session_id}"


async def test_only_watched_webinars_are_counted_the_nearest_first(world: World) -> None:
    """One call each, after one that reads the audience; then none for a while."""
    for title, days in (("Far", 9), ("Near", 2), ("Nobody's", 1)):
        made(world, title, days)
    made(world, "Open house", 4, registration=False)
    await shared(world, "far", "near", "open house")
    mirror = await known(world)
    far, near, house = (mirror[title] for title in ("Far", "Near", "Open house"))

    asked = await ticks(world, 9)

    whom = "GET /webinar/configuration/v1/webinars/"
    assert sorted(asked) == sorted(
        [reading(near), reading(far), *(f"{whom}{one.webinar_id}" for one in (near, far, house))]
    )
    assert asked.index(reading(near)) < asked.index(reading(far))
    after = await known(world)
    assert after["Open house"].audience is Audience.ANYONE
    assert [after[title].registration is None for title in ("Far", "Near", "Nobody's")] == [False, False, True]


async def test_a_changed_count_is_read_before_all_others(world: World) -> None:
    """Once for any number of changes; not if read since; never beyond the budget."""
    mirror = world.bot.services.mirror
    for title, days in (("Near", 2), ("Far", 9)):
        made(world, title, days)
    await shared(world, "near", "far")
    await ticks(world, 9)
    far, near = (await known(world))["Far"], (await known(world))["Near"]
    world.clock.move(6 * MINUTE)
    for _ in range(3):
        mirror.count_soon(far.session_id)
    mirror.count_soon("nobody knows it")

    assert await ticks(world, 3) == [reading(far), reading(near)]
    mirror.count_soon(far.session_id)
    await mirror.refresh(far.session_id, PERSON)
    assert await ticks(world, 2) == []
    mirror.count_soon(far.session_id)
    world.ringcentral.fail("GET", "/registration/", status=404)
    assert await ticks(world, 3) == [reading(far)]
    mirror.count_soon(far.session_id)
    mirror.budget.calls.most = 0
    assert await ticks(world, 1) == []
    mirror.budget.calls.most = 1000
    assert await ticks(world, 2) == [reading(far)]


async def test_counts_are_kept_where_they_differ(world: World) -> None:
    """One row per count, not per reading."""
    made(world, "Elsewhere")
    await shared(world, "elsewhere")
    await ticks(world, 2)
    webinar = (await known(world))["Elsewhere"]
    for count in (0, 2, 0, 1):
        world.ringcentral.register(webinar.session_id, count)
        world.clock.move(6 * MINUTE)
        assert await ticks(world, 2) == [reading(webinar)]

    async with world.bot.services.store.read() as db:
        kept = await count_history.of_session(db, webinar.account, webinar.session_id)
    assert [figure.count for figure in kept] == [0, 2, 3]


async def test_upkeep_makes_four_calls_a_minute_at_most(world: World) -> None:
    """List, checks and counts share the budget; a user's Refresh does not count."""
    mirror = world.bot.services.mirror
    for number in range(9):
        made(world, f"Talk {number}")
    await shared(world, *(f'"talk {number}"' for number in range(9)))
    await ticks(world, 9)
    mirror.budget.calls = SlidingWindow(CALLS_A_MINUTE, 60)
    world.clock.move(6 * MINUTE)

    assert len(await ticks(world, 2)) == 2
    before = len(world.vendor_calls())
    await mirror.sweep()
    assert world.vendor_calls()[before:] == [COMPANY]
    assert len(await ticks(world, 9)) == 1
    await world.command("dev", "#launch", 'count "talk 1"')
    await world.click("dev", world.last("#launch", "dev"), "Refresh")
    assert len(world.vendor_calls()) == before + 3


async def test_checks_without_budget_run_before_counts(world: World) -> None:
    """A deleted webinar is found even while counts are due."""
    mirror = world.bot.services.mirror
    webinar_id = made(world, "Deleted", 2)
    made(world, "Counted", 1)
    await shared(world, "counted")
    world.clock.move(6 * MINUTE)
    world.ringcentral.cancel(webinar_id)
    mirror.budget.calls.most = 0
    await mirror.sweep()
    assert (await known(world))["Deleted"].status is Status.SCHEDULED

    mirror.budget.calls.most = 1000

    assert await ticks(world, 1) == [f"GET /webinar/configuration/v1/webinars/{webinar_id}"]
    assert (await known(world))["Deleted"].status is Status.CANCELED


async def test_a_failing_count_is_logged_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Once per refused session, once while none can be read; the others are still read."""
    caplog.set_level(logging.INFO)
    for title in ("One", "Two"):
        made(world, title)
    await shared(world, "one", "two")
    await ticks(world, 4)
    mirror = await known(world)
    one, two = mirror["One"], mirror["Two"]
    world.ringcentral.fail("GET", f"{one.session_id}$", status=403, times=3)
    for _ in range(3):
        world.clock.move(6 * MINUTE)
        assert sorted(await ticks(world, 3)) == sorted([reading(one), reading(two)])
    world.ringcentral.fail("GET", "/registration/", status=503, times=4 * 4)
    for _ in range(2):
        world.clock.move(6 * MINUTE)
        await ticks(world, 3)
    world.ringcentral.faults.clear()
    world.clock.move(6 * MINUTE)
    await ticks(world, 3)

    said = [record.getMessage() for record in caplog.records if record.name == "bot.sync.poller"]
    assert said == ["registration.count_failed", "registration.count_failed", "registration.count_recovered"]
