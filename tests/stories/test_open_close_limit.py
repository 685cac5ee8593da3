"""Open, close and limit a registration, undo that, and the permissions for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.webinar import Audience, Status
from tests.support.block_kit import check_view
from tests.support.registration import PATH, limit_settings, registration_harness, without_waits
from tests.support.world import World, running_world

ENOUGH = "Choose at least 4, or close registration instead."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world with enough budget for several changes."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        yield world


async def test_closing_and_opening_are_one_call_each(world: World) -> None:
    """The reply has old and new state and the count; registrants keep their places."""
    launch = await registration_harness(world, registrants=2)

    closed = await launch.reply_to("chloe", "close launch")
    assert (launch.state, launch.take_calls()) == ((False, None, 2), ["PATCH"])
    assert "Registration is closed, and the links of 2 people still work." in closed
    assert "Open → Closed" in closed
    assert world.last("#launch", "chloe").buttons == ["Undo", "Open Registration", "Set Limit", "Details"]

    opened = await launch.reply_to("chloe", "open launch")
    assert (launch.state, launch.take_calls()) == ((True, None, 2), ["PATCH"])
    assert "Closed → Open" in opened


async def test_a_limit_is_set_changed_and_removed_with_two_calls_each(world: World) -> None:
    """It reads the status that RingCentral requires in every change; `off` removes the limit."""
    launch = await registration_harness(world)

    assert "None → 1,000 people" in await launch.reply_to("chloe", "limit launch 1,000")
    assert (launch.state, launch.take_calls()) == ((True, 1000, 0), ["GET", "PATCH"])
    assert "1,000 people → 5 people" in await launch.reply_to("chloe", "limit launch to 5")
    assert (launch.state, launch.take_calls()) == ((True, 5, 0), ["GET", "PATCH"])
    assert "There is no limit now." in await launch.reply_to("chloe", "limit launch off")
    assert (launch.state, launch.take_calls()) == ((True, None, 0), ["GET", "PATCH"])


@pytest.mark.parametrize(("to", "limit"), [("3", 3), ("off", None)])
async def test_a_higher_limit_reopens_a_full_registration(world: World, to: str, limit: int | None) -> None:
    """In the same write, and the reply says so."""
    launch = await registration_harness(world, registrants=2, **limit_settings(2))
    assert launch.state == (False, 2, 2)

    words = await launch.reply_to("chloe", f"limit launch {to}")

    assert (launch.state, launch.take_calls()) == ((True, limit, 2), ["GET", "PATCH"])
    assert "registration is open again: it had closed at the limit." in words
    assert "Full → Open" in words


async def test_a_manually_closed_registration_stays_closed_with_another_limit(world: World) -> None:
    """The reply says so and has an Open button."""
    launch = await registration_harness(world, registrants=2, registrationStatus="Closed")

    words = await launch.reply_to("chloe", "limit launch 9")

    assert (launch.state, launch.take_calls()) == ((False, 9, 2), ["GET", "PATCH"])
    assert "registration stays closed." in words
    assert "Open Registration" in world.last("#launch", "chloe").buttons


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("limit launch 0", "A limit of 0 would let nobody in. To stop registrations, close registration; use `off`"),
        ("limit launch -1", "A limit can't be less than 1. Use a whole number such as 200, or use `off` for no limit."),
        ("limit launch many", "I don't understand “many”. Use a whole number such as 200, or use `off` for no limit."),
        ("limit launch 2.5", "A limit can't be a fraction."),
        ("limit launch 99999999999", "RingCentral doesn't take a limit this high. Use at most 2,147,483,647"),
        (
            "limit launch 2",
            "3 people have registered, more than 2, and a limit removes nobody. " + ENOUGH,
        ),
        ("limit launch 3", "3 people have registered, so a limit of 3 would only close registration. " + ENOUGH),
        ("limit launch 10", "The limit is already 10 people."),
        ("limit garden 5", "No webinar matches “garden”."),
    ],
)
async def test_impossible_changes_are_refused_without_a_call(world: World, text: str, sentence: str) -> None:
    """Each with an alternative; nothing changes."""
    launch = await registration_harness(world, registrants=3, **limit_settings(10))

    assert sentence in await launch.reply_to("chloe", text)

    assert (launch.state, launch.take_calls()) == ((True, 10, 3), [])


@pytest.mark.parametrize(("command", "status", "is_open"), [("open", "Open", True), ("close", "Closed", False)])
async def test_open_and_close_always_write(world: World, command: str, status: str, is_open: bool) -> None:
    """Although our copy says that it is so: somebody may have changed it in RingCentral since."""
    launch = await registration_harness(world, registrationStatus=status)

    words = await launch.reply_to("chloe", f"{command} launch")

    assert (launch.state, launch.take_calls()) == ((is_open, None, 0), ["PATCH"])
    assert f"Registration is already {status.lower()}." in words
    assert " · as of <!date^" in words
    other = "Close Registration" if is_open else "Open Registration"
    assert world.last("#launch", "chloe").buttons == [other, "Set Limit", "Refresh"]

    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Closed" if is_open else "Open"})
    world.clock.move(timedelta(minutes=1))
    words = await launch.reply_to("chloe", f"{command} launch")

    assert (launch.state, launch.take_calls()) == ((is_open, None, 0), ["PATCH"])
    assert f"Registration is {status.lower()}." in words


async def test_opening_a_full_registration_offers_a_higher_limit(world: World) -> None:
    """RingCentral decides; the form suggests the next limit, and the result replaces it."""
    launch = await registration_harness(world, registrants=2, **limit_settings(2))

    assert "Raise the limit, and it opens again." in await launch.reply_to("chloe", "open launch")
    assert (launch.state, launch.take_calls()) == ((False, 2, 2), ["PATCH"])
    await world.click("chloe", world.last("#launch", "chloe"), "Raise Limit")
    form = world.slack.view("chloe")
    check_view(form.body)
    assert "2 of 2 registered, full" in form.words
    outcome = await world.slack.submit("chloe", form)
    assert outcome.errors == {}
    await world.settled()

    result = world.slack.view("chloe")
    assert (launch.state, launch.take_calls()) == ((True, 3, 2), ["GET", "PATCH"])
    assert result.title == "Limit set"
    assert "The limit is now 3 people, and registration is open again" in result.words

    await world.click("chloe", result, "Undo")
    assert (launch.state, launch.take_calls()) == ((False, 2, 2), ["GET", "PATCH"])
    assert "Undone." in world.slack.view("chloe").words


CHANGED_ELSEWHERE = "Someone else had changed this in RingCentral in the meantime: "


async def test_a_limit_does_not_reopen_what_was_closed_in_ringcentral(world: World) -> None:
    """Our copy says open: the status is read in the same step, and the reply says who changed it."""
    launch = await registration_harness(world, registrants=2)
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Closed"})

    words = await launch.reply_to("chloe", "limit launch 500")

    assert (launch.state, launch.take_calls()) == ((False, 500, 2), ["GET", "PATCH"])
    assert "registration stays closed." in words
    assert f"{CHANGED_ELSEWHERE}Registration: Open → Closed." in words


async def test_undo_of_a_limit_does_not_reopen_what_was_closed_in_ringcentral(world: World) -> None:
    """It is not undone, because something else has changed."""
    launch = await registration_harness(world)
    await launch.reply_to("chloe", "limit launch 8")
    message = world.last("#launch", "chloe")
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Closed"})
    launch.take_calls()

    await world.click("chloe", message, "Undo")

    assert "This was not undone, because something else has changed since." in world.last("#launch", "chloe").words
    assert (launch.state, launch.take_calls()) == ((False, 8, 0), ["GET"])


async def test_the_limit_form_does_not_reopen_what_was_closed_in_ringcentral(world: World) -> None:
    """Nor does it close what was opened there; a limit set there meanwhile is shown."""
    launch = await registration_harness(world, **limit_settings(20))
    form = await launch.open_form("chloe")
    world.ringcentral.edit(
        launch.session_id, registration={"registrationStatus": "Closed", "settings": {"autoCloseLimit": 30}}
    )

    await world.slack.submit("chloe", form, {"limit": "40"})
    await world.settled()

    result = world.slack.view("chloe")
    assert (launch.state, launch.take_calls()) == ((False, 40, 0), ["GET", "PATCH"])
    assert f"{CHANGED_ELSEWHERE}Limit: 20 people → 30 people, Registration: Open → Closed." in result.words


async def test_closing_shows_a_limit_that_was_changed_in_ringcentral(world: World) -> None:
    """With one call: its response has the limit."""
    launch = await registration_harness(world, **limit_settings(20))
    world.ringcentral.edit(launch.session_id, registration=limit_settings(30))

    words = await launch.reply_to("chloe", "close launch")

    assert (launch.state, launch.take_calls()) == ((False, 30, 0), ["PATCH"])
    assert f"{CHANGED_ELSEWHERE}Limit: 20 people → 30 people." in words


async def test_a_full_registration_was_changed_by_nobody(world: World) -> None:
    """It closed by itself when the last place was taken."""
    launch = await registration_harness(world, registrants=1, **limit_settings(2))
    world.ringcentral.register(launch.session_id, 1)
    for _ in range(2):  # by a copy that does not know it yet, and by one that does
        words = await launch.reply_to("chloe", "close launch")
        assert "Registration is full and stays closed while the limit is 2 people." in words
        assert "Raise Limit" in world.last("#launch", "chloe").buttons
    assert launch.take_calls() == ["PATCH", "PATCH"]

    words = await launch.reply_to("chloe", "limit launch 5")

    assert (launch.state, launch.take_calls()) == ((True, 5, 2), ["GET", "PATCH"])
    assert "registration is open again: it had closed at the limit." in words
    assert CHANGED_ELSEWHERE not in words


async def test_a_limit_refused_meanwhile_keeps_the_input(world: World) -> None:
    """More people have registered since the form was opened: the form is shown again with the number and the reason."""
    launch = await registration_harness(world, registrants=3)
    form = await launch.open_form("chloe")
    world.ringcentral.register(launch.session_id, 4)

    await world.slack.submit("chloe", form, {"limit": "5"})
    await world.settled()

    again = world.slack.view("chloe")
    assert (launch.state, launch.take_calls()) == ((True, None, 7), ["GET"])
    assert "7 people have registered, more than 5" in again.words
    assert '"initial_value": "5"' in json.dumps(again.body)
    await world.slack.submit("chloe", again, {"limit": "9"})
    await world.settled()
    assert launch.state == (True, 9, 7)


async def test_an_invalid_limit_is_shown_at_its_field(world: World) -> None:
    """The form stays open with its input."""
    launch = await registration_harness(world, registrants=3)
    form = await launch.open_form("chloe")

    for typed, problem in (
        ("0", "A limit of 0 would let nobody in."),
        ("-1", "A limit can't be less than 1. Use a whole number such as 200, or leave it empty for no limit."),
        ("3", "3 people have registered, so a limit of 3 would only close registration."),
        ("", "There is already no limit."),
    ):
        outcome = await world.slack.submit("chloe", form, {"limit": typed})
        assert list(outcome.errors) == ["limit"]
        assert outcome.errors["limit"].startswith(problem)

    assert (world.slack.view("chloe").id, launch.state, launch.take_calls()) == (form.id, (True, None, 3), [])


async def test_the_result_is_a_dm_if_the_form_was_closed(world: World) -> None:
    """The user does not have to wait in the modal."""
    launch = await registration_harness(world)
    form = await launch.open_form("chloe")
    world.ringcentral.fail("PATCH", PATH, status=None, effect=True, hang=0.5)
    await world.slack.submit("chloe", form, {"limit": "7"})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.settled()

    message = world.last("@chloe", "chloe")
    assert "The limit is now 7 people." in message.words
    await world.click("chloe", message, "Undo")
    assert launch.state == (True, None, 0)
    assert "Undone." in world.last("@chloe", "chloe").words


async def test_the_limit_command_asks_for_what_is_missing(world: World) -> None:
    """The picker keeps the typed limit; a year in a title is no limit."""
    launch = await registration_harness(world)
    await registration_harness(world, title="Budget 2027")

    await launch.reply_to("chloe", "limit 50")
    picker = world.last("#launch", "chloe")
    assert picker.buttons == ["Set Limit", "Set Limit"]
    await world.click("chloe", picker, "door.raise", block_id=picker.blocks[1]["block_id"])
    form = world.slack.view("chloe")
    assert form.body["blocks"][1]["element"]["initial_value"] == "50"
    await world.slack.close("chloe", form, clear=True)

    assert "Budget 2027" in (await launch.open_form("chloe", "limit budget 2027")).words
    assert launch.take_calls() == []


async def test_undo_replaces_its_message(world: World) -> None:
    """The message shows the restored state, without an Undo button."""
    launch = await registration_harness(world, registrants=2, **limit_settings(5))
    await launch.reply_to("chloe", "limit launch 8")
    message = world.last("#launch", "chloe")
    assert launch.take_calls() == ["GET", "PATCH"]

    await world.click("chloe", message, "Undo")

    assert (launch.state, launch.take_calls()) == ((True, 5, 2), ["GET", "PATCH"])
    answer = world.last("#launch", "chloe")
    assert answer.ts == message.ts
    assert "Undone. The limit is now 5 people." in answer.words
    assert "Undo" not in answer.buttons


async def test_undo_restores_a_full_registration(world: World) -> None:
    """Unless more people have registered: then the reply says why it is impossible."""
    launch = await registration_harness(world, registrants=2, **limit_settings(2))
    await launch.reply_to("chloe", "limit launch 8")
    first = world.last("#launch", "chloe")
    await world.click("chloe", first, "Undo")
    assert launch.state == (False, 2, 2)

    await launch.reply_to("chloe", "limit launch 8")
    second = world.last("#launch", "chloe")
    await launch.update(registrants=1)
    await world.click("chloe", second, "Undo")
    words = world.last("#launch", "chloe").words
    assert "This can't be undone: 3 people have registered, so a limit of 2 would be too low." in words
    assert (launch.state, launch.take_calls()) == ((True, 8, 3), [])


async def test_undo_keeps_changes_of_others(world: World) -> None:
    """The reply shows the current state instead."""
    launch = await registration_harness(world)
    await launch.reply_to("chloe", "limit launch 8")
    message = world.last("#launch", "chloe")
    await launch.reply_to("ben", "close launch")
    assert launch.take_calls() == ["GET", "PATCH", "PATCH"]

    await world.click("chloe", message, "Undo")

    answer = world.last("#launch", "chloe")
    assert "This was not undone, because something else has changed since." in answer.words
    assert "0 of 8 registered, registration is closed" in answer.words
    assert (launch.state, launch.take_calls()) == ((False, 8, 0), [])


async def test_two_concurrent_clicks_are_one_change(world: World) -> None:
    """The second writes the same state, and sees that it is so already."""
    launch = await registration_harness(world)
    await launch.reply_to("chloe", "count launch")
    count = world.last("#launch", "chloe")
    assert count.buttons == ["Refresh", "Registration", "Chart", "Details", "Close Registration", "Set Limit"]

    await asyncio.gather(*(world.slack.click("chloe", count, "Close Registration") for _ in range(2)))
    await world.settled()

    assert (launch.state, launch.take_calls()) == ((False, None, 0), ["PATCH", "PATCH"])
    answers = [message.words for message in world.slack.messages("#launch", "chloe")[-2:]]
    assert sorted("already closed" in words for words in answers) == [False, True]


async def test_only_managers_change_the_registration(world: World) -> None:
    """By command, button, form and Undo; the refusal names who can. An admin can."""
    launch = await registration_harness(world, announce_in="#random")
    for text in ("open launch", "close launch", "limit launch 5", "limit launch"):
        words = await launch.reply_to("dev", text)
        assert words.startswith("You can't open, close or limit the registration of this webinar: ")
        assert world.slack.user_id("chloe") in words
        assert "admin or owner" in words
    assert world.slack.view_stack("dev") == []
    await launch.reply_to("dev", "count launch")
    assert world.last("#launch", "dev").buttons == ["Refresh", "Details"]
    assert launch.take_calls() == []

    assert "Registration is closed." in await launch.reply_to("ben", "close launch")
    assert launch.take_calls() == ["PATCH"]


async def test_webinars_without_a_registration_are_refused(world: World) -> None:
    """Open to everyone, over, canceled: a sentence each, and no call."""
    launch = await registration_harness(world)
    await world.create("chloe", "Open house", fields={"Who is it for?": Audience.ANYONE.value})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    for text in ("close open house", "limit open house 5", "limit open house"):
        assert "Everyone with the link can join this webinar" in await launch.reply_to("chloe", text)

    await launch.reply_to("chloe", "count launch")
    count = world.last("#launch", "chloe")
    launch.take_calls()  # of the count
    world.clock.move(timedelta(days=4))
    assert "This webinar is over" in await launch.reply_to("chloe", "close launch")
    await world.bot.services.mirror.set_status(await world.bot.services.mirror.find(launch.session_id), Status.CANCELED)
    await world.click("chloe", count, "Close Registration")
    assert "This webinar is canceled" in world.last("#launch", "chloe").words
    assert launch.take_calls() == []
