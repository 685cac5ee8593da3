"""The form for all settings of a registration: its content, one call per change, Undo, and permissions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadInput
from bot.model.webinar import Audience, Registration
from bot.providers.base import Caller, WebinarProvider
from bot.registration.settings import RegistrationSettings as Registrations
from bot.sync.mirror import Mirror
from bot.webinars import organizer_table
from sandbox.slack import Message
from tests.support.registration import (
    PATH,
    PERSON,
    RegistrationHarness,
    limit_settings,
    open_menu,
    registration_harness,
    ringcentral_settings,
    submit_form,
    without_waits,
)
from tests.support.world import World, running_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world with enough budget, short timeouts and immediate retries."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        yield world


async def test_the_form_opens_from_the_mirror_with_a_forecast(world: World) -> None:
    """Without a call: state, share of the limit, pace, and when it will be full."""
    launch = await registration_harness(world, **limit_settings(40))
    world.clock.move(timedelta(hours=24))
    await launch.update(registrants=10)
    world.clock.move(timedelta(hours=24))
    await launch.update(registrants=10)

    view = await open_menu(world)

    assert (view.title, launch.take_calls()) == ("Registration", [])
    assert "20 of 40 people (50%)" in view.words
    assert "10 a day over the last 2 days" in view.words
    assert "Not before the start at this pace" in view.words
    await world.slack.close("chloe", view, clear=True)

    await launch.reply_to("chloe", "limit launch 25")
    assert "About <!date^" in (await open_menu(world)).words
    assert launch.take_calls() == ["GET", "PATCH"]


class WithoutSettings:
    """A RingCentral that omits the settings of a registration, as its reference allows."""

    def __init__(self, provider: WebinarProvider) -> None:
        """As this one in everything else."""
        self._provider = provider

    def __getattr__(self, name: str) -> Any:
        """Delegate everything else."""
        return getattr(self._provider, name)

    async def registration(self, session_id: str, caller: Caller) -> Registration:
        """Without them."""
        read = await self._provider.registration(session_id, caller)
        return read.model_copy(update={"preferences": None})


async def test_omitted_settings_are_not_replaced_by_defaults(world: World) -> None:
    """Saving would apply the defaults; the reply names the commands that work."""
    launch = await registration_harness(world)
    services = world.bot.services
    provider: Any = WithoutSettings(world.bot.provider)
    mirror = Mirror(services.account, services.store, provider, services.directory, services.cards, services.clock)
    await mirror.refresh(launch.session_id, PERSON)

    with pytest.raises(BadInput, match="doesn't share the settings"):
        await Registrations(provider, mirror, services.clock, services.scheduler).with_preferences(
            launch.session_id, PERSON
        )


async def test_all_settings_are_changed_by_one_write_and_undone_by_another(world: World) -> None:
    """The result shows old and new values, and Undo restores them."""
    launch = await registration_harness(world, registrants=2)
    before = ringcentral_settings(world, launch)
    view = await open_menu(world)
    assert "onDemandDuration" not in str(view.body)
    await world.slack.fill("chloe", view, {"autoCloseLimit": "49"})
    await world.click("chloe", view, "door.after", value=["viewRecording"])
    view = world.slack.view("chloe")
    assert view.values["autoCloseLimit"]["autoCloseLimit"]["value"] == "49"  # what was typed stays

    result = await submit_form(
        world,
        view,
        {
            "registrationStatus": "Closed",
            "autoCloseLimit": "50",
            "emails": [],
            "people": ["workEmailRequired", "preventMultipleDeviceJoins"],
            "after": ["autoOpenPostWebinarRegistration", "viewRecording"],
            "onDemandDuration": "OneYear",
        },
    )

    assert (launch.state, launch.take_calls()) == ((False, 50, 2), ["GET", "PATCH"])
    assert ringcentral_settings(world, launch) == before | {
        "autoCloseLimit": 50,
        "registrationDigestEnabled": False,
        "workEmailRequired": True,
        "preventMultipleDeviceJoins": True,
        "autoOpenPostWebinarRegistration": True,
        "viewRecording": True,
        "onDemandDuration": "OneYear",
    }
    assert result.title == "Registration changed"
    for words in ("Open → Closed", "None → 50 people", "Joining on several devices", "Off → On", "6 months → 1 year"):
        assert words in result.words

    await world.click("chloe", result, "Undo")
    assert (launch.state, launch.take_calls(), ringcentral_settings(world, launch)) == (
        (True, None, 2),
        ["GET", "PATCH"],
        before,
    )
    assert "Undone." in world.slack.view("chloe").words


async def test_undo_keeps_newer_changes(world: World) -> None:
    """A newer change of a preference prevents the Undo of preferences; a limit alone is restored."""
    launch = await registration_harness(world)
    result = await submit_form(world, await open_menu(world), {"people": ["workEmailRequired"]})
    await launch.update(settings={"viewRecording": True})
    await world.click("chloe", result, "Undo")
    assert "This was not undone, because something else has changed since." in world.slack.view("chloe").words
    assert "PATCH" not in launch.take_calls()
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    result = await submit_form(world, await open_menu(world), {"autoCloseLimit": "9"})
    await launch.update(settings={"viewRecording": False})
    await world.click("chloe", result, "Undo")
    assert (launch.state, launch.take_calls()) == ((True, None, 0), ["GET", "PATCH"])
    assert ringcentral_settings(world, launch)["workEmailRequired"]


async def test_an_old_form_applies_only_its_changes(world: World) -> None:
    """The registration is read first, and changes of others are kept and shown."""
    launch = await registration_harness(world)
    view = await open_menu(world)
    world.ringcentral.edit(
        launch.session_id, registration={"settings": {"workEmailRequired": True, "autoCloseLimit": 7}}
    )

    result = await submit_form(world, view, {"after": ["viewRecording"]})

    assert (launch.state, launch.take_calls()) == ((True, 7, 0), ["GET", "PATCH"])
    assert "in the meantime: Limit: None → 7 people, A work email address is required: Off → On." in result.words
    found = ringcentral_settings(world, launch)
    assert (found["workEmailRequired"], found["viewRecording"]) == (True, True)
    assert "Off → On" in result.words


async def test_unknown_preferences_are_read_behind_a_progress_view(world: World) -> None:
    """For a webinar created elsewhere; if they cannot be read, the modal says why."""
    world.ringcentral.create(
        "Garden party", world.clock.now() + timedelta(days=2), settings={"registrationEnabled": True}
    )
    await world.bot.services.mirror.sweep()
    [made] = world.ringcentral.webinars()
    await world.command("ben", "#launch", "show garden")
    details = world.last("#launch", "ben")
    world.ringcentral.fail("GET", PATH, status=403)
    await world.click("ben", details, "Registration")
    assert world.slack.view("ben").title == "Registration not read"
    await world.slack.close("ben", world.slack.view("ben"), clear=True)

    world.ringcentral.fail("GET", PATH, status=None, effect=True, hang=0.2)
    await world.slack.click("ben", details, "Registration")
    shown = await world.until(lambda: world.slack.view_stack("ben"))
    assert "Reading the registration of *Garden party*" in shown[-1].words
    await world.settled()

    form = world.slack.view("ben")
    assert "0 people" in form.words
    assert "autoCloseLimit" in str(form.body)
    assert RegistrationHarness(world, made["session_id"]).take_calls() == ["GET", "GET"]


async def test_a_higher_limit_reopens_a_full_registration(world: World) -> None:
    """The form has no status field then, and explains the effect of a higher limit."""
    launch = await registration_harness(world, registrants=2, **limit_settings(2))
    view = await open_menu(world)
    assert "registrationStatus" not in str(view.body["blocks"])
    assert "It is full: a higher limit opens it again." in str(view.body)

    result = await submit_form(world, view, {"autoCloseLimit": "5"})

    assert (launch.state, launch.take_calls()) == ((True, 5, 2), ["GET", "PATCH"])
    assert "Full → Open" in result.words


async def test_the_form_does_not_reopen_what_was_closed_in_ringcentral(world: World) -> None:
    """A preference is changed: the status and the limit, which are sent with it, are those at RingCentral."""
    launch = await registration_harness(world)
    view = await open_menu(world)
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Closed"})

    result = await submit_form(world, view, {"after": ["viewRecording"]})

    assert (launch.state, launch.take_calls()) == ((False, None, 0), ["GET", "PATCH"])
    assert "Someone else had changed this in RingCentral in the meantime: Registration: Open → Closed." in result.words


async def test_the_status_alone_is_one_write(world: World) -> None:
    """It is written whatever our copy says, and nothing has to be read for it."""
    launch = await registration_harness(world)
    view = await open_menu(world)

    result = await submit_form(world, view, {"registrationStatus": "Closed"})

    assert (launch.state, launch.take_calls()) == ((False, None, 0), ["PATCH"])
    assert "Open → Closed" in result.words


async def test_an_invalid_limit_is_shown_at_its_field(world: World) -> None:
    """The input is kept; a form submitted without changes changes nothing."""
    launch = await registration_harness(world, registrants=3)
    view = await open_menu(world)
    for typed, problem in (("0", "A limit of 0 would let nobody in."), ("2", "3 people have registered, more than 2")):
        outcome = await world.slack.submit("chloe", view, {"autoCloseLimit": typed, "after": ["viewRecording"]})
        assert list(outcome.errors) == ["autoCloseLimit"]
        assert outcome.errors["autoCloseLimit"].startswith(problem)
    assert world.slack.view("chloe").id == view.id

    outcome = await world.slack.submit("chloe", view, {"autoCloseLimit": "", "after": []})
    assert "Nothing was changed" in world.slack.view("chloe").words
    assert (launch.state, launch.take_calls()) == ((True, None, 3), [])


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 500, "times": 4}])
async def test_a_failed_change_returns_the_form_with_its_input(world: World, fault: dict[str, Any]) -> None:
    """With the reason on top; submitting it again applies it."""
    launch = await registration_harness(world)
    view = await open_menu(world)
    world.ringcentral.fail("PATCH", PATH, **fault)

    back = await submit_form(world, view, {"autoCloseLimit": "50", "people": ["workEmailRequired"]})

    assert (back.title, launch.state) == ("Registration", (True, None, 0))
    assert "RingCentral" in str(back.body["blocks"][0])
    await submit_form(world, back, {})
    assert (launch.state, ringcentral_settings(world, launch)["workEmailRequired"]) == ((True, 50, 0), True)


async def test_the_result_is_a_dm_if_the_form_was_closed(world: World) -> None:
    """With its Undo."""
    launch = await registration_harness(world)
    view = await open_menu(world)
    world.ringcentral.fail("PATCH", PATH, status=None, effect=True, hang=0.2)
    await world.slack.submit("chloe", view, {"after": ["viewRecording"]})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.settled()

    message = world.last("@chloe", "chloe")
    assert "Registrants can watch the recording" in message.words
    await world.click("chloe", message, "Undo")
    assert not ringcentral_settings(world, launch)["viewRecording"]


async def test_a_refusal_names_who_can(world: World) -> None:
    """At the click and at the submission; a webinar for everyone has no registration."""
    launch = await registration_harness(world)
    await world.command("chloe", "#launch", "share launch")
    card = [message for message in world.slack.messages("#launch") if not message.ephemeral_to][-1]
    await world.click("dev", card, "Registration")
    assert world.last("#launch", "dev").words.startswith("You can't change the registration of this webinar: ")
    await world.click("ben", card, "Registration")
    assert world.slack.view("ben").title == "Registration"
    await world.command("chloe", "#launch", "count launch")
    count = world.last("#launch", "chloe")
    await world.command("dev", "#launch", "count launch")
    theirs = world.last("#launch", "dev")
    assert "Registration" not in theirs.buttons
    for action in ("door.menu", "door.chart", "door.links"):
        await _forge_click(world, "dev", theirs, count, action)
        words = world.last("#launch", "dev").words
        assert words.startswith("You can't ")
        assert world.slack.user_id("chloe") in words
    assert world.slack.view_stack("dev") == []

    await _set_organizers(world, "dev")
    view = await open_menu(world, "dev")
    await _set_organizers(world)
    await world.slack.submit("dev", view, {"autoCloseLimit": "5"})
    assert world.slack.view("dev").words.startswith("You can't change the registration of this webinar: ")

    opened = len(world.slack.view_stack("dev"))
    await world.command("ben", "#launch", "registration launch")
    assert world.slack.view("ben").title == "Registration"
    await world.command("dev", "#launch", "registration launch")
    assert world.last("#launch", "dev").words.startswith("You can't change the registration of this webinar: ")
    assert len(world.slack.view_stack("dev")) == opened

    await world.create("chloe", "Open house", fields={"Who is it for?": Audience.ANYONE.value})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("chloe", "#launch", "count open house")
    assert not {"Registration", "Chart"} & set(world.last("#launch", "chloe").buttons)
    assert launch.take_calls() == []


async def test_the_command_opens_the_form_of_the_webinar_that_is_named_or_chosen(world: World) -> None:
    """Without a call; among several it asks which one, in a direct message as well; without one it names the list."""
    launch = await registration_harness(world)
    await world.command("chloe", "#launch", "registration")
    view = world.slack.view("chloe")
    assert (view.title, "*Launch day*" in view.words) == ("Registration", True)
    await world.slack.close("chloe", view, clear=True)

    await registration_harness(world, title="Launch night")
    launch.take_calls()
    for channel in ("#launch", "@chloe"):
        await world.command("chloe", channel, "Registration")
        picker = world.last(channel, "chloe")
        assert picker.words.startswith("2 webinars coming up. Which one?")
        await world.click("chloe", picker, "Registration")
        assert "*Launch day*" in world.slack.view("chloe").words
        await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("chloe", "#launch", "registration garden")
    assert "No webinar matches “garden”." in world.last("#launch", "chloe").words
    assert launch.take_calls() == []


async def _set_organizers(world: World, *users: str) -> None:
    """The workspace allows exactly these users to manage every webinar."""
    services = world.bot.services
    async with services.store.write() as db:
        subjects = [world.slack.user_id(user) for user in users]
        await organizer_table.save(db, services.account.workspace, subjects, "U0BEN", world.clock.now())


async def _forge_click(world: World, user: str, theirs: Message, others: Message, action: str) -> None:
    """A client sends a click on a button that is shown only to others."""
    [block] = [block for block in others.blocks if block["type"] == "actions"]
    button = next(one for one in block["elements"] if one["action_id"] == "door.menu")
    theirs.blocks.append({**block, "block_id": action, "elements": [{**button, "action_id": action}]})
    await world.click(user, theirs, action)
