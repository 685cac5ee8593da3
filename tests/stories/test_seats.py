"""A user's own seat, from the card to the link: registered, shown again, renamed, canceled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.model import external_id
from bot.model.team import NotifiedBy
from bot.registration.seats import texts as seat_texts
from bot.team import table as team_table
from tests.support.registration import PERSON
from tests.support.seat_samples import DEV
from tests.support.seats import REGISTRANTS, SeatsHarness, limit_settings, seats_harness, without_waits
from tests.support.team import TeamHarness
from tests.support.team_samples import LINK as TEAM_LINK
from tests.support.team_samples import member
from tests.support.world import World, running_world

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without waiting."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        yield started


async def test_one_click_takes_a_seat(world: World) -> None:
    """A dialog states what is sent; the click makes one call, and the link comes in the modal and by DM."""
    launch = await seats_harness(world)
    [dialog] = [one["confirm"] for block in launch.card.blocks for one in block.get("elements", []) if "confirm" in one]
    assert "RingCentral and the host get your name, email address and Slack IDs" in dialog["text"]["text"]

    view = await launch.press("dev")

    assert launch.take_calls() == ["POST"]
    [one] = launch.registrants
    assert external_id.decode(one["externalId"]) == [("team", "T0ACME"), ("user", "U0DEV")]
    assert (one["source"], one["firstName"], one["lastName"]) == ("slack:C0LAUNCH", "Dev", "Patel")
    message, file = launch.dms()
    assert launch.link_of(view) == launch.link_of(message) == one["joinUri"]
    assert "Dev Patel, dev@acme.example" in view.words
    assert message.buttons == ["My Link", "Not Me / Change", "Cancel My Seat"]
    assert [each.name for each in file.files] == ["Launch day.ics"]
    [(method, event)] = launch.calendar_files()
    assert (method, str(event["URL"]), event["SEQUENCE"]) == ("PUBLISH", one["joinUri"], 0)

    assert launch.link_of(await launch.press("dev")) == one["joinUri"]
    assert (launch.take_calls(), len(launch.dms())) == ([], 2)


async def test_the_form_comes_where_one_click_is_not_enough(world: World) -> None:
    """A card without the dialog, the command, a profile that lacks something; the form states what is sent."""
    launch = await seats_harness(world)
    lacking = {
        "emi": {"real_name": "Emi", "display_name": "emi"},
        "ben": {"real_name": "Room 12"},
        "finn": {"email": ""},
    }
    for user, profile in lacking.items():
        for name, value in profile.items():
            setattr(world.slack.person(user), name, value)
        assert (await launch.press(user)).callback_id == "seat.form", profile
    [button] = [one for block in launch.card.blocks for one in block.get("elements", []) if "confirm" in one]
    button["value"] = launch.session_id  # as earlier versions posted it, without the dialog

    form = await launch.press("dev")

    assert form.callback_id == "seat.form"
    held = [block["element"].get("initial_value") for block in form.blocks if block["type"] == "input"]
    assert held[:3] == ["Dev", "Patel", "dev@acme.example"]
    assert (
        "you send your name, your email address, and the IDs of this workspace, of you and of this chan" in form.words
    )
    assert (launch.take_calls(), launch.registrants, launch.dms()) == ([], [], [])


async def test_one_click_that_fails_leads_to_the_form(world: World) -> None:
    """A refusal by RingCentral, registration closed in the meantime, and a modal that Slack does not open."""
    launch = await seats_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=400)
    failed = await launch.press("dev")
    assert (failed.title, launch.registrants) == ("Not registered", [])
    form = await launch.press("dev", "Back to the Form", failed)
    assert [block["element"].get("initial_value") for block in form.blocks if block["type"] == "input"][:2] == [
        "Dev",
        "Patel",
    ]
    await world.slack.close("dev", form, clear=True)
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Closed"})
    assert "You are not registered." in (await launch.press("dev")).words
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Open"})
    world.slack.fail("views.open", error="expired_trigger_id")
    await world.click("dev", launch.card, "Register")
    assert launch.link_of(launch.dms()[0]) == launch.registrants[0]["joinUri"]


async def test_an_existing_seat_is_shown_without_a_call(world: World) -> None:
    """From any button, and from the card in another channel as well."""
    launch = await seats_harness(world)
    await launch.take_seat()
    own = launch.registrants[0]["joinUri"]
    await world.command("dev", "#marketing", "share launch")
    assert launch.take_calls() == ["POST"]
    calls = len(world.vendor_calls())

    for channel in ("#launch", "#marketing"):
        card = next(one for one in world.slack.messages(channel) if "Register" in one.buttons)
        view = await launch.press("dev", "Register", card)
        assert (view.title, launch.link_of(view)) == ("Your seat", own)
        await world.slack.close("dev", view, clear=True)
    await world.command("dev", "#launch", "show launch")
    assert launch.link_of(await launch.press("dev", "Register", world.last("#launch", "dev"))) == own

    assert len(world.vendor_calls()) == calls
    assert len(launch.dms()) == 2


async def test_every_problem_is_shown_at_its_field(world: World) -> None:
    """With the input kept; nothing is sent."""
    launch = await seats_harness(world)
    await launch.open_form("dev")

    long = f"{'d' * 250}@acme.example"
    outcome = await launch.send("dev", first_name=" ", last_name="x" * 65, email=long)

    assert outcome.errors == {
        "first_name": "Type your first name.",
        "last_name": "RingCentral takes at most 64 characters for a last name; this has 65.",
        "email": "RingCentral takes at most 256 characters for an address; this has 263.",
    }
    assert (world.slack.view("dev").callback_id, launch.take_calls()) == ("seat.form", [])
    await launch.send("dev", first_name=" Devi ", last_name="Patel", email="Dev.Patel@acme.example")
    [one] = launch.registrants
    assert (one["firstName"], one["email"]) == ("Devi", "dev.patel@acme.example")


async def test_the_calendar_sequence_continues_ringcentrals(world: World) -> None:
    """The webinar was moved twice before: a calendar with RingCentral's entry accepts ours as an update."""
    launch = await seats_harness(world)
    [webinar] = await world.bot.services.mirror.everything()
    for hours in (1, 2):
        start = (webinar.start + timedelta(hours=hours)).isoformat()
        world.ringcentral.edit(launch.session_id, scheduledStartTime=start)

    await launch.take_seat()

    [(_, event)] = launch.calendar_files()
    assert event["SEQUENCE"] == 2


