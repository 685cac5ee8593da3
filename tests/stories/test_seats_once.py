"""Exactly one seat per user: double clicks, lost responses, crashes, two replicas, registrations elsewhere."""

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


def without_waiting(world: World) -> None:
    """Short timeouts, and deferred work is resumed at once."""
    with_short_timeout(world)
    on_build = world.on_build

    def build(bot: Any) -> None:
        on_build(bot)
        bot.services.seats.leases.retry = timedelta()
        bot.services.scheduler.pause("resume")  # a story recovers when it says so

    world.on_build = build


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world in which responses may be lost."""
    async with running_world(tmp_path, prepare=without_waiting) as started:
        yield started


async def resume(world: World) -> None:
    """Resume deferred work until it is complete."""
    await world.bot.services.seats.resume()


async def stored_state(world: World, user: str = "U0DEV") -> SeatState | None:
    """The state of the stored seat, if there is one."""
    [webinar] = await world.bot.services.mirror.everything()
    async with world.bot.services.store.read() as db:
        seat = await seat_table.find(db, webinar.account, webinar.session_id, user)
    return seat.state if seat else None


async def check_one(launch: SeatsHarness, *, told: bool = True) -> None:
    """One registrant at RingCentral, the same stored seat, and one message."""
    [one] = launch.registrants
    [webinar] = await launch.world.bot.services.mirror.everything()
    seat = await launch.world.bot.services.seats.find(webinar, "U0DEV")
    assert seat is not None
    assert (seat.registrant_id, seat.join_link.get_secret_value()) == (one["id"], one["joinUri"])
    assert seat.state is SeatState.NOTIFIED
    links = [launch.link_of(message) for message in launch.dms() if "Cancel My Seat" in message.buttons]
    assert not told or links == [one["joinUri"]]


async def test_a_click_beside_a_submitted_form_is_one_seat(world: World) -> None:
    """From the form, and from a card in the same moment: one call, one message, and both show the same link."""
    launch = await seats_harness(world)
    await world.command("chloe", "#marketing", "share launch")
    card = next(one for one in world.slack.messages("#marketing") if "Register" in one.buttons)
    first = await launch.open_form("dev")
    await world.slack.submit("dev", first, {})
    await world.slack.click("dev", card, "Register")
    await world.settled()

    assert launch.take_calls().count("POST") == 1
    await check_one(launch)


async def test_a_double_click_is_one_seat(world: World) -> None:
    """Both clicks are under way before the first has an answer."""
    launch = await seats_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=None, effect=True, hang=0.2)

    await asyncio.gather(*(world.slack.click("dev", launch.card, "Register") for _ in range(2)))
    await world.settled()

    assert launch.take_calls().count("POST") == 1
    assert {launch.link_of(view) for view in world.slack.view_stack("dev")} == {launch.registrants[0]["joinUri"]}
    await check_one(launch)


async def test_two_concurrent_submissions_are_one_seat(world: World) -> None:
    """The second finds the seat of the first."""
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


async def test_two_replicas_create_one_seat(world: World) -> None:
    """On one database: one of them makes the call and sends the message."""
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
    await resume(world)
    assert launch.dms() == []

    await other.leases.resume_later(seat)
    async with services.store.write() as db:
        await seat_table.LEASES.advance(db, seat, "other", machine_now())
    await resume(world)
    assert launch.take_calls() == ["POST"]
    await check_one(launch)


@pytest.mark.parametrize("effect", [True, False])
async def test_a_lost_response_is_looked_up(world: World, effect: bool) -> None:
    """The registrant is listed, or the call is repeated: the user does not notice."""
    launch = await seats_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=500, effect=effect)

    view = await launch.take_seat()

    assert launch.take_calls() == (["POST", "GET"] if effect else ["POST", "GET", "POST"])
    assert launch.link_of(view) == launch.registrants[0]["joinUri"]
    await check_one(launch)


@pytest.mark.parametrize("effect", [True, False])
async def test_an_unknown_outcome_is_resumed_later(world: World, effect: bool) -> None:
    """The user is notified that it continues, and then of the result by DM."""
    launch = await seats_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=500, effect=effect, times=2)
    world.ringcentral.fail("GET", REGISTRANTS, status=500, times=8)

    view = await launch.take_seat()
    assert UNCLEAR.format(provider="RingCentral") in view.words
    assert (await stored_state(world), launch.dms()) == (SeatState.REGISTERING, [])
    await world.click("dev", view, "Back to the Form")
    await launch.send("dev")
    assert IN_PROGRESS in world.slack.view("dev").words
    await resume(world)
    assert await stored_state(world) is SeatState.REGISTERING
    world.ringcentral.faults.clear()
    await resume(world)

    await check_one(launch)


async def test_an_unknown_outcome_ends_with_the_webinar(world: World) -> None:
    """The webinar is deleted first: the user is notified, and no more calls are made."""
    launch = await seats_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=500, times=2)
    world.ringcentral.fail("GET", REGISTRANTS, status=500, times=8)
    assert UNCLEAR.format(provider="RingCentral") in (await launch.take_seat()).words
    world.ringcentral.faults.clear()
    world.ringcentral.cancel(launch.session_id)

    await resume(world)

    assert (await stored_state(world), len(launch.dms())) == (None, 1)
    assert launch.take_calls()[-1] == "GET"
    await resume(world)
    assert launch.take_calls() == []


async def test_a_refused_rename_still_sends_the_pending_dm(world: World) -> None:
    """Slack refused the message at first: the seat stays, and the message is sent."""
    launch = await seats_harness(world)
    world.slack.fail("chat.postMessage", error="internal_error")
    view = await launch.take_seat()
    assert (await stored_state(world), launch.dms()) == (SeatState.REGISTERED, [])
    await launch.press("dev", "Not Me / Change", view)
    world.ringcentral.fail("DELETE", REGISTRANTS, status=403)
    await launch.send("dev", first_name="Devi")
    assert world.slack.view("dev").title == "Not changed"

    await resume(world)

    await check_one(launch)


async def test_a_registration_elsewhere_becomes_the_seat(world: World) -> None:
    """With the address in the user's Slack profile: it is found in the list, and not duplicated."""
    launch = await seats_harness(world, registrants=2)
    await sign_up(launch, "DEV@acme.example")

    view = await launch.take_seat()

    assert launch.take_calls() == ["POST", "GET"]
    assert len(launch.registrants) == 3
    assert launch.link_of(view) == launch.registrants[2]["joinUri"] == launch.link_of(launch.dms()[0])


