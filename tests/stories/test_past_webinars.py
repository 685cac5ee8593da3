"""Past webinars: the list with its totals and search, Create Again, and the last count after the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from bot.model.webinar import Webinar
from tests.support.block_kit import check_message
from tests.support.creation import without_waits
from tests.support.world import World, running_world

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world in which counts are read when a story says so."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        started.bot.services.scheduler.pause("count")
        started.bot.services.scheduler.pause("sweep")
        yield started


async def held(world: World, title: str, registrants: int, *, description: str = "", registration: bool = True) -> str:
    """A webinar that takes place now, and is over in the mirror an hour later; returns its session id."""
    webinar_id = world.ringcentral.create(
        title, world.clock.now() + HOUR, description=description, settings={"registrationEnabled": registration}
    )
    [session_id] = [one["session_id"] for one in world.ringcentral.webinars() if one["webinar_id"] == webinar_id]
    await world.bot.services.mirror.sweep()
    world.clock.move(HOUR)
    world.ringcentral.begin(session_id)
    if registrants:
        world.ringcentral.register(session_id, registrants)
    world.clock.move(HOUR)
    world.ringcentral.finish(session_id)
    await world.bot.services.mirror.sweep()
    return str(session_id)


async def counted(world: World, times: int = 6) -> list[str]:
    """Let upkeep count; return its calls."""
    before = len(world.vendor_calls())
    for _ in range(times):
        await world.bot.services.mirror.count_next()
    return world.vendor_calls()[before:]


async def mirrored(world: World, session_id: str) -> Webinar:
    """Our copy."""
    return await world.bot.services.mirror.find(session_id)


async def test_last_count_is_read_once_after_the_end(world: World) -> None:
    """Also of a webinar that nobody watches; a refusal is not repeated at once; then never again."""
    session_id = await held(world, "Launch day", 3)
    reading = f"GET /webinar/registration/v1/sessions/{session_id}"
    assert (await mirrored(world, session_id)).registration is None
    world.ringcentral.fail("GET", "/webinar/registration/v1/sessions/.*", status=403)

    assert (await counted(world)).count(reading) == 1
    assert (await counted(world)) == []
    world.clock.move(7 * HOUR)
    assert (await counted(world)) == [reading]

    read = (await mirrored(world, session_id)).registration
    assert read is not None
    assert read.count == 3
    world.clock.move(2 * DAY)
    assert (await counted(world)) == []


async def test_past_list_has_totals_search_and_create_again(world: World) -> None:
    """Without vendor calls, and only of the webinars that the user can see."""
    await held(world, "Kubernetes for all", 3)
    await counted(world)
    world.clock.move(100 * DAY)
    await held(world, "Launch day", 4, description="About Kubernetes")
    await held(world, "Open house", 0, registration=False)
    await counted(world, 9)
    before = len(world.vendor_calls())

    await world.command("ana", "#launch", "list past last 90 days")
    shown = world.last("#launch", "ana")
    check_message(shown.text, shown.blocks)
    assert shown.text.startswith("Last 90 days: 2 webinars, 4 registered.")
    assert "The 90 days before: 1 webinar, 3 registered" in shown.words
    assert shown.buttons.count("Create Again") == 2
    await world.command("ana", "#launch", "list past kubernetes")
    assert "Past webinars, matching “kubernetes”: 2 webinars, 7 registered" in world.last("#launch", "ana").text
    await world.command("ana", "#launch", "list kubernetes")
    assert "Matching “kubernetes”: 2 webinars" in world.last("#launch", "ana").text
    await world.command("dev", "#launch", "list past last 90 days")
    unseen = world.last("#launch", "dev")
    assert "No past webinar took place: last 90 days" in unseen.text
    assert "registered" not in unseen.words
    assert world.vendor_calls()[before:] == []

    await world.click("ana", shown, "Create Again")
    assert world.slack.view("ana").title == "Create a webinar"


async def test_paging_keeps_the_period(world: World) -> None:
    """The buttons list the same period again."""
    for number in range(11):
        world.ringcentral.create(f"Talk {number:02}", world.clock.now() + HOUR)
    await world.bot.services.mirror.sweep()
    world.clock.move(3 * HOUR)
    await world.command("ana", "#launch", "list past last 7 days")
    first = world.last("#launch", "ana")
    assert "Last 7 days: 11 webinars" in first.text
    assert "Page 1 of 2" in first.words

    await world.click("ana", first, "Next")

    second = world.last("#launch", "ana")
    assert "Last 7 days: 11 webinars" in second.text
    assert "Page 2 of 2" in second.words