async def test_a_chosen_reminder_leads_to_the_personal_link(world: World) -> None:
    """It comes by DM, and its button shows the link only to its user."""
    launch = await seats_harness(world)
    await launch.open_form("dev")
    await launch.send("dev", reminder="3600")
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    [one] = launch.registrants

    await world.move(3 * DAY - 59 * MINUTE)

    reminder = launch.dms()[-1]
    assert "starts in 1 hour" in reminder.words
    assert reminder.buttons == ["My Link", "Remind Me", "Mute", "Details"]
    view = await launch.press("dev", "My Link", reminder)
    assert (view.title, launch.link_of(view)) == ("Your seat", one["joinUri"])
    assert one["joinUri"] not in reminder.words


async def test_without_a_reminder_a_move_is_still_announced(world: World) -> None:
    """The user gets no reminder, but learns of another time."""
    launch = await seats_harness(world)
    await launch.open_form("dev")
    await launch.send("dev", reminder="0")
    [webinar] = await world.bot.services.mirror.everything()
    moved = webinar.start + DAY
    world.ringcentral.edit(webinar.webinar_id, scheduledStartTime=f"{moved:%Y-%m-%dT%H:%M:%SZ}")
    await world.bot.services.mirror.sweep()

    await world.bot.services.seats.resume()
    await world.bot.services.seats.resume()
    await world.move(4 * DAY - 5 * MINUTE)

    words = [one.words for one in launch.dms()]
    assert sum("was moved" in each for each in words) == 1
    assert not any("starts in" in each for each in words)
    (_, first), (method, second) = launch.calendar_files()
    assert (method, second["UID"]) == ("PUBLISH", first["UID"])
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)
    assert second.decoded("DTSTART") == moved.replace(microsecond=0)
    assert str(int(moved.timestamp())) in launch.dms()[0].words