async def test_a_typed_address_reveals_no_link(world: World) -> None:
    """The form is shown again with its input, without a link."""
    launch = await seats_harness(world)
    await sign_up(launch, "chloe@acme.example")
    theirs = launch.registrants[0]["joinUri"]

    view = await launch.take_seat(email="chloe@acme.example")

    assert ADDRESS_TAKEN.format(provider="RingCentral") in view.words
    assert theirs not in str(world.slack.calls)
    assert (await stored_state(world), launch.dms()) == (None, [])
    await world.click("dev", view, "Back to the Form")
    held = [one["element"].get("initial_value") for one in world.slack.view("dev").blocks if one["type"] == "input"]
    assert held[2] == "chloe@acme.example"
    await launch.send("dev", email="dev@acme.example")
    assert launch.link_of(world.slack.view("dev")) == launch.registrants[1]["joinUri"]


async def test_an_external_profile_address_reveals_no_link(world: World) -> None:
    """The admins of another organization enter it."""
    launch = await seats_harness(world)
    await world.command("chloe", "#partners", "share launch")
    await world.click("chloe", world.last("#partners", "chloe"), "Share With Them")
    card = next(one for one in world.slack.messages("#partners") if "Register" in one.buttons)
    await sign_up(launch, "chloe@acme.example")
    theirs = launch.registrants[0]["joinUri"]
    world.slack.person("hal").email = "chloe@acme.example"

    await launch.press("hal", "Register", card)

    assert ADDRESS_TAKEN.format(provider="RingCentral") in world.slack.view("hal").words
    assert theirs not in str(world.slack.calls)


async def test_a_late_registration_takes_the_last_place(world: World) -> None:
    """A lost response, not listed yet, then a refusal because of the first call: the list is read again."""
    launch = await seats_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=500)
    world.ringcentral.fail("POST", REGISTRANTS, status=403, effect=True)

    view = await launch.take_seat()

    assert launch.take_calls() == ["POST", "GET", "POST", "GET"]
    assert launch.link_of(view) == launch.registrants[0]["joinUri"]


async def test_registering_during_a_cancellation_asks_to_retry(world: World) -> None:
    """Afterwards it works."""
    launch = await seats_harness(world)
    await world.slack.close("dev", await launch.take_seat(), clear=True)
    world.ringcentral.fail("DELETE", REGISTRANTS, status=500, times=9)
    await world.click("dev", launch.dms()[0], "Cancel My Seat")
    assert await stored_state(world) is SeatState.CANCELING

    await launch.take_seat()

    assert BUSY in world.slack.view("dev").words
    world.ringcentral.faults.clear()
    await resume(world)
    await world.click("dev", world.slack.view("dev"), "Back to the Form")
    await launch.send("dev")
    assert [one["joinUri"] for one in launch.registrants] == [launch.link_of(world.slack.view("dev"))]


async def test_a_seat_is_found_by_our_external_id(world: World) -> None:
    """With any address, even if nothing is stored here any more."""
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
async def test_a_refusal_stores_nothing(world: World, status: int) -> None:
    """The form is shown again with its input, and the next submission may succeed."""
    launch = await seats_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=status)

    view = await launch.take_seat(first_name="Devi")

    assert (view.title, launch.registrants, await stored_state(world)) == ("Not registered", [], None)
    await resume(world)
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
async def test_a_crash_during_registration_leaves_one_seat_or_none(world: World, arm: SetFault) -> None:
    """At any point: after the restart the user has one seat and is notified, or the call was never made."""
    launch = await seats_harness(world)
    reached = arm(world)
    await world.slack.click("dev", launch.card, "Register")
    await world.until(reached)
    await world.crash_bot()
    await world.start_bot()
    world.ringcentral.faults.clear()
    await resume(world)
    await resume(world)

    if await stored_state(world) is None:
        assert (launch.registrants, launch.dms()) == ([], [])
        return
    [one] = launch.registrants
    links = [launch.link_of(message) for message in launch.dms() if "Cancel My Seat" in message.buttons]
    assert set(links) == {one["joinUri"]}
    assert await stored_state(world) is SeatState.NOTIFIED


