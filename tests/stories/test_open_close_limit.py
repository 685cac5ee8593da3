"""Opening and closing a registration, limiting it, taking it back, and who may."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.model.webinar import Audience, Status
from tests.support.block_kit import check_view
from tests.support.registration import PATH, a_door, limited
from tests.support.world import World

ENOUGH = "Choose at least 4, or close registration instead."


async def test_closing_and_opening_are_one_call_each(world: World) -> None:
    """The answer says old and new and the figure; whoever registered keeps their place."""
    door = await a_door(world, registrants=2)

    closed = await door.says("chloe", "close launch")
    assert (door.there, door.asked) == ((False, None, 2), ["PATCH"])
    assert "Registration is closed. 2 people registered before, and their links stay good." in closed
    assert "Open → Closed" in closed
    assert world.last("#launch", "chloe").buttons == ["Undo", "Open Registration", "Set Limit", "Details"]

    opened = await door.says("chloe", "open launch")
    assert (door.there, door.asked) == ((True, None, 2), ["PATCH"])
    assert "Closed → Open" in opened


async def test_a_limit_is_set_changed_and_lifted_with_one_call_each(world: World) -> None:
    """With any mark between thousands; `off` lifts it."""
    door = await a_door(world)

    assert "None → 1,000 people" in await door.says("chloe", "limit launch 1,000")
    assert (door.there, door.asked) == ((True, 1000, 0), ["PATCH"])
    assert "1,000 people → 5 people" in await door.says("chloe", "limit launch to 5")
    assert (door.there, door.asked) == ((True, 5, 0), ["PATCH"])
    assert "There is no limit any more." in await door.says("chloe", "limit launch off")
    assert (door.there, door.asked) == ((True, None, 0), ["PATCH"])


@pytest.mark.parametrize(("to", "limit"), [("3", 3), ("off", None)])
async def test_a_higher_limit_opens_what_was_full(world: World, to: str, limit: int | None) -> None:
    """In the same call, and the answer says so."""
    door = await a_door(world, registrants=2, **limited(2))
    assert door.there == (False, 2, 2)

    words = await door.says("chloe", f"limit launch {to}")

    assert (door.there, door.asked) == ((True, limit, 2), ["PATCH"])
    assert "Registration is open again: it had closed at the limit." in words
    assert "Full → Open" in words


async def test_what_was_closed_by_hand_stays_closed_with_another_limit(world: World) -> None:
    """Whoever closed it meant to; the answer says so and has the button."""
    door = await a_door(world, registrants=2, registrationStatus="Closed")

    words = await door.says("chloe", "limit launch 9")

    assert (door.there, door.asked) == ((False, 9, 2), ["PATCH"])
    assert "Registration stays closed." in words
    assert "Open Registration" in world.last("#launch", "chloe").buttons


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("limit launch 0", "A limit of 0 would let nobody in. To stop registrations, close registration; use `off`"),
        ("limit launch -1", "A limit can't be less than 1. Use a whole number such as 200, or use `off` for no limit."),
        ("limit launch many", "“many” is no limit. Use a whole number such as 200, or use `off` for no limit."),
        ("limit launch 2.5", "People come whole."),
        ("limit launch 99999999999", "RingCentral can't count to that. Use at most 2,147,483,647"),
        (
            "limit launch 2",
            "3 people have registered, more than 2, and a limit takes nobody off the list. " + ENOUGH,
        ),
        ("limit launch 3", "3 people have registered, so a limit of 3 would only close registration. " + ENOUGH),
        ("limit launch 10", "The limit is 10 people already."),
        ("open launch", "Registration is open already."),
        ("limit garden 5", "No webinar matches “garden”."),
    ],
)
async def test_what_cannot_be_is_said_without_a_call(world: World, text: str, sentence: str) -> None:
    """Each with what to do instead; nothing is sent and nothing changes."""
    door = await a_door(world, registrants=3, **limited(10))

    assert sentence in await door.says("chloe", text)

    assert (door.there, door.asked) == ((True, 10, 3), [])


async def test_what_is_closed_already_is_said_without_a_call(world: World) -> None:
    """With how old that is, and a way to look again."""
    door = await a_door(world, registrationStatus="Closed")

    words = await door.says("chloe", "close launch")

    assert "Registration is closed already." in words
    assert "read from RingCentral just now" in words
    assert world.last("#launch", "chloe").buttons == ["Open Registration", "Set Limit", "Refresh"]
    assert door.asked == []


async def test_opening_what_is_full_leads_to_raising_the_limit(world: World) -> None:
    """The form holds a sensible next limit, and the result comes in its place."""
    door = await a_door(world, registrants=2, **limited(2))

    assert "Raise the limit, and it opens again." in await door.says("chloe", "open launch")
    assert door.asked == []
    await world.click("chloe", world.last("#launch", "chloe"), "Raise Limit")
    form = world.slack.view("chloe")
    check_view(form.body)
    assert "2 of 2 registered, full" in form.words
    outcome = await world.slack.submit("chloe", form)
    assert outcome.errors == {}
    await world.settled()

    result = world.slack.view("chloe")
    assert (door.there, door.asked) == ((True, 3, 2), ["PATCH"])
    assert result.title == "Limit set"
    assert "The limit is now 3 people. Registration is open again" in result.words

    await world.click("chloe", result, "Undo")
    assert (door.there, door.asked) == ((False, 2, 2), ["PATCH"])
    assert "Undone." in world.slack.view("chloe").words


async def test_what_is_wrong_in_the_form_stands_under_its_field(world: World) -> None:
    """The form stays open with what was typed."""
    door = await a_door(world, registrants=3)
    form = await door.form("chloe")

    for typed, problem in (
        ("0", "A limit of 0 would let nobody in."),
        ("-1", "A limit can't be less than 1. Use a whole number such as 200, or leave it empty for no limit."),
        ("3", "3 people have registered, so a limit of 3 would only close registration."),
        ("", "There is no limit already."),
    ):
        outcome = await world.slack.submit("chloe", form, {"limit": typed})
        assert list(outcome.errors) == ["limit"]
        assert outcome.errors["limit"].startswith(problem)

    assert (world.slack.view("chloe").id, door.there, door.asked) == (form.id, (True, None, 3), [])


async def test_result_of_a_form_that_was_closed_comes_as_a_direct_message(world: World) -> None:
    """Nobody has to wait in front of a window."""
    door = await a_door(world)
    form = await door.form("chloe")
    world.ringcentral.fail("PATCH", PATH, status=None, effect=True, hang=0.5)
    await world.slack.submit("chloe", form, {"limit": "7"})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.settled()

    message = world.last("@chloe", "chloe")
    assert "The limit is now 7 people." in message.words
    await world.click("chloe", message, "Undo")
    assert door.there == (True, None, 0)
    assert "Undone." in world.last("@chloe", "chloe").words


async def test_a_limit_alone_is_asked_for_or_asks_which_webinar(world: World) -> None:
    """Nothing typed is lost on the way through the picker; a year in a title is no limit."""
    door = await a_door(world)
    await a_door(world, title="Budget 2027")

    await door.says("chloe", "limit 50")
    picker = world.last("#launch", "chloe")
    assert picker.buttons == ["Set Limit", "Set Limit"]
    await world.click("chloe", picker, "door.raise", block_id=picker.blocks[1]["block_id"])
    form = world.slack.view("chloe")
    assert form.body["blocks"][1]["element"]["initial_value"] == "50"
    await world.slack.close("chloe", form, clear=True)

    assert "Budget 2027" in (await door.form("chloe", "limit budget 2027")).words
    assert door.asked == []


async def test_undo_goes_back_with_one_call_in_the_same_place(world: World) -> None:
    """The message that offered it says what is so again, and offers it no more."""
    door = await a_door(world, registrants=2, **limited(5))
    await door.says("chloe", "limit launch 8")
    message = world.last("#launch", "chloe")
    assert door.asked == ["PATCH"]

    await world.click("chloe", message, "Undo")

    assert (door.there, door.asked) == ((True, 5, 2), ["PATCH"])
    answer = world.last("#launch", "chloe")
    assert answer.ts == message.ts
    assert "Undone. The limit is now 5 people." in answer.words
    assert "Undo" not in answer.buttons


async def test_undo_of_what_was_full_closes_it_at_its_limit_again(world: World) -> None:
    """Unless somebody came in through the open door: then it says why it cannot."""
    door = await a_door(world, registrants=2, **limited(2))
    await door.says("chloe", "limit launch 8")
    first = world.last("#launch", "chloe")
    await world.click("chloe", first, "Undo")
    assert door.there == (False, 2, 2)

    await door.says("chloe", "limit launch 8")
    second = world.last("#launch", "chloe")
    await door.becomes(registrants=1)
    await world.click("chloe", second, "Undo")
    words = world.last("#launch", "chloe").words
    assert "This can't be undone: 3 people have registered by now, so a limit of 2 would be too low." in words
    assert (door.there, door.asked) == ((True, 8, 3), [])


async def test_undo_never_takes_back_what_somebody_else_did(world: World) -> None:
    """It says what is so now instead."""
    door = await a_door(world)
    await door.says("chloe", "limit launch 8")
    message = world.last("#launch", "chloe")
    await door.says("ben", "close launch")
    assert door.asked == ["PATCH", "PATCH"]

    await world.click("chloe", message, "Undo")

    answer = world.last("#launch", "chloe")
    assert "This was not undone, because something else has changed since." in answer.words
    assert "0 of 8 registered, registration is closed" in answer.words
    assert (door.there, door.asked) == ((False, 8, 0), [])


async def test_two_presses_at_once_are_one_change(world: World) -> None:
    """The second finds what the first has made."""
    door = await a_door(world)
    await door.says("chloe", "count launch")
    count = world.last("#launch", "chloe")
    assert count.buttons == ["Refresh", "Close Registration", "Set Limit", "Registration", "Chart", "Details"]

    await asyncio.gather(*(world.slack.click("chloe", count, "Close Registration") for _ in range(2)))
    await world.settled()

    assert (door.there, door.asked) == ((False, None, 0), ["PATCH"])
    answers = [message.words for message in world.slack.messages("#launch", "chloe")[-2:]]
    assert sorted("closed already" in words for words in answers) == [False, True]


async def test_only_the_creator_and_admins_may(world: World) -> None:
    """At every door: command, button, form and Undo; the refusal names who can. An admin can."""
    door = await a_door(world)
    for text in ("open launch", "close launch", "limit launch 5", "limit launch"):
        words = await door.says("dev", text)
        assert words.startswith("You can't open, close or limit the registration of this webinar: ")
        assert world.slack.user_id("chloe") in words
        assert "admin or owner" in words
    assert world.slack.view_stack("dev") == []
    await door.says("dev", "count launch")
    assert world.last("#launch", "dev").buttons == ["Refresh", "Details"]
    assert door.asked == []

    assert "Registration is closed." in await door.says("ben", "close launch")
    assert door.asked == ["PATCH"]


async def test_what_has_no_registration_to_change_says_so(world: World) -> None:
    """For everyone with the link, over, cancelled: a sentence each, and no call."""
    door = await a_door(world)
    await world.create("chloe", "Open house", fields={"Who is it for?": Audience.ANYONE.value})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    for text in ("close open house", "limit open house 5", "limit open house"):
        assert "Everyone with the link can join this webinar" in await door.says("chloe", text)

    await door.says("chloe", "show launch")
    details = world.last("#launch", "chloe")
    world.clock.move(timedelta(days=4))
    assert "This webinar is over" in await door.says("chloe", "close launch")
    await world.bot.services.mirror.mark(await world.bot.services.mirror.find(door.session_id), Status.CANCELLED)
    await world.click("chloe", details, "Close Registration")
    assert "This webinar is cancelled" in world.last("#launch", "chloe").words
    assert door.asked == []