async def test_guests_and_external_users_with_an_address_get_seats(world: World) -> None:
    """If Slack hides the address of an external user, they get the registration page."""
    launch = await seats_harness(world)
    await world.command("chloe", "#partners", "share launch")
    await world.click("chloe", world.last("#partners", "chloe"), "Share With Them")
    card = next(one for one in world.slack.messages("#partners") if "Register" in one.buttons)
    assert (await launch.press("gia", "Register", card)).title == "Your seat"
    assert [one["email"] for one in launch.registrants] == ["gia@acme.example"]

    world.slack.person("hal").email = ""
    view = await launch.press("hal", "Register", card)
    [webinar] = await world.bot.services.mirror.everything()
    assert "Slack does not tell Greenroom the email address" in view.words
    assert webinar.registration
    assert launch.link_of(view, "Registration Page") == webinar.registration.page_uri


async def test_a_live_webinar_is_joined_in_two_clicks(world: World) -> None:
    """The button is Join Now, the short form confirms, and the result has the link."""
    launch = await seats_harness(world)
    await launch.update(status="live")
    assert launch.card.buttons[0] == "Join Now"

    form = await launch.press("dev", "Join Now")
    assert "Remind me" not in form.words
    await launch.send("dev")

    [one] = launch.registrants
    assert launch.link_of(world.slack.view("dev"), "Join Now") == one["joinUri"]
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    assert launch.link_of(await launch.press("dev", "Join Now"), "Join Now") == one["joinUri"]
    assert launch.take_calls() == ["POST"]


async def test_a_user_without_dms_gets_the_link_in_the_modal(world: World) -> None:
    """It says so, and the button shows it again; the DM is not retried."""
    launch = await seats_harness(world)
    world.slack.refuse_dms("dev")

    view = await launch.take_seat()

    assert seat_texts.NO_DM in view.words
    assert launch.link_of(view) == launch.registrants[0]["joinUri"]
    posts = len(world.slack.calls)
    await world.bot.services.seats.resume()
    assert len(world.slack.calls) == posts
    await world.slack.close("dev", view, clear=True)
    assert seat_texts.NO_DM in (await launch.press("dev")).words


async def test_a_refused_dm_is_not_retried(world: World) -> None:
    """The webinar is moved after the user has closed DMs: one attempt, and the button still shows the link."""
    launch = await seats_harness(world)
    await world.slack.close("dev", await launch.take_seat(), clear=True)
    world.slack.refuse_dms("dev")
    [webinar] = await world.bot.services.mirror.everything()
    world.ringcentral.edit(webinar.webinar_id, title="Launch week")
    await world.bot.services.mirror.sweep()
    world.slack.fail("chat.update", error="message_not_found")

    await world.bot.services.seats.resume()
    calls = len(world.slack.calls)
    await world.bot.services.seats.resume()

    assert len(world.slack.calls) == calls
    view = await launch.press("dev")
    assert (launch.link_of(view), seat_texts.NO_DM in view.words) == (launch.registrants[0]["joinUri"], True)


async def test_required_answers_lead_to_the_registration_page(world: World) -> None:
    """RingCentral requires answers that we cannot give: no seat is created."""
    world.ringcentral.rules.required_questions = 1
    launch = await seats_harness(world)

    view = await launch.take_seat()

    assert seat_texts.ANSWERS.format(provider="RingCentral") in view.words
    assert launch.link_of(view, "Registration Page").startswith("http")
    assert (launch.registrants, launch.dms()) == ([], [])
    await world.slack.close("dev", view, clear=True)
    assert (await launch.press("dev")).title == "Register"


