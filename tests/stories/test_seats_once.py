"""One seat each, whatever happens: pressed twice, answers that get lost, crashes, two replicas, signed up elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.clock import machine_now
from bot.db import people_schema
from bot.model.seat import SeatDetails, SeatState
from bot.registration.seats import table as seat_table
from bot.registration.seats import texts as seat_texts
from bot.registration.seats.register import ADDRESS_TAKEN, UNCLEAR
from bot.registration.seats.service import BUSY, IN_PROGRESS, SeatService
from tests.support.creation import (
    SetFault,
    crash_before_writing,
    hang_at_ringcentral,
    hang_at_slack,
    with_short_timeout,
)
from tests.support.registration import PERSON
from tests.support.seats import REGISTRANTS, SeatsHarness, seats_harness
from tests.support.world import World, running_world

OWN = SeatDetails(first_name="Dev", last_name="Patel", email="dev@acme.example")


def at_once(world: World) -> None:
    """Requests are soon given up, and what is left for later is gone on with at once."""
    with_short_timeout(world)
    on_build = world.on_build

    def build(bot: Any) -> None:
        on_build(bot)
        bot.services.seats.leases.retry = timedelta()
        bot.services.scheduler.pause("resume")  # a story recovers when it says so

    world.on_build = build


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world in which answers may get lost."""
    async with running_world(tmp_path, prepare=at_once) as started:
        yield started


async def recovered(world: World) -> None:
    """What was left is brought to its end."""
    await world.bot.services.seats.resume()


async def written(world: World, user: str = "U0DEV") -> SeatState | None:
    """How far the seat has come that is written down, if one is."""
    [webinar] = await world.bot.services.mirror.everything()
    async with world.bot.services.store.read() as db:
        seat = await seat_table.find(db, webinar.account, webinar.session_id, user)
    return seat.state if seat else None


async def check_one(launch: SeatsHarness, *, told: bool = True) -> None:
    """One seat at RingCentral, the same one here, and one message of it."""
    [one] = launch.registrants
    [webinar] = await launch.world.bot.services.mirror.everything()
    seat = await launch.world.bot.services.seats.find(webinar, "U0DEV")
    assert seat is not None
    assert (seat.registrant_id, seat.join_link.get_secret_value()) == (one["id"], one["joinUri"])
    assert seat.state is SeatState.NOTIFIED
    links = [launch.link_of(message) for message in launch.dms() if "Join" in message.buttons]
    assert not told or links == [one["joinUri"]]


async def test_form_that_is_sent_twice_is_one_seat(world: World) -> None:
    """From two windows of two cards, at once: one call, one message, and both show the same link."""
    launch = await seats_harness(world)
    await world.command("chloe", "#marketing", "share launch")
    card = next(one for one in world.slack.messages("#marketing") if "Register" in one.buttons)
    await launch.press("dev")
    first = world.slack.view("dev")
    await world.slack.submit("dev", first, {})
    await world.slack.click("dev", card, "Register")
    await world.until(lambda: len(world.slack.view_stack("dev")) == 1 and world.slack.view("dev").id != first.id)
    if world.slack.view("dev").callback_id == "seat.form":
        await launch.send("dev")
    await world.settled()

    assert launch.take_calls().count("POST") == 1
    await check_one(launch)


async def test_two_at_once_are_one_seat(world: World) -> None:
    """Whoever comes second finds what the first one made."""
    launch = await seats_harness(world)
    [webinar] = await world.bot.services.mirror.everything()
    dev = await world.bot.services.users.get(webinar.account.workspace, "U0DEV")

    async def take() -> str | None:
        seat = await world.bot.services.seats.take(webinar, dev, OWN, "slack", PERSON)
        await world.bot.services.seats.notifier.notify_taken(seat)
        return seat.registrant_id

    made = await asyncio.gather(*(take() for _ in range(5)))

    assert set(made) == {launch.registrants[0]["id"]}
    assert launch.take_calls() == ["POST"]
    await check_one(launch)


