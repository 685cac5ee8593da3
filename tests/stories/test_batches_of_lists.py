"""A list of people for a meeting at Zoom: thirty with one call, each reported, through crashes and limits of a day."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Greenroom
from sandbox.slack import Message
from tests.support.registration import others_form, without_waits
from tests.support.world import World, running_world

HOST = "ana"
BATCH, LIST = r"/batch_registrants$", r"/registrants$"


def prepare(world: World) -> None:
    """Zoom beside RingCentral, no waiting, and every edit of a message is made."""
    without_waits(world)
    world.has_zoom = True

    def shorten(bot: Greenroom) -> None:
        bot.services.bulk.progress.interval = 0.0
        bot.services.bulk.leases.retry = timedelta()

    world.on_build = shorten


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world in fast time, whose users can send files."""
    async with running_world(tmp_path, prepare=prepare) as world:
        world.slack.scopes = {*world.slack.scopes, "files:read", "files:write"}
        world.slack.limits.messages_per_second = None
        yield world


async def plan(world: World, title: str, **settings: int) -> int:
    """A meeting with registration at Zoom, shared in #launch by its host; its id."""
    start = world.clock.now() + timedelta(days=2)
    event_id = world.zoom.create(title, start, settings={"approval_type": 0, **settings})
    await world.bot.services.mirror.sweep()
    await world.command(HOST, "#launch", f"share {title}")
    return event_id


async def start_list(world: World, title: str, *people: str) -> str:
    """Send and confirm a list of people; return what the review said."""
    await world.click(HOST, await others_form(world, HOST, title), "Register Many")
    addresses = {one: one if "@" in one else f"{one}@outside.example" for one in people}
    names = {one: "Lina" if "@" in one else one.capitalize() for one in people}
    pasted = "\n".join(f"{names[one]},Doe,{address}" for one, address in addresses.items())
    await world.slack.submit(HOST, world.slack.view(HOST), {"pasted": pasted})
    await world.settled()
    review = world.slack.view(HOST)
    words = review.words
    outcome = await world.slack.submit(HOST, review)
    assert outcome.ok
    return words


def names(count: int) -> list[str]:
    """That many names."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [f"mar{letters[number // 26]}{letters[number % 26]}" for number in range(count)]


def sent(world: World, method: str, path: str) -> list[int | None]:
    """The statuses of the calls to Zoom."""
    return [one.status for one in world.zoom.calls if one.method == method and re.search(path, one.path)]


def registered(world: World, event_id: int) -> list[str]:
    """The names of the registrants at Zoom, in order."""
    return [one.fields.first_name.lower() for one in world.zoom.world.events[event_id].registrants.values()]


def progress(world: World) -> Message:
    """The newest message about a list."""
    return [one for one in world.slack.messages(f"@{HOST}") if one.bot and not one.files][-1]


def results(world: World) -> list[str]:
    """The result of each line in the newest file."""
    files = [file for one in world.slack.messages(f"@{HOST}") for file in one.files]
    return [row[3] for row in csv.reader(io.StringIO(files[-1].content.decode("utf-8-sig")))][1:]


async def test_a_list_is_registered_in_batches_through_a_crash(world: World) -> None:
    """Sixty-five people are three calls. A crash in the first one loses and repeats nobody."""
    event_id = await plan(world, "Town hall")
    world.zoom.fail("POST", BATCH, hang=5.0, effect=True)

    review = await start_list(world, "Town hall", *names(65))
    await world.until(lambda: len(registered(world, event_id)) == 30)
    await world.crash_bot()
    await world.start_bot()
    await world.bot.services.resume()
    await world.settled()

    assert "about a minute" in review
    assert "registers 30 people at a time" in review
    assert registered(world, event_id) == names(65)
    assert results(world) == ["registered"] * 65
    assert len(sent(world, "POST", BATCH)) == 3
    assert sent(world, "POST", LIST) == []


async def test_people_who_cannot_be_registered_now_are_reported_and_the_rest_goes_on(world: World) -> None:
    """One has used the three adds of the day: the file says when the next one is possible."""
    for number in range(3):
        await plan(world, f"Early {number}")
        await start_list(world, f"Early {number}", "busy", "other")
        await world.settled()
    event_id = await plan(world, "Town hall", approval_type=1)
    (listed_id,) = world.zoom.register(event_id)
    listed = world.zoom.world.events[event_id].registrants[listed_id].fields
    world.zoom.fail("POST", BATCH, status=502, effect=True)

    await start_list(world, "Town hall", "busy", listed.email, "new", "newer")
    await world.settled()

    tomorrow = world.clock.now() + timedelta(days=1)
    midnight = f"{tomorrow:%b} {tomorrow.day}, {tomorrow.year} at 12:00 AM"
    used_up = "not registered: this address has no attempts left today; the next one is possible from"
    waits = "registered, waits for approval"
    assert results(world) == [f"{used_up} {midnight} UTC", "was registered already", waits, waits]
    assert registered(world, event_id) == [listed.first_name.lower(), "new", "newer"]
    assert "2 people are registered" in progress(world).words
    world.clock.move(timedelta(days=1))
    await start_list(world, "Town hall", "busy", "new")
    await world.settled()
    assert results(world) == [waits, "was registered already"]


async def test_what_no_batch_can_do_is_done_one_by_one(world: World) -> None:
    """A batch that is refused as a whole: each person is registered alone, and only the one who is refused is left."""
    event_id = await plan(world, "Town hall")
    world.zoom.fail("POST", BATCH, status=400, code=3003)
    world.zoom.fail("POST", LIST, status=400, code=3003)

    await start_list(world, "Town hall", *names(4))
    await world.settled()

    assert registered(world, event_id) == names(4)[1:]
    assert [one.startswith("not registered") for one in results(world)] == [True, False, False, False]