async def test_a_user_can_be_notified_when_registration_opens(world: World) -> None:
    """Confirmed at once and by DM; the notification leads to the form."""
    launch = await seats_harness(world, registrants=2, **limit_settings(2))
    assert launch.card.buttons[0] == "Tell Me When It Opens"

    await world.click("dev", launch.card, "Tell Me When It Opens")
    assert "You will get a direct message when registration" in world.last("#launch", "dev").words
    assert "You will be notified here when registration" in launch.dms()[-1].words
    await world.command("chloe", "#launch", "cancel launch")
    assert "its team and 1 waiting for registration to open. Their links" in world.slack.view("chloe").words
    await world.slack.close("chloe", world.slack.view("chloe"))
    await launch.update(**limit_settings(5), registrationStatus="Open")
    await world.move(2 * MINUTE)

    opened = launch.dms()[-1]
    assert "Registration for *Launch day* is open again" in opened.words
    assert (await launch.press("dev", "Register", opened)).title == "Your seat"
    said = len(launch.dms())
    await launch.update(registrants=2)
    await world.move(2 * MINUTE)
    assert len(launch.dms()) == said  # that it is full again is nothing to those who have a seat


async def test_a_user_with_a_seat_is_shown_it_instead_of_a_subscription(world: World) -> None:
    """By the same button; a user without DMs learns that they cannot be notified."""
    launch = await seats_harness(world)
    await world.slack.close("dev", await launch.take_seat(), clear=True)
    await launch.update(registrationStatus="Closed")

    view = await launch.press("dev", "Tell Me When It Opens")
    assert (view.title, launch.link_of(view)) == ("Your seat", launch.registrants[0]["joinUri"])
    world.slack.refuse_dms("emi")
    await world.click("emi", launch.card, "Tell Me When It Opens")
    assert world.last("#launch", "emi").words.startswith("Slack does not let Greenroom write to you")


async def test_a_seat_by_command_has_no_channel_as_its_source(world: World) -> None:
    """`/webinar register` of a user who does not manage the webinar opens the same form."""
    launch = await seats_harness(world)

    await world.command("dev", "#launch", "register launch")
    assert "the IDs of this workspace and of you to RingCentral" in world.slack.view("dev").words
    await launch.send("dev")

    assert [one["source"] for one in launch.registrants] == ["slack"]


async def test_a_refusal_at_the_vendor_call_is_shown(world: World) -> None:
    """The mirror had it as open, RingCentral refuses: no seat, useful buttons, and a new count soon."""
    launch = await seats_harness(world)
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Closed"})

    view = await launch.press("dev")

    assert "You are not registered." in view.words
    assert [one for one in view.words.splitlines() if one in ("Tell Me When It Opens", "Refresh")] == [
        "Tell Me When It Opens",
        "Refresh",
    ]
    await world.bot.services.mirror.count_next()
    assert launch.card.buttons[0] == "Tell Me When It Opens"
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Open"})
    world.clock.move(timedelta(seconds=16))
    assert (await launch.press("dev", "Refresh", view)).callback_id == "seat.form"


async def test_a_refusal_after_the_modal_was_closed_is_a_dm(world: World) -> None:
    """The buttons of the DM work."""
    launch = await seats_harness(world)
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Closed"})
    fault = world.ringcentral.fail("POST", REGISTRANTS, status=429, retry_after=1)
    await world.slack.click("dev", launch.card, "Register")
    await world.until(lambda: not fault.times)
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    await world.settled()
    [message] = launch.dms()
    assert message.text.startswith("Launch day. ")
    assert "You are not registered." in message.text

    assert "You are not registered." in (await launch.press("dev", "Refresh", message)).words
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Open"})
    world.clock.move(timedelta(seconds=15))  # the registration is read again only then
    assert (await launch.press("dev", "Refresh", message)).callback_id == "seat.form"


async def test_past_and_canceled_webinars_are_reported(world: World) -> None:
    """From an older reply, in the open form, and to users with a seat."""
    launch = await seats_harness(world)
    await world.command("dev", "#launch", "show launch")
    details = world.last("#launch", "dev")
    await launch.open_form("dev")
    world.ringcentral.begin(launch.session_id)
    world.ringcentral.finish(launch.session_id)
    await world.bot.services.mirror.sweep()
    await launch.send("dev")
    assert seat_texts.OVER in world.slack.view("dev").words
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    assert seat_texts.OVER in (await launch.press("dev", "Register", details)).words
    assert launch.take_calls() == []