async def test_another_replica_that_is_at_it_is_left_to_it(world: World) -> None:
    """Two processes on one database: one of them asks, and one of them tells."""
    launch = await seats_harness(world)
    services = world.bot.services
    [webinar] = await services.mirror.everything()
    dev = await services.users.get(webinar.account.workspace, "U0DEV")
    other = SeatService(
        "other",
        services.account,
        services.store,
        services.slack,
        world.bot.provider,
        services.mirror,
        services.clock,
        services.scheduler,
    )
    fault = world.ringcentral.fail("POST", REGISTRANTS, status=None, effect=True, hang=0.2)

    first = asyncio.create_task(other.take(webinar, dev, OWN, "slack", PERSON))
    await world.until(lambda: not fault.times)
    with pytest.raises(Exception, match=IN_PROGRESS):
        await services.seats.take(webinar, dev, OWN, "slack", PERSON)
    seat = await first
    assert (await services.seats.notifier.notify_taken(seat)).state is SeatState.REGISTERED
    assert launch.dms() == []
    await recovered(world)
    assert launch.dms() == []

    await other.leases.resume_later(seat)
    async with services.store.write() as db:
        await seat_table.LEASES.advance(db, seat, "other", machine_now())
    await recovered(world)
    assert launch.take_calls() == ["POST"]
    await check_one(launch)


@pytest.mark.parametrize("effect", [True, False])
async def test_answer_that_is_lost_is_looked_for(world: World, effect: bool) -> None:
    """It is on the list, or it is asked for once more: the person sees nothing of it."""
    launch = await seats_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=500, effect=effect)

    view = await launch.take_seat()

    assert launch.take_calls() == (["POST", "GET"] if effect else ["POST", "GET", "POST"])
    assert launch.link_of(view) == launch.registrants[0]["joinUri"]
    await check_one(launch)


@pytest.mark.parametrize("effect", [True, False])
async def test_what_stays_unclear_is_brought_to_its_end_later(world: World, effect: bool) -> None:
    """The person is told that it goes on by itself, and then by direct message how it ended."""
    launch = await seats_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=500, effect=effect, times=2)
    world.ringcentral.fail("GET", REGISTRANTS, status=500, times=8)

    view = await launch.take_seat()
    assert UNCLEAR in view.words
    assert (await written(world), launch.dms()) == (SeatState.REGISTERING, [])
    await world.click("dev", view, "Back to the Form")
    await launch.send("dev")
    assert IN_PROGRESS in world.slack.view("dev").words
    await recovered(world)
    assert await written(world) is SeatState.REGISTERING
    world.ringcentral.faults.clear()
    await recovered(world)

    await check_one(launch)


async def test_what_stays_unclear_ends_with_the_webinar(world: World) -> None:
    """It is deleted before there was an answer: they are told, and nothing is asked about it any more."""
    launch = await seats_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=500, times=2)
    world.ringcentral.fail("GET", REGISTRANTS, status=500, times=8)
    assert UNCLEAR in (await launch.take_seat()).words
    world.ringcentral.faults.clear()
    world.ringcentral.cancel(launch.session_id)

    await recovered(world)

    assert (await written(world), len(launch.dms())) == (None, 1)
    assert launch.take_calls()[-1] == "GET"
    await recovered(world)
    assert launch.take_calls() == []


async def test_who_was_not_told_yet_is_told_also_where_another_name_is_refused(world: World) -> None:
    """Slack took no message at first: their seat stays theirs, and the message comes."""
    launch = await seats_harness(world)
    world.slack.fail("chat.postMessage", error="internal_error")
    view = await launch.take_seat()
    assert (await written(world), launch.dms()) == (SeatState.REGISTERED, [])
    await launch.press("dev", "Change My Name", view)
    world.ringcentral.fail("DELETE", REGISTRANTS, status=403)
    await launch.send("dev", first_name="Devi")
    assert world.slack.view("dev").title == "Name not changed"

    await recovered(world)

    await check_one(launch)


