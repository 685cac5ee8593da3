"""Edit a webinar from Slack: the form as it is now, what differs is saved, old and new values, Undo."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from handlers.create.zone_field import KEEPS_LABEL
from sandbox.slack import View
from tests.support.block_kit import check_view
from tests.support.edits import USER, calls_by_half, edit, make_webinar, move_before_start, open_form, prepared, stored
from tests.support.world import World, running_world


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Everything, without the rate limit: a story makes more calls than ten."""
    async with running_world(tmp_path, prepare=prepared) as started:
        yield started


def inputs(form: View) -> dict[str, Any]:
    """What the form shows, by the name of its field."""
    shown: dict[str, Any] = {}
    for block, state in form.values.items():
        element = next(iter(state.values()))
        option = element.get("selected_option") or {}
        shown[block.split(":")[0]] = element.get("value") or element.get("selected_date_time") or option.get("value")
    return shown


async def test_edit_opens_the_form_as_the_webinar_is_now(world: World) -> None:
    """Two reads; changes made in RingCentral's own app are in it, and the host is text."""
    await make_webinar(world, Description="Why we do it")
    [webinar] = world.ringcentral.webinars()
    start = datetime.fromtimestamp(int(world.clock.now().timestamp()) // 60 * 60 + 86400, UTC)
    world.ringcentral.edit(webinar["webinar_id"], title="Renamed elsewhere", scheduledStartTime=start.isoformat())
    before = len(world.vendor_calls())

    form = await open_form(world)

    assert calls_by_half(world.vendor_calls()[before:]) == ["GET webinar", "GET session"]
    assert (form.title, form.body["submit"]["text"]) == ("Edit webinar", "Save Changes")
    assert form.labels == [
        "Title",
        "Starts",
        "Length",
        "Time zone",
        "Who is it for?",
        "Description",
    ]
    assert inputs(form) == {
        "title": "Renamed elsewhere",
        "starts": int(start.timestamp()),
        "length": "45 minutes",
        "time_zone": "Europe/Paris",
        "audience": "registrants",
        "description": "Why we do it",
    }
    assert "Host: Chloé Martin. RingCentral can't change the host of a webinar." in form.words
    check_view(form.body)


async def test_edit_opens_a_modal_before_any_vendor_call(world: World) -> None:
    """A slow RingCentral does not let the trigger expire: the mirror is shown meanwhile."""
    await make_webinar(world)
    slack_calls, vendor_calls = len(world.slack.calls), len(world.ringcentral.calls)
    world.ringcentral.fail("GET", "/webinars/", status=None, effect=True, hang=0.3)

    await world.slack.command(USER, "#launch", "/webinar", "edit launch")
    view = await world.until(lambda: world.slack.view_stack(USER) and world.slack.view(USER))

    assert isinstance(view, View)
    assert "Launch day" in view.words
    assert "Reading the current values from RingCentral" in view.words
    assert "views.open" in [call.method for call in world.slack.calls[slack_calls:]]
    assert len(world.ringcentral.calls) - vendor_calls <= 1
    await world.settled()
    assert world.slack.view(USER).callback_id == "edit.form"


async def test_edit_saves_what_differs_and_shows_old_and_new(world: World) -> None:
    """One read and one write for what changes; the card follows."""
    await make_webinar(world, **{"Announce in": "#launch"})
    form, before = await open_form(world), len(world.vendor_calls())

    await world.slack.submit(USER, form, {"Title": "Launch week"})
    await world.settled()

    result = world.slack.view(USER)
    assert calls_by_half(world.vendor_calls()[before:]) == ["GET webinar", "PATCH webinar"]
    assert result.title == "Webinar changed"
    assert "*Title:* Launch day → Launch week" in result.words
    assert result.words.count("→") == 1
    assert result.buttons == ["Undo", "Show Details"]
    assert stored(world)["fields"]["title"] == "Launch week"
    [card] = [one for one in world.slack.messages("#launch") if "Register" in one.buttons]
    assert "Launch week" in card.words
    check_view(result.body)


async def test_edit_changes_every_field_of_the_form_and_of_its_settings(world: World) -> None:
    """Each is read back at RingCentral, is in the result, and is in the form when it opens again."""
    await make_webinar(world)
    start = datetime.fromtimestamp(int(world.clock.now().timestamp()) // 60 * 60 + 5 * 86400, UTC)
    form = await open_form(world)
    await world.click(USER, form, "More Settings")
    settings = world.slack.view(USER)
    assert "password" in settings.values
    for ticked, is_shown in ((["qnaAnonymousEnabled"], False), (["qnaEnabled"], True)):
        await world.click(USER, settings, "settings.change", block_id="questions", value=ticked)
        settings = world.slack.view(USER)
        assert ("moderatedQnaEnabled" in str(settings.blocks)) is is_shown
    switches = {
        "recording": ["autoRecord"],
        "panelists": ["panelistWaitingRoom", "pstnEnabled"],
        "questions": [],
    }
    others = {
        "artifactsAccessAuthentication": "Guest",
        "panelistAuthentication": "AuthenticatedCoworker",
        "attendeeAuthentication": "AuthenticatedUser",
        "password": "open-sesame",
        "panelJoinTimeOffset": "900",
        "postWebinarRedirectUri": "https://acme.example/thanks",
        "localeCode": "de-DE",
    }
    await world.slack.submit(USER, settings, {**switches, **others})
    await world.settled()
    form = world.slack.view(USER)
    assert "Changed under More Settings: Start recording automatically" in form.words
    values = {
        "Title": "Launch week",
        "Starts": start,
        "Length": "1h 30m",
        "Who is it for?": "Everyone with the link",
        "Description": "All of it",
    }

    await world.slack.submit(USER, form, values)
    await world.settled()

    webinar, result = stored(world), world.slack.view(USER)
    assert (webinar["fields"]["title"], webinar["fields"]["description"]) == ("Launch week", "All of it")
    session = webinar["session"]["fields"]
    assert session["scheduledStartTime"] == start.isoformat().replace("+00:00", ".000Z")
    assert (session["scheduledDuration"], session["localeCode"], session["panelJoinTimeOffset"]) == (5400, "de-DE", 900)
    sent = {name: others[name] for name in others if name not in ("localeCode", "panelJoinTimeOffset")}
    assert webinar["fields"]["settings"] == {
        "autoRecord": True,
        "panelistWaitingRoom": True,
        "panelistVideoEnabled": False,
        "panelistScreenSharingEnabled": False,
        "panelistMuteControlEnabled": False,
        "pstnEnabled": True,
        "qnaEnabled": False,
        "qnaAnonymousEnabled": False,
        **sent,
    }  # registration and moderated questions are off, which is their default
    assert "*Password:* none → set" in result.words
    assert "open-sesame" not in result.words
    assert "*Language:* English (U.S.) → German" in result.words
    assert result.words.count("→") == 20
    await world.slack.close(USER, result, clear=True)
    again = await open_form(world)
    assert inputs(again)["description"] == "All of it"
    await world.click(USER, again, "More Settings")
    assert inputs(world.slack.view(USER))["password"] == "open-sesame"
    [known] = await world.bot.services.mirror.everything()
    assert (known.title, known.start, known.audience) == ("Launch week", start, "anyone")
    assert known.attendee_link


async def test_another_time_zone_keeps_the_local_hour(world: World) -> None:
    """A city is enough; the start moves with it, the result says both, and Undo takes both back."""
    await make_webinar(world)
    [before] = await world.bot.services.mirror.everything()
    local = before.start.astimezone(ZoneInfo("Europe/Paris")).replace(tzinfo=ZoneInfo("America/New_York"))

    result = await edit(world, {"Time zone": "new york"})

    session = stored(world)["session"]["fields"]
    assert (session["timeZone"], session["scheduledStartTime"]) == ("America/New_York", _vendor_time(local))
    assert "*Time zone:* Europe/Paris → America/New_York" in result.words
    assert "*Starts:*" in result.words
    [moved] = await world.bot.services.mirror.everything()
    assert (moved.time_zone, moved.start) == ("America/New_York", local)
    await world.click(USER, result, "Undo")
    session = stored(world)["session"]["fields"]
    assert (session["timeZone"], session["scheduledStartTime"]) == ("Europe/Paris", _vendor_time(before.start))


async def test_another_time_zone_with_the_same_moment_or_another_start(world: World) -> None:
    """What is chosen is used: the moment by a checkbox, or the start in its field."""
    await make_webinar(world)
    [before] = await world.bot.services.mirror.everything()
    form = await open_form(world)
    for typed, start, is_asked in [
        ("Asia", None, False),
        ("Asia/Tokyo", None, True),
        ("Europe/Paris", None, False),
        ("tokyo", None, True),
        ("tokyo", before.start + timedelta(days=2), False),
        ("tokyo", before.start, True),
    ]:
        given = {"Starts": start} if start else {}
        await world.slack.fill(USER, form, {"Title": "Launch week", **given})
        await world.click(USER, form, "create.change", block_id=_block(form, "time_zone"), value=typed)
        form = world.slack.view(USER)
        assert (KEEPS_LABEL in form.labels) is is_asked, typed
        assert (inputs(form)["time_zone"], inputs(form)["title"]) == (typed, "Launch week")
    outcome = await world.slack.submit(USER, form, {KEEPS_LABEL: ["zone_keeps"], "Title": before.title})
    assert outcome.errors == {}
    await world.settled()
    result = world.slack.view(USER)
    session = stored(world)["session"]["fields"]
    assert (session["timeZone"], session["scheduledStartTime"]) == ("Asia/Tokyo", _vendor_time(before.start))
    assert "*Starts:*" not in result.words
    await world.slack.close(USER, result, clear=True)

    start = before.start.replace(second=0, microsecond=0) + timedelta(days=2)
    await edit(world, {"Time zone": "UTC", "Starts": start})

    session = stored(world)["session"]["fields"]
    assert (session["timeZone"], session["scheduledStartTime"]) == ("UTC", _vendor_time(start))


def _block(form: View, name: str) -> str:
    """The id of a field's block."""
    return next(one for block in form.blocks if (one := str(block.get("block_id"))).startswith(f"{name}:"))


async def test_a_time_zone_that_is_not_known_is_a_sentence(world: World) -> None:
    """Under its field, with the nearest one; what was typed stays."""
    await make_webinar(world)
    form, before = await open_form(world), len(world.vendor_calls())

    outcome = await world.slack.submit(USER, form, {"Title": "Launch week", "Time zone": "Europe/Pariss"})

    [sentence] = outcome.errors.values()
    assert sentence == "“Europe/Pariss” is not a time zone known here. Did you mean Europe/Paris?"
    assert world.vendor_calls()[before:] == []
    await world.slack.submit(USER, form, {"Time zone": "paris"})
    await world.settled()
    fields = stored(world)["fields"]
    assert (fields["title"], stored(world)["session"]["fields"]["timeZone"]) == ("Launch week", "Europe/Paris")


async def test_a_web_page_afterwards_cannot_be_removed(world: World) -> None:
    """RingCentral accepts no empty one: the form says so, and keeps all else; Undo of a first one says so, too."""
    await make_webinar(world)
    page = "https://acme.example/thanks"
    form = await open_form(world)
    await world.click(USER, form, "More Settings")
    await world.slack.submit(USER, world.slack.view(USER), {"postWebinarRedirectUri": page})
    await world.settled()
    await world.slack.submit(USER, world.slack.view(USER), {"Title": "Launch week"})
    await world.settled()
    await world.click(USER, world.slack.view(USER), "Undo")
    undone = world.slack.view(USER)
    assert stored(world)["fields"]["title"] == "Launch day"
    assert f"RingCentral cannot remove a web page that is set, so it was kept: Web page to show afterward: {page}" in (
        undone.words
    )
    await world.slack.close(USER, undone, clear=True)

    form = await open_form(world)
    await world.click(USER, form, "More Settings")
    cleared = {"postWebinarRedirectUri": "", "password": "open-sesame"}
    outcome = await world.slack.submit(USER, world.slack.view(USER), cleared)

    [sentence] = outcome.errors.values()
    assert sentence.startswith("RingCentral cannot remove a web page that is set.")
    assert sentence.endswith(page)
    await world.slack.close(USER, world.slack.view(USER))
    outcome = await world.slack.submit(USER, form, {"Title": "Launch week"})
    assert "More Settings, Web page to show afterward: RingCentral cannot remove" in next(iter(outcome.errors.values()))
    await world.click(USER, form, "More Settings")
    await world.slack.submit(USER, world.slack.view(USER), {"postWebinarRedirectUri": page})
    await world.settled()
    await world.slack.submit(USER, world.slack.view(USER), {})
    await world.settled()
    fields = stored(world)["fields"]
    assert (fields["title"], fields["settings"]["password"]) == ("Launch week", "open-sesame")
    assert fields["settings"]["postWebinarRedirectUri"] == page


def _vendor_time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


async def test_edit_clears_what_can_be_empty(world: World) -> None:
    """The description and the password."""
    await make_webinar(world, Description="Why")
    [webinar] = world.ringcentral.webinars()
    world.ringcentral.edit(webinar["webinar_id"], settings={"password": "open-sesame", "registrationEnabled": True})
    form = await open_form(world)
    await world.click(USER, form, "More Settings")
    await world.slack.submit(USER, world.slack.view(USER), {"password": ""})
    await world.settled()

    await world.slack.submit(USER, world.slack.view(USER), {"Description": ""})
    await world.settled()

    fields = stored(world)["fields"]
    assert not fields.get("description")
    assert not fields["settings"].get("password")
    assert "*Password:* set → none" in world.slack.view(USER).words


async def test_edit_that_changes_nothing_calls_nothing(world: World) -> None:
    """Also if the same length is written in other words."""
    await make_webinar(world)
    form, before = await open_form(world), len(world.vendor_calls())

    await world.slack.submit(USER, form, {"Length": "0:45", "Title": "  Launch   day "})
    await world.settled()

    assert world.slack.view(USER).title == "Nothing changed"
    assert world.vendor_calls()[before:] == []


async def test_edit_keeps_what_a_form_cannot_show(world: World) -> None:
    """A description longer than Slack's field, seconds of a start, odd offsets and languages stay as they are."""
    await make_webinar(world)
    [webinar] = world.ringcentral.webinars()
    odd = {"description": "d" * 4000, "panelJoinTimeOffset": 420, "localeCode": "sv-SE", "scheduledDuration": 2701}
    world.ringcentral.edit(webinar["webinar_id"], **odd)
    form = await open_form(world)
    await world.click(USER, form, "More Settings")
    settings = inputs(world.slack.view(USER))
    assert (settings["panelJoinTimeOffset"], settings["localeCode"]) == ("420", "sv-SE")
    await world.slack.submit(USER, world.slack.view(USER), {})
    await world.settled()

    await world.slack.submit(USER, world.slack.view(USER), {"Title": "Launch week"})
    await world.settled()

    now = stored(world)
    assert now["fields"]["title"] == "Launch week"
    assert now["fields"]["description"] == odd["description"]
    assert {name: now["session"]["fields"][name] for name in odd if name != "description"} == {
        name: value for name, value in odd.items() if name != "description"
    }
    assert world.slack.view(USER).words.count("→") == 1


async def test_edit_reports_all_mistakes_at_once_and_keeps_what_was_typed(world: World) -> None:
    """Each under its field, before any vendor call; the form stays as it was typed."""
    await make_webinar(world)
    form, before = await open_form(world), len(world.vendor_calls())
    start = datetime.fromtimestamp(inputs(form)["starts"], UTC)
    typed = {
        "Title": "x" * 600,
        "Starts": world.clock.now() - timedelta(hours=1),
        "Length": "13h",
        "Description": "Typed with care",
    }

    outcome = await world.slack.submit(USER, form, typed)

    assert {block.split(":")[0] for block in outcome.errors} == {"title", "starts", "length"}
    assert world.vendor_calls()[before:] == []
    assert inputs(world.slack.view(USER))["description"] == "Typed with care"
    await world.slack.submit(USER, form, {"Title": "Launch week", "Starts": start, "Length": "1h"})
    await world.settled()
    fields = stored(world)["fields"]
    assert (fields["title"], fields["description"]) == ("Launch week", "Typed with care")


async def test_edit_says_what_is_wrong_under_more_settings(world: World) -> None:
    """Above the button that opens them, as there is no field of the form for it."""
    await make_webinar(world)
    form = await open_form(world)
    await world.click(USER, form, "More Settings")
    await world.slack.submit(USER, world.slack.view(USER), {"password": " x "})
    await world.slack.close(USER, world.slack.view(USER))

    outcome = await world.slack.submit(USER, form, {"Title": "Launch week"})

    [problem] = outcome.errors.values()
    assert "More Settings, Password: Remove the spaces" in problem


async def test_edit_form_refused_by_ringcentral_reopens_filled(world: World) -> None:
    """A refusal changes nothing, says why, and the form reopens with what was typed."""
    await make_webinar(world)
    world.ringcentral.fail("PATCH", "/webinars/", status=403)
    failed = await edit(world, {"Title": "Launch week", "Length": "2h"})
    assert failed.title == "Not changed"
    assert stored(world)["fields"]["title"] == "Launch day"

    await world.click(USER, failed, "Back to the Form")
    form = world.slack.view(USER)
    assert (inputs(form)["title"], inputs(form)["length"]) == ("Launch week", "2h")

    await world.slack.submit(USER, form, {})
    await world.settled()
    assert stored(world)["fields"]["title"] == "Launch week"
    assert "45 minutes → 2 hours" in world.slack.view(USER).words


async def test_edit_sent_twice_changes_once(world: World) -> None:
    """A double click makes one change, which is announced and shown once."""
    await make_webinar(world, **{"Announce in": "#launch"})
    form = await open_form(world)
    start = world.clock.now() + timedelta(days=9)

    outcomes = await asyncio.gather(*(world.slack.submit(USER, form, {"Starts": start}) for _ in range(2)))
    await world.settled()

    assert [(outcome.ok, outcome.errors) for outcome in outcomes] == [(True, {})] * 2
    assert len([call for call in world.vendor_calls() if call.startswith("PATCH")]) == 1
    assert world.slack.view(USER).title == "Webinar changed"


async def test_edit_result_is_a_dm_when_the_modal_was_closed(world: World) -> None:
    """With the old and new values, and an Undo that works there."""
    await make_webinar(world)
    form = await open_form(world)
    world.ringcentral.fail("PATCH", "/webinars/", status=None, effect=True, hang=0.3)
    await world.slack.submit(USER, form, {"Title": "Launch week"})
    await world.slack.close(USER, world.slack.view(USER), clear=True)
    await world.settled()

    message = world.last(f"@{USER}")
    assert "Launch day → Launch week" in message.words
    await world.click(USER, message, "Undo")
    assert stored(world)["fields"]["title"] == "Launch day"
    assert "is back to what it was" in world.last(f"@{USER}").words


async def test_edit_from_details_and_from_the_picker(world: World) -> None:
    """The button of the details, and of one of several that match."""
    await make_webinar(world)
    await world.command(USER, "#launch", "show launch")
    await world.click(USER, world.last("#launch", USER), "Edit")
    assert inputs(world.slack.view(USER))["title"] == "Launch day"
    await world.slack.close(USER, world.slack.view(USER), clear=True)
    await world.create(USER, "Launch party")
    await world.slack.close(USER, world.slack.view(USER), clear=True)

    await world.command(USER, "#launch", "edit launch")
    await world.click(USER, world.last("#launch", USER), "Edit")

    assert world.slack.view(USER).callback_id == "edit.form"


@pytest.mark.parametrize("when", ["before the command", "while the form is open", "known here"])
async def test_edit_is_refused_once_the_webinar_has_started(world: World, when: str) -> None:
    """RingCentral allows no change then, and the sentence says so: before, in and after the form."""
    await make_webinar(world)
    [webinar] = world.ringcentral.webinars()
    await move_before_start(world)
    if when == "while the form is open":
        form = await open_form(world)
        world.ringcentral.begin(webinar["webinar_id"])
        await world.slack.submit(USER, form, {"Title": "Launch week"})
        await world.settled()
        shown = world.slack.view(USER).words
    else:
        world.ringcentral.begin(webinar["webinar_id"])
        if when == "known here":
            await world.bot.services.mirror.sweep()
        await world.command(USER, "#launch", "edit launch")
        stack = world.slack.view_stack(USER)
        shown = stack[-1].words if stack else world.last("#launch", USER).words

    assert "This webinar has started, so RingCentral no longer allows changes" in shown
    assert stored(world)["fields"]["title"] == "Launch day"
    assert not any(call.startswith("PATCH") for call in world.vendor_calls())


async def test_edit_of_a_webinar_deleted_meanwhile_says_so(world: World) -> None:
    """Nothing is lost: what was typed is in the form behind the button."""
    await make_webinar(world)
    form = await open_form(world)
    world.ringcentral.cancel(world.ringcentral.webinars()[0]["webinar_id"])

    await world.slack.submit(USER, form, {"Title": "Launch week"})
    await world.settled()

    assert "RingCentral doesn't have this webinar" in world.slack.view(USER).words


async def test_edit_reports_a_setting_that_the_account_decides(world: World) -> None:
    """RingCentral keeps a locked setting without an error: the result says what it is."""
    await make_webinar(world)
    world.ringcentral.company.locked_settings = {"autoRecord": False}
    form = await open_form(world)
    await world.click(USER, form, "More Settings")
    await world.slack.submit(USER, world.slack.view(USER), {"recording": ["autoRecord"]})
    await world.settled()

    await world.slack.submit(USER, world.slack.view(USER), {"Title": "Launch week"})
    await world.settled()

    words = world.slack.view(USER).words
    assert "Your RingCentral account controls this setting: Start recording automatically: off" in words
    world.ringcentral.company.locked_settings = {}