async def test_a_canceled_webinar_removes_link_and_calendar_entry(world: World) -> None:
    """The DM says so in place of the link, and the calendar entry is canceled."""
    launch = await seats_harness(world)
    await launch.take_seat()
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    await world.command("chloe", "#launch", "cancel launch")
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await world.settled()

    await world.bot.services.seats.resume()

    assert seat_texts.CANCELLED in launch.dms()[0].words
    assert launch.link_of(launch.dms()[0]) == ""
    assert [method for method, _ in launch.calendar_files()] == ["PUBLISH", "CANCEL"]


async def test_a_seat_is_canceled_from_the_dm(world: World) -> None:
    """After a confirmation; one call ends the link, the calendar entry and the reminders."""
    launch = await seats_harness(world)
    await world.slack.close("dev", await launch.take_seat(), clear=True)
    message = launch.dms()[0]
    [ask] = [one["confirm"] for one in message.blocks[2]["elements"] if "confirm" in one]
    assert (ask["title"]["text"], ask["deny"]["text"]) == ("Cancel your seat?", "Keep My Seat")
    assert launch.take_calls() == ["POST"]

    await world.click("dev", message, "Cancel My Seat")

    assert (launch.take_calls(), launch.registrants) == (["DELETE"], [])
    gone = launch.dms()[0]
    assert (gone.ts, gone.buttons) == (message.ts, ["Register Again"])
    assert seat_texts.LEFT in gone.words
    assert [(method, event["SEQUENCE"]) for method, event in launch.calendar_files()] == [("PUBLISH", 0), ("CANCEL", 1)]
    await world.move(3 * DAY)
    assert not any("starts in" in one.words for one in launch.dms())


async def test_a_canceled_seat_can_be_taken_again(world: World) -> None:
    """In the same modal, with a new link."""
    launch = await seats_harness(world)
    view = await launch.take_seat()
    first = launch.link_of(view)

    await world.click("dev", view, "Cancel My Seat")
    assert (world.slack.view("dev").title, launch.registrants) == ("No seat", [])
    await world.click("dev", world.slack.view("dev"), "Register Again")
    await launch.send("dev")

    assert launch.take_calls() == ["POST", "DELETE", "POST"]
    assert launch.link_of(world.slack.view("dev")) == launch.registrants[0]["joinUri"] != first


async def test_another_name_or_address_changes_the_link(world: World) -> None:
    """The form says so; two calls for a name, one more for an address; the DM and the calendar get the new link."""
    launch = await seats_harness(world)
    view = await launch.take_seat()
    first = launch.link_of(view)

    form = await launch.press("dev", "Not Me / Change", view)
    assert "*your link changes*" in form.words
    assert "With Change My Registration you send your name, your email address" in form.words
    assert (await launch.send("dev", first_name=" ")).errors == {"first_name": "Type your first name."}
    await launch.send("dev", first_name="Devendra")

    assert launch.take_calls() == ["POST", "DELETE", "POST"]
    [one] = launch.registrants
    assert (one["firstName"], one["email"]) == ("Devendra", "dev@acme.example")
    assert launch.link_of(world.slack.view("dev")) == launch.link_of(launch.dms()[0]) == one["joinUri"] != first
    assert [(str(event["URL"]), event["SEQUENCE"]) for _, event in launch.calendar_files()] == [
        (first, 0),
        (one["joinUri"], 1),
    ]

    await launch.press("dev", "Not Me / Change", world.slack.view("dev"))
    await launch.send("dev", email="dev@elsewhere.example")
    assert launch.take_calls() == ["GET", "DELETE", "POST"]
    [one] = launch.registrants
    assert (one["firstName"], one["email"]) == ("Devendra", "dev@elsewhere.example")
    assert launch.link_of(world.slack.view("dev")) == one["joinUri"]