async def test_seat_that_was_taken_elsewhere_is_theirs(world: World) -> None:
    """Signed up on the page with the address that Slack knows as theirs: found on the list, and not made twice."""
    launch = await seats_harness(world, registrants=2)
    await sign_up(launch, "DEV@acme.example")

    view = await launch.take_seat()

    assert launch.take_calls() == ["POST", "GET"]
    assert len(launch.registrants) == 3
    assert launch.link_of(view) == launch.registrants[2]["joinUri"] == launch.link_of(launch.dms()[0])


async def test_link_of_somebody_else_is_never_given_away(world: World) -> None:
    """An address that somebody typed proves nothing: the form comes back with what was typed, and no link."""
    launch = await seats_harness(world)
    await sign_up(launch, "chloe@acme.example")
    theirs = launch.registrants[0]["joinUri"]

    view = await launch.take_seat(email="chloe@acme.example")

    assert ADDRESS_TAKEN in view.words
    assert theirs not in str(world.slack.calls)
    assert (await written(world), launch.dms()) == (None, [])
    await world.click("dev", view, "Back to the Form")
    held = [one["element"].get("initial_value") for one in world.slack.view("dev").blocks if one["type"] == "input"]
    assert held[2] == "chloe@acme.example"
    await launch.send("dev", email="dev@acme.example")
    assert launch.link_of(world.slack.view("dev")) == launch.registrants[1]["joinUri"]


async def test_address_of_another_organisation_proves_nothing_either(world: World) -> None:
    """What their Slack tells of them was written by their admins: no link of whoever reads mail at that address."""
    launch = await seats_harness(world)
    await world.command("chloe", "#partners", "share launch")
    card = next(one for one in world.slack.messages("#partners") if "Register" in one.buttons)
    await sign_up(launch, "chloe@acme.example")
    theirs = launch.registrants[0]["joinUri"]
    world.slack.person("hal").email = "chloe@acme.example"

    await launch.press("hal", "Register", card)
    await launch.send("hal")

    assert ADDRESS_TAKEN in world.slack.view("hal").words
    assert theirs not in str(world.slack.calls)


async def test_last_seat_that_was_given_to_them_late_is_theirs(world: World) -> None:
    """No answer, not on the list yet, and then refused, because the first try was only late: the list is read again."""
    launch = await seats_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=500)
    world.ringcentral.fail("POST", REGISTRANTS, status=403, effect=True)

    view = await launch.take_seat()

    assert launch.take_calls() == ["POST", "GET", "POST", "GET"]
    assert launch.link_of(view) == launch.registrants[0]["joinUri"]


async def test_seat_that_is_being_given_up_is_not_said_to_be_coming(world: World) -> None:
    """Whoever registers again before that is at its end is told to try again; then it works."""
    launch = await seats_harness(world)
    await world.slack.close("dev", await launch.take_seat(), clear=True)
    world.ringcentral.fail("DELETE", REGISTRANTS, status=500, times=9)
    await world.click("dev", launch.dms()[0], "Cancel My Seat")
    assert await written(world) is SeatState.CANCELING

    await launch.take_seat()

    assert BUSY in world.slack.view("dev").words
    world.ringcentral.faults.clear()
    await recovered(world)
    await world.click("dev", world.slack.view("dev"), "Back to the Form")
    await launch.send("dev")
    assert [one["joinUri"] for one in launch.registrants] == [launch.link_of(world.slack.view("dev"))]