async def test_a_crash_during_a_cancellation_completes_it(world: World) -> None:
    """After the restart, and the DM says so."""
    launch = await seats_harness(world)
    await world.slack.close("dev", await launch.take_seat(), clear=True)
    message = launch.dms()[0]
    reached = hang_at_ringcentral("DELETE", REGISTRANTS, done=True)(world)
    await world.slack.click("dev", message, "Cancel My Seat")
    await world.until(reached)
    await world.crash_bot()
    await world.start_bot()
    await resume(world)

    assert (launch.registrants, await stored_state(world)) == ([], None)
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

    await resume(world)

    assert world.ringcentral.faults == []
    assert await stored_state(world) is SeatState.CANCELING
    assert seat_texts.LEFT not in message.words
    await world.stop_bot()  # a new process knows nothing of the penalty
    await world.start_bot()
    await resume(world)
    assert (launch.registrants, await stored_state(world)) == ([], None)
    assert seat_texts.LEFT in message.words


async def test_name_change_resumed_after_a_crash_that_meets_a_429_is_not_undone(world: World) -> None:
    """The seat may be gone already: the next resume registers the new name instead of restoring the old one."""
    launch = await seats_harness(world)
    await launch.press("dev", "Not Me / Change", await launch.take_seat())
    reached = hang_at_ringcentral("DELETE", REGISTRANTS, done=True)(world)
    await world.slack.submit("dev", world.slack.view("dev"), {"first_name": "Devendra"})
    await world.until(reached)
    await world.crash_bot()
    await world.start_bot()
    world.ringcentral.fail("DELETE", REGISTRANTS, status=429, retry_after=600)

    await resume(world)

    assert world.ringcentral.faults == []
    assert await stored_state(world) is SeatState.RENAMING
    await world.stop_bot()  # a new process knows nothing of the penalty
    await world.start_bot()
    await resume(world)
    assert [one["firstName"] for one in launch.registrants] == ["Devendra"]
    await check_one(launch)


async def test_a_cancellation_during_a_calendar_update_wins(world: World) -> None:
    """The operations run one after the other."""
    launch = await seats_harness(world)
    await world.slack.close("dev", await launch.take_seat(), clear=True)
    message = launch.dms()[0]
    [webinar] = await world.bot.services.mirror.everything()
    world.ringcentral.edit(webinar.webinar_id, title="Launch week")
    await world.bot.services.mirror.sweep()
    world.slack.fail("chat.update", status=500, effect=True, hang=0.2)

    mending = asyncio.create_task(resume(world))
    await world.until(lambda: not world.slack.pending_faults)
    await world.click("dev", message, "Cancel My Seat")
    await mending
    await resume(world)

    assert (launch.registrants, await stored_state(world)) == ([], None)
    assert seat_texts.LEFT in message.words
    assert [method for method, _ in launch.calendar_files()][-1] == "CANCEL"


@pytest.mark.parametrize("method", ["DELETE", "POST"])
async def test_a_crash_during_a_rename_ends_in_one_seat(world: World, method: str) -> None:
    """Between the two calls there is no seat; after the restart there is one under the new name."""
    launch = await seats_harness(world)
    await launch.press("dev", "Not Me / Change", await launch.take_seat())
    reached = hang_at_ringcentral(method, REGISTRANTS, done=method == "DELETE")(world)
    await world.slack.submit("dev", world.slack.view("dev"), {"first_name": "Devendra"})
    await world.until(reached)
    await world.crash_bot()
    await world.start_bot()
    await resume(world)

    assert [one["firstName"] for one in launch.registrants] == ["Devendra"]
    await check_one(launch)


async def test_a_seat_that_fails_on_resume_is_reported(world: World) -> None:
    """Registration closed in the meantime: no seat, and a DM."""
    launch = await seats_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=500, times=2)
    world.ringcentral.fail("GET", REGISTRANTS, status=500, times=4)
    await launch.take_seat()
    world.ringcentral.faults.clear()
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Closed"})

    await resume(world)

    assert (launch.registrants, await stored_state(world)) == ([], None)
    assert "Registration for this webinar is closed or full" in launch.dms()[-1].words


async def sign_up(launch: SeatsHarness, email: str) -> None:
    """A person registers on RingCentral's registration page."""
    [webinar] = await launch.world.bot.services.mirror.everything()
    assert webinar.registration
    form = {"firstName": "Some", "lastName": "Body", "email": email}
    async with aiohttp.ClientSession() as http, http.post(webinar.registration.page_uri, data=form) as answer:
        assert answer.status == 200