async def test_a_change_keeps_the_mark_of_an_address_that_slack_confirms(world: World) -> None:
    """With another name it stays, with another address it goes, and it comes back with the first one."""
    launch = await seats_harness(world)
    view, marks = await launch.take_seat(), []
    for typed in ({"first_name": "Devendra"}, {"email": "dev@elsewhere.example"}, {"email": "Dev@acme.example"}):
        await launch.press("dev", "Not Me / Change", view)
        assert (await launch.send("dev", **typed)).errors == {}
        view = world.slack.view("dev")
        [webinar] = await world.bot.services.mirror.everything()
        seat = await world.bot.services.seats.find(webinar, "U0DEV")
        assert seat is not None
        marks.append((seat.attendee.email, seat.attendee.is_own_address))
    assert marks == [("dev@acme.example", True), ("dev@elsewhere.example", False), ("dev@acme.example", True)]


async def test_an_address_of_somebody_else_does_not_cost_the_seat(world: World) -> None:
    """It is checked before the seat is given up, and the form comes back with what was typed."""
    launch = await seats_harness(world)
    await launch.take_seat("emi")
    view = await launch.take_seat()
    launch.take_calls()
    before = launch.registrants
    await launch.press("dev", "Not Me / Change", view)

    await launch.send("dev", first_name="Devendra", email="Emi@acme.example")

    failed = world.slack.view("dev")
    assert (failed.title, launch.take_calls(), launch.registrants) == ("Not changed", ["GET"], before)
    assert "Someone is already registered with this email address" in failed.words
    form = await launch.press("dev", "Back to the Form", failed)
    held = [block["element"].get("initial_value") for block in form.blocks if block["type"] == "input"]
    assert held == ["Devendra", "Patel", "Emi@acme.example"]
    assert (await launch.send("dev", first_name="Dev", email="dev@acme.example")).errors == {
        "first_name": "This is what you are registered with. Change it, or press Cancel."
    }


async def test_a_name_is_not_changed_while_registration_is_closed(world: World) -> None:
    """No call is made; if it closes between the two calls, the user is notified."""
    launch = await seats_harness(world)
    view = await launch.take_seat()
    await launch.press("dev", "Not Me / Change", view)
    await launch.update(registrationStatus="Closed")
    assert launch.take_calls() == ["POST"]

    await launch.send("dev", first_name="Devendra")
    assert "Your seat stays as it is." in world.slack.view("dev").words
    assert (launch.take_calls(), [one["firstName"] for one in launch.registrants]) == ([], ["Dev"])

    await launch.update(registrationStatus="Open")
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    await launch.press("dev", "Not Me / Change", launch.dms()[0])
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Closed"})
    await launch.send("dev", first_name="Devendra")
    assert "Your seat stays as it is." in world.slack.view("dev").words  # what was known here was not so any more
    assert (launch.take_calls(), [one["firstName"] for one in launch.registrants]) == ([], ["Dev"])

    await launch.update(registrationStatus="Open")
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    await launch.press("dev", "Not Me / Change", launch.dms()[0])
    world.ringcentral.fail("POST", REGISTRANTS, status=403)
    await launch.send("dev", first_name="Devendra")
    lost = world.slack.view("dev")
    assert "so you have no seat now." in lost.words
    assert (launch.take_calls(), launch.registrants) == (["DELETE", "POST"], [])

    form = await launch.press("dev", "Back to the Form", lost)
    assert form.callback_id == "seat.form"  # there is nothing to change any more
    held = [block["element"].get("initial_value") for block in form.blocks if block["type"] == "input"]
    assert held[:3] == ["Devendra", "Patel", "dev@acme.example"]
    assert (await launch.send("dev")).errors == {}
    assert launch.link_of(world.slack.view("dev")) == launch.registrants[0]["joinUri"]
    assert (launch.take_calls(), launch.registrants[0]["firstName"]) == (["POST"], "Devendra")


async def test_an_unchanged_name_is_refused(world: World) -> None:
    """And the seat of a past webinar is kept."""
    launch = await seats_harness(world)
    await launch.press("dev", "Not Me / Change", await launch.take_seat())

    same = await launch.send("dev", last_name=" Patel ")
    assert same.errors == {"first_name": "This is what you are registered with. Change it, or press Cancel."}
    world.ringcentral.begin(launch.session_id)
    world.ringcentral.finish(launch.session_id)
    await world.bot.services.mirror.sweep()
    await launch.send("dev", first_name="Devendra")

    assert seat_texts.OVER in world.slack.view("dev").words
    assert (launch.take_calls(), [one["firstName"] for one in launch.registrants]) == (["POST"], ["Dev"])