async def test_seat_of_ours_is_known_by_our_own_mark(world: World) -> None:
    """Whatever address it was made with, even if nothing of it is written down here any more."""
    launch = await seats_harness(world)
    await launch.take_seat(email="dev@elsewhere.example")
    async with world.bot.services.store.write() as db:
        await db.execute(people_schema.seats.delete())
    await world.slack.close("dev", world.slack.view("dev"), clear=True)

    view = await launch.take_seat(email="dev@elsewhere.example")

    assert launch.take_calls() == ["POST", "POST", "GET"]
    assert launch.link_of(view) == launch.registrants[0]["joinUri"]
    assert len(launch.registrants) == 1


@pytest.mark.parametrize("status", [400, 403])
async def test_refusal_leaves_nothing_half(world: World, status: int) -> None:
    """Nothing is written down, the form comes back filled, and the next time it may work."""
    launch = await seats_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=status)

    view = await launch.take_seat(first_name="Devi")

    assert (view.title, launch.registrants, await written(world)) == ("Not registered", [], None)
    await recovered(world)
    assert launch.take_calls() == ["POST"]
    await world.click("dev", view, "Back to the Form")
    await launch.send("dev")
    assert [one["firstName"] for one in launch.registrants] == ["Devi"]


CRASHES: dict[str, SetFault] = {
    "before it is asked for": crash_before_writing("seats", "asked"),
    "on its way": hang_at_ringcentral("POST", REGISTRANTS, done=False),
    "made and not answered": hang_at_ringcentral("POST", REGISTRANTS, done=True),
    "made and not written down": crash_before_writing("seats", "taken"),
    "before the message": hang_at_slack("chat.postMessage", done=False),
    "before it is written that they know": crash_before_writing("seats", "held"),
}


@pytest.mark.parametrize("arm", CRASHES.values(), ids=CRASHES.keys())
async def test_crash_while_a_seat_is_taken_ends_in_one_or_none(world: World, arm: SetFault) -> None:
    """Killed anywhere on the way: after the restart there is one seat and the person knows, or there was none yet."""
    launch = await seats_harness(world)
    await launch.press("dev")
    reached = arm(world)
    await world.slack.submit("dev", world.slack.view("dev"), {})
    await world.until(reached)
    await world.crash_bot()
    await world.start_bot()
    world.ringcentral.faults.clear()
    await recovered(world)
    await recovered(world)

    if await written(world) is None:
        assert (launch.registrants, launch.dms()) == ([], [])
        return
    [one] = launch.registrants
    links = [launch.link_of(message) for message in launch.dms() if "Join" in message.buttons]
    assert set(links) == {one["joinUri"]}
    assert await written(world) is SeatState.NOTIFIED


async def test_crash_while_a_seat_is_given_up_gives_it_up(world: World) -> None:
    """What was begun is brought to its end, and the message says so."""
    launch = await seats_harness(world)
    await world.slack.close("dev", await launch.take_seat(), clear=True)
    message = launch.dms()[0]
    reached = hang_at_ringcentral("DELETE", REGISTRANTS, done=True)(world)
    await world.slack.click("dev", message, "Cancel My Seat")
    await world.until(reached)
    await world.crash_bot()
    await world.start_bot()
    await recovered(world)

    assert (launch.registrants, await written(world)) == ([], None)
    assert seat_texts.LEFT in message.words


async def test_removal_resumed_after_a_crash_that_meets_a_429_is_not_undone(world: World) -> None:
    """The removal may have happened before the crash: the seat is not restored, and is removed on the next resume."""
    launch = await seats_harness(world)
    await world.slack.close("dev", await launch.take_seat(), clear=True)
    message = launch.dms()[0]
    reached = hang_at_ringcentral("DELETE", REGISTRANTS, done=True)(world)
    await world.slack.click("dev", message, "Cancel My Seat")
    await world.until(reached)
    await world.crash_bot()
    await world.start_bot()
    world.ringcentral.fail("DELETE", REGISTRANTS, status=429, retry_after=600)

    await recovered(world)

    assert world.ringcentral.faults == []
    assert await written(world) is SeatState.CANCELING
    assert seat_texts.LEFT not in message.words
    await world.stop_bot()  # a new process knows nothing of the penalty
    await world.start_bot()
    await recovered(world)
    assert (launch.registrants, await written(world)) == ([], None)
    assert seat_texts.LEFT in message.words


