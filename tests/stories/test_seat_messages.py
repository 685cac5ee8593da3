"""The direct message of a seat stays correct: its link is the way in near the start, and gone after the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio

from bot.registration.seats import texts as seat_texts
from sandbox.slack import Message
from tests.support.registration import PERSON
from tests.support.seats import SeatsHarness, seats_harness, without_waits
from tests.support.world import World, running_world

MINUTE = timedelta(minutes=1)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world in which the story decides when messages are updated."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        started.bot.services.scheduler.pause("resume")
        yield started


def buttons(message: Message) -> list[tuple[str, str]]:
    """The label and the style of each button."""
    rows: list[list[dict[str, Any]]] = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [(one["text"]["text"], one.get("style", "")) for row in rows for one in row]


def of_seat(launch: SeatsHarness, user: str = "dev") -> Message:
    """The message of a user's seat: their first."""
    return launch.dms(user)[0]


def count_edits(world: World) -> int:
    """How many messages were edited."""
    return sum(call.method == "chat.update" for call in world.slack.calls)


async def updated(world: World, moment: timedelta, launch: SeatsHarness) -> Message:
    """Go to a moment, counted from the start of the webinar, and let messages be updated; Dev's is returned."""
    webinar = await world.bot.services.mirror.find(launch.session_id)
    world.clock.move(webinar.start + moment - world.clock.now())
    await world.bot.services.seats.resume()
    return of_seat(launch)


async def test_a_seat_offers_its_link_then_the_way_in_then_nothing(world: World) -> None:
    """A day ahead My Link, from a quarter of an hour before Join, and after the end one line; none is posted again."""
    launch = await seats_harness(world)
    for user in ("dev", "ben"):
        await launch.press(user)
    later = [("Not Me / Change", ""), ("Cancel My Seat", "danger")]
    assert buttons(of_seat(launch)) == [("My Link", ""), *later]
    link = launch.link_of(of_seat(launch))

    assert buttons(await updated(world, -16 * MINUTE, launch)) == [("My Link", ""), *later]
    near = await updated(world, -15 * MINUTE, launch)
    assert (buttons(near), launch.link_of(near)) == ([("Join", "primary"), *later], link)
    await launch.update(status="live")
    edits = count_edits(world)
    assert buttons(await updated(world, 5 * MINUTE, launch)) == buttons(near)
    assert count_edits(world) == edits

    await launch.update(status="over")
    world.slack.fail("chat.update", error="message_not_found")  # one of them deleted theirs
    await updated(world, 46 * MINUTE, launch)
    [over, still] = sorted((of_seat(launch, user) for user in ("dev", "ben")), key=lambda one: len(buttons(one)))
    assert len(buttons(still)) == 3
    assert (buttons(over), "http" in str(over.blocks)) == ([], False)
    assert over.text == "Launch day: This webinar is over."
    assert over.blocks[0]["text"]["text"].endswith("This webinar is over.")
    assert [len(launch.calendar_files(user)) for user in ("dev", "ben")] == [1, 1]
    assert sum("is over" in one.text for user in ("dev", "ben") for one in launch.dms(user)) == 1


async def test_a_canceled_webinar_and_one_that_never_began_leave_no_buttons(world: World) -> None:
    """Nobody started the first until its planned end; the organizer canceled the second."""
    launch = await seats_harness(world)
    await launch.press("dev")
    assert buttons(await updated(world, 46 * MINUTE, launch)) == []

    await world.create(title="Pricing", fields={"Announce in": "#launch"})
    card = next(one for one in reversed(world.slack.messages("#launch")) if "Pricing" in one.text and one.bot)
    await launch.press("dev", where=card)
    seat = next(one for one in reversed(launch.dms()) if "Cancel My Seat" in one.buttons)
    services = world.bot.services
    [pricing] = [one for one in await services.mirror.everything() if one.title == "Pricing"]
    await services.cancellation.cancel(pricing, PERSON, "U0CHLOE")
    await services.seats.resume()
    [canceled] = [one for one in launch.dms() if one.ts == seat.ts]
    assert (buttons(canceled), canceled.text) == ([], "Pricing: This webinar is canceled and will not take place.")


async def test_an_earlier_offer_to_register_ends_with_the_registration(world: World) -> None:
    """*Register Again* of a canceled seat, and *Register* above a calendar file that was taken before."""
    launch = await seats_harness(world)
    await launch.press("dev")
    await world.click("ben", launch.card, "Add to Calendar")
    await world.click("dev", of_seat(launch), "Cancel My Seat")
    assert [launch.dms(user)[0].buttons[0] for user in ("dev", "ben")] == ["Register Again", "Register"]

    for user in ("dev", "ben"):
        await launch.press(user)
    for user in ("dev", "ben"):
        earlier = launch.dms(user)[0]
        assert (earlier.buttons, earlier.text.partition(": ")[2]) == ([], seat_texts.REGISTERED_BELOW)
        assert [one.buttons[0] for one in launch.dms(user) if "Cancel My Seat" in one.buttons] == ["My Link"]