async def test_a_seat_removed_at_ringcentral_is_detected(world: World) -> None:
    """By Refresh, or when it is canceled; the DM loses the link."""
    launch = await seats_harness(world)
    view = await launch.take_seat()
    assert launch.link_of(await launch.press("dev", "Refresh", view)) == launch.registrants[0]["joinUri"]
    await cancel_at_ringcentral(launch)

    await world.click("dev", world.slack.view("dev"), "Refresh")

    assert launch.take_calls() == ["POST", "GET", "GET"]
    assert seat_texts.REMOVED_AT_PROVIDER.format(provider="RingCentral") in world.slack.view("dev").words
    assert seat_texts.REMOVED_AT_PROVIDER.format(provider="RingCentral") in launch.dms()[0].words
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    await world.slack.close("dev", await launch.take_seat(), clear=True)
    await cancel_at_ringcentral(launch)
    message = next(one for one in reversed(launch.dms()) if "Cancel My Seat" in one.buttons)
    await world.click("dev", message, "Cancel My Seat")
    assert seat_texts.LEFT in message.words


@pytest.mark.parametrize("button", ["Refresh", "Cancel My Seat"])
async def test_a_seat_of_a_canceled_webinar_causes_no_vendor_call(world: World, button: str) -> None:
    """Its registrants went with it: a click in a window that was opened before says so at once."""
    launch = await seats_harness(world)
    view = await launch.take_seat()
    services = world.bot.services
    await services.cancellation.cancel(await services.mirror.find(launch.session_id), PERSON, "U0CHLOE")
    for _ in range(2):
        await services.mirror.refreshes.take("U0DEV")
    before = len(world.vendor_calls())

    await world.click("dev", view, button)

    assert world.vendor_calls()[before:] == []
    if button == "Cancel My Seat":
        assert await services.seats.find(await services.mirror.find(launch.session_id), "U0DEV") is None
    assert "refreshed twice" not in world.slack.view("dev").words


async def test_a_user_is_notified_if_an_organizer_removes_them(world: World) -> None:
    """The DM loses the link, and they can register again."""
    launch = await seats_harness(world)
    await world.slack.close("dev", await launch.take_seat(), clear=True)
    await world.command("chloe", "#launch", "registrants launch")

    await world.click("chloe", world.last("#launch", "chloe"), "Remove")

    assert launch.registrants == []
    assert seat_texts.REMOVED_AT_PROVIDER.format(provider="RingCentral") in launch.dms()[0].words
    assert [method for method, _ in launch.calendar_files()] == ["PUBLISH", "CANCEL"]
    assert (await launch.press("dev")).title == "Your seat"


async def test_a_team_member_is_shown_their_team_link(world: World) -> None:
    """By the same buttons, without a call, and only to them."""
    launch = await seats_harness(world)
    speaker = member("Dev Patel", user_id="U0DEV", notified_by=NotifiedBy.MESSAGE)
    async with world.bot.services.store.write() as db:
        await team_table.save(db, world.bot.services.account, launch.session_id, speaker, world.clock.now())

    view = await launch.press("dev")

    assert (view.title, launch.link_of(view, "Join as Panelist")) == ("Your link", TEAM_LINK)
    assert (await launch.open_form("emi")).title == "Register"
    await world.slack.close("dev", view, clear=True)
    await launch.update(registrationStatus="Closed")
    view = await launch.press("dev", "Tell Me When It Opens")
    assert (view.title, launch.link_of(view, "Join as Panelist")) == ("Your link", TEAM_LINK)
    assert (launch.take_calls(), launch.dms()) == ([], [])