async def test_name_change_resumed_after_a_crash_that_meets_a_429_is_not_undone(world: World) -> None:
    """The seat may be gone already: the next resume registers the new name instead of restoring the old one."""
    launch = await seats_harness(world)
    await launch.press("dev", "Change My Name", await launch.take_seat())
    reached = hang_at_ringcentral("DELETE", REGISTRANTS, done=True)(world)
    await world.slack.submit("dev", world.slack.view("dev"), {"first_name": "Devendra"})
    await world.until(reached)
    await world.crash_bot()
    await world.start_bot()
    world.ringcentral.fail("DELETE", REGISTRANTS, status=429, retry_after=600)

    await recovered(world)

    assert world.ringcentral.faults == []
    assert await written(world) is SeatState.RENAMING
    await world.stop_bot()  # a new process knows nothing of the penalty
    await world.start_bot()
    await recovered(world)
    assert [one["firstName"] for one in launch.registrants] == ["Devendra"]
    await check_one(launch)


async def test_seat_that_is_given_up_while_its_calendar_is_mended_stays_given_up(world: World) -> None:
    """One after the other: what is written last is the end of it."""
    launch = await seats_harness(world)
    await world.slack.close("dev", await launch.take_seat(), clear=True)
    message = launch.dms()[0]
    [webinar] = await world.bot.services.mirror.everything()
    world.ringcentral.edit(webinar.webinar_id, title="Launch week")
    await world.bot.services.mirror.sweep()
    world.slack.fail("chat.update", status=500, effect=True, hang=0.2)

    mending = asyncio.create_task(recovered(world))
    await world.until(lambda: not world.slack.pending_faults)
    await world.click("dev", message, "Cancel My Seat")
    await mending
    await recovered(world)

    assert (launch.registrants, await written(world)) == ([], None)
    assert seat_texts.LEFT in message.words
    assert [method for method, _ in launch.calendar_files()][-1] == "CANCEL"


@pytest.mark.parametrize("method", ["DELETE", "POST"])
async def test_crash_while_a_name_is_changed_ends_in_one_seat_under_it(world: World, method: str) -> None:
    """Between the two calls there is no seat at all; after the restart there is one again, under the new name."""
    launch = await seats_harness(world)
    await launch.press("dev", "Change My Name", await launch.take_seat())
    reached = hang_at_ringcentral(method, REGISTRANTS, done=method == "DELETE")(world)
    await world.slack.submit("dev", world.slack.view("dev"), {"first_name": "Devendra"})
    await world.until(reached)
    await world.crash_bot()
    await world.start_bot()
    await recovered(world)

    assert [one["firstName"] for one in launch.registrants] == ["Devendra"]
    await check_one(launch)


async def test_seat_that_comes_to_nothing_after_all_is_told(world: World) -> None:
    """Registration closed while nobody knew: no seat, and a direct message that says so."""
    launch = await seats_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=500, times=2)
    world.ringcentral.fail("GET", REGISTRANTS, status=500, times=4)
    await launch.take_seat()
    world.ringcentral.faults.clear()
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Closed"})

    await recovered(world)

    assert (launch.registrants, await written(world)) == ([], None)
    assert "Registration for this webinar is closed or full" in launch.dms()[-1].words


async def sign_up(launch: SeatsHarness, email: str) -> None:
    """Somebody registers on the registration page."""
    [webinar] = await launch.world.bot.services.mirror.everything()
    assert webinar.registration
    form = {"firstName": "Some", "lastName": "Body", "email": email}
    async with aiohttp.ClientSession() as http, http.post(webinar.registration.page_uri, data=form) as answer:
        assert answer.status == 200