async def test_a_dm_names_the_colleague_who_suggested_the_seat(world: World) -> None:
    """It is a complete seat of the user."""
    launch = await seats_harness(world)
    services = world.bot.services
    [webinar] = await services.mirror.everything()
    dev = await services.users.get(services.account.workspace, "U0DEV")

    seat = await services.seats.take(webinar, dev, DEV, "slack", PERSON, lead=10 * MINUTE, by="U0CHLOE")
    await services.seats.notifier.notify_taken(seat)

    assert "You are registered" in launch.dms()[0].words
    assert "Your reminder comes 10 minutes before it starts. Suggested by <@U0CHLOE>." in launch.dms()[0].words
    assert launch.link_of(launch.dms()[0]) == launch.registrants[0]["joinUri"]


async def test_a_waiting_user_sees_how_long(world: World) -> None:
    """A 429 is waited out in the view; if the modal is closed, the result is a DM."""
    launch = await seats_harness(world)
    world.ringcentral.fail("POST", REGISTRANTS, status=429, retry_after=1)
    await world.slack.click("dev", launch.card, "Register")
    await world.until(
        lambda: (
            world.slack.view_stack("dev")
            and "RingCentral allows only a few calls a minute, so yours" in world.slack.view("dev").words
        )
    )
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    await world.settled()

    assert launch.take_calls() == ["POST", "POST"]
    assert launch.link_of(launch.dms()[0]) == launch.registrants[0]["joinUri"]


async def test_a_webinar_for_everyone_has_a_shared_link(world: World) -> None:
    """There are no seats: the button of the card leads to the webinar."""
    await world.create(fields={"Announce in": "#launch", "Who is it for?": "anyone"})
    [card] = [one for one in world.slack.messages("#launch") if one.bot and not one.ephemeral_to]
    assert card.buttons == ["Join", "Details", "Add to Calendar", "Edit", "Team", "Refresh"]


async def test_personal_data_stays_private(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Not readable in the database, in no channel, no log, and no message to others."""
    caplog.set_level("INFO")
    launch = await seats_harness(world)
    await launch.open_form("dev")
    await launch.send("dev", first_name="Zebulon", last_name="Quux", email="zeb@elsewhere.example")
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    await world.move(3 * DAY - 5 * MINUTE)
    secrets = ["Zebulon", "Quux", "zeb@elsewhere.example", launch.registrants[0]["joinUri"]]

    assert not [one for one in secrets if one.encode() in stored(world)]
    public = [channel for channel in world.slack.world.channels if not channel.startswith("D")]
    shown = str([world.slack.messages(channel) for channel in public])
    others = str([launch.dms(user) for user in ("ana", "ben", "chloe", "emi")])
    logged = str([vars(record) for record in caplog.records])
    assert not [one for one in secrets if one in shown + others + logged]
    assert "Zebulon" in str(launch.dms())


async def test_seats_are_deleted_three_months_after_the_webinar(world: World) -> None:
    """With the names and addresses in them; not earlier."""
    launch = await seats_harness(world)
    await launch.take_seat()
    [webinar] = await world.bot.services.mirror.everything()
    for later, is_known in ((80 * DAY, True), (20 * DAY, False)):
        world.clock.move(later)
        await world.bot.services.seats.forget_ended()
        assert bool(await world.bot.services.seats.find(webinar, "U0DEV")) is is_known


def stored(world: World) -> bytes:
    """The stored values of the database, without decryption."""
    path = str(world.bot.services.store.url.database)
    return b"".join(Path(each).read_bytes() for each in (path, f"{path}-wal"))


async def cancel_at_ringcentral(launch: SeatsHarness) -> None:
    """The user cancels by the link in RingCentral's email."""
    [one] = launch.registrants
    async with aiohttp.ClientSession() as http, http.post(one["cancellationUri"]) as answer:
        assert answer.status == 200
    assert launch.registrants == []


async def test_a_team_member_who_cancels_a_seat_keeps_the_team_reminders(world: World) -> None:
    """The seat was taken before the invitation."""
    launch = await seats_harness(world)
    await launch.take_seat()
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    await TeamHarness(world, launch.session_id).save({"panelists": ["dev"]})
    [seat] = [one for one in launch.dms() if "Cancel My Seat" in one.buttons]

    await world.click("dev", seat, "Cancel My Seat")
    await world.move(timedelta(days=3))

    assert launch.registrants == []
    assert any("starts in 10 minutes" in one.words for one in launch.dms())
