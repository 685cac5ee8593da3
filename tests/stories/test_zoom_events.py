"""An event at Zoom by the same commands: its time, its team, its report with names, and its recording."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.support.own_pages import LENA, PUBLIC_URL, PageVisitor
from tests.support.reports import prepare
from tests.support.world import World, running_world

ANA = "ana"


def _zoom_alone(world: World) -> None:
    prepare(world)
    world.has_zoom, world.has_ringcentral = True, False


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A workspace with Zoom alone."""
    async with running_world(tmp_path, prepare=_zoom_alone) as world:
        yield world


async def held(world: World, people: int = 5) -> int:
    """A webinar that Ana planned at Zoom and shared in #launch: all but one who registered came, and a guest."""
    event_id = world.zoom.create(
        "Launch day", world.clock.now() + timedelta(hours=1), kind="webinar", duration=60, settings={"approval_type": 0}
    )
    await world.bot.services.mirror.sweep()
    await world.command(ANA, "#launch", "share launch")
    world.zoom.register(event_id, people)
    world.clock.move(timedelta(hours=1))
    world.zoom.begin(event_id)
    world.zoom.room.record(event_id)
    world.zoom.come(event_id, people - 1)
    world.zoom.room.join(event_id, name="Guest Person")
    world.clock.move(timedelta(minutes=30))
    world.zoom.go(event_id, 1)
    world.clock.move(timedelta(minutes=31))
    world.zoom.finish(event_id)
    world.clock.move(timedelta(minutes=5))
    await world.bot.services.mirror.sweep()
    await world.settled()
    world.zoom.calls.clear()
    return event_id


def calls(world: World) -> list[str]:
    """The calls to Zoom since the last look, by the name of what they are about."""
    found = [f"{one.method} {one.path.removeprefix('/v2/')}" for one in world.zoom.calls if "/v2/" in one.path]
    world.zoom.calls.clear()
    return found


async def test_the_report_says_who_came_and_the_file_names_them(world: World) -> None:
    """Zoom's list of registrants does not say who joined: the participants say who had registered."""
    event_id = await held(world)
    await world.command(ANA, "#launch", "report launch")
    report = world.last("#launch", ANA)
    assert "*5 registered, 4 came (80%).*" in report.words
    assert "*Absent: 1*" in report.words
    assert "*Left early: 1*" in report.words
    assert "*Without registration: 1*" in report.words
    made = calls(world)
    assert len(made) == 6, made
    assert set(made) == {
        f"GET webinars/{event_id}",
        f"GET report/webinars/{event_id}",
        f"GET webinars/{event_id}/registrants",
        f"GET past_webinars/{event_id}/participants",
        f"GET webinars/{event_id}/panelists",
    }

    await world.click(ANA, report, "People")
    shown = world.last("#launch", ANA)
    assert shown.ephemeral_to == "U0ANA"
    assert "Guest Person" in str(shown.blocks)
    seen = [one.text + one.words for one in world.slack.messages("#launch") if not one.ephemeral_to]
    assert not [text for text in seen if "@" in text and "example" in text]


async def test_panelists_are_invited_and_each_gets_their_own_link(world: World) -> None:
    """From the people of Slack by one call, and a list for their links: the answer has none."""
    start = world.clock.now() + timedelta(days=2)
    event_id = world.zoom.create("Launch day", start, kind="webinar", settings={"approval_type": 0})
    await world.bot.services.mirror.sweep()
    await world.command(ANA, "#launch", "invite launch <@U0CHLOE|chloe> <@U0DEV|dev>")
    form = world.slack.view(ANA)
    world.zoom.calls.clear()
    outcome = await world.slack.submit(ANA, form, {})
    assert outcome.errors == {}
    await world.settled()

    made = calls(world)
    assert [one for one in made if one.startswith("POST")] == [f"POST webinars/{event_id}/panelists"]
    panelists = {one.email: one for one in world.zoom.world.events[event_id].panelists.values()}
    assert set(panelists) == {"chloe@acme.example", "dev@acme.example"}
    for user in ("chloe", "dev"):
        invited = world.slack.messages(f"@{user}", user)[0]
        assert "You are *a panelist* of *Launch day*. Invited by <@U0ANA>." in invited.words
        assert panelists[f"{user}@acme.example"].secret in str(invited.blocks)
    assert "/w/" not in "".join(str(message.blocks) for message in world.slack.messages("#launch"))
    assert [one.partition(" ")[0] for one in made] == ["GET", "POST", "GET"]  # the event, the invitation, the links


async def test_a_move_and_a_cancellation_are_one_change_each(world: World) -> None:
    """The new time is in the mirror and at Zoom; a deleted event mails its registrants."""
    start = world.clock.now() + timedelta(days=2)
    event_id = world.zoom.create("Launch day", start, settings={"approval_type": 0})
    await world.bot.services.mirror.sweep()
    world.zoom.calls.clear()
    await world.command(ANA, "#launch", "move launch in 3 days 15:00")
    form = world.slack.view(ANA)
    assert "Zoom may email them the new time." in form.words
    assert calls(world) == []
    assert (await world.slack.submit(ANA, form)).errors == {}
    await world.settled()
    assert calls(world) == [f"{method} meetings/{event_id}" for method in ("GET", "PATCH", "GET")]
    [moved] = await world.bot.services.mirror.everything()
    assert moved.start == world.zoom.world.events[event_id].start
    assert moved.start > start
    await world.slack.close(ANA, world.slack.view(ANA), clear=True)
    await world.command(ANA, "#launch", "cancel launch")
    await world.slack.submit(ANA, world.slack.view(ANA))
    await world.settled()
    assert "*Launch day* is canceled." in world.slack.view(ANA).words
    assert calls(world) == [f"DELETE meetings/{event_id}"]
    assert event_id not in world.zoom.world.events


async def test_the_recording_is_found_by_its_webinar(world: World) -> None:
    """Zoom lists no recordings by time: one call for the webinar that is asked about."""
    event_id = await held(world)
    await world.command(ANA, "#launch", "recording launch")
    assert "Zoom has no recording of it so far." in world.last("#launch", ANA).words
    assert calls(world) == [f"GET meetings/{event_id}/recordings"]

    world.zoom.room.publish(event_id)
    await world.click(ANA, world.last("#launch", ANA), "Refresh")
    shown = world.last("#launch", ANA)
    assert "Anyone with the link can open it. It has no end date." in shown.words
    assert calls(world) == [f"GET meetings/{event_id}/recordings"] * 2 + [f"GET webinars/{event_id}"]
    await world.click(ANA, shown, "Download Video")
    assert "be downloaded on its own page only" in world.last("#launch", ANA).words
    assert "/rec/" not in "".join(str(one.blocks) for one in world.slack.messages("#launch") if not one.ephemeral_to)


async def test_a_webinar_or_a_recurring_meeting_is_created_with_the_same_form(world: World) -> None:
    """It asks what and how often, and then how many dates; each date is a webinar of its own here."""
    await world.command(ANA, "#launch", "create Launch day tomorrow 15:00 for 45m")
    form = world.slack.view(ANA)
    assert "Number of dates" not in form.labels
    early, repeats = (
        await world.slack.submit(ANA, form, {"Repeats": "Every week"}),
        f"repeats:{form.private_metadata}",
    )
    assert list(early.errors) == [repeats]
    for choice, is_asked in (("Every day", True), ("No", False), ("Every week", True)):
        await world.click(ANA, world.slack.view(ANA), "create.place", block_id=repeats, value=choice)
        form = world.slack.view(ANA)
        assert ("Number of dates" in form.labels) is is_asked
    wrong = await world.slack.submit(ANA, form, {"Number of dates": "many"})
    assert list(wrong.errors.values()) == ["Type how many dates there are, from 2 to 60."]
    kind = {"Kind": "Webinar, with panelists", "Number of dates": "3", "Announce in": None}
    assert (await world.slack.submit(ANA, form, kind)).errors == {}
    await world.settled()
    [event] = world.zoom.world.events.values()
    assert (event.kind, event.fields.type, len(event.occurrences)) == ("webinar", 9, 3)
    await world.bot.services.mirror.sweep()
    dates = await world.bot.services.mirror.everything()
    assert sorted(one.start for one in dates) == [one.start for one in event.occurrences]
    assert {one.title for one in dates} == {"Launch day"}


async def test_people_register_on_a_page_of_greenrooms_own(tmp_path: Path) -> None:
    """Zoom mails its own link; the page has links that join and cancel all the same."""
    async with running_world(tmp_path, prepare=_zoom_alone, public_url=PUBLIC_URL) as world, ClientSession() as http:
        start = world.clock.now() + timedelta(days=2)
        event_id = world.zoom.create("Launch day", start, settings={"approval_type": 0})
        await world.bot.services.mirror.sweep()
        [webinar] = await world.bot.services.mirror.everything()
        visitor = PageVisitor(world, http, webinar)
        placed = await visitor.sign_up(visitor.url)
        await world.settled()
        page = await visitor.get(placed.location)

        [registrant] = world.zoom.world.events[event_id].registrants.values()
        assert (registrant.fields.email, registrant.status) == (LENA["email"], "approved")
        join, _, cancel = page.links
        world.clock.move(webinar.start - world.clock.now())
        assert (await visitor.get(join)).location.endswith(registrant.secret)
        asked = await visitor.get(cancel)
        await visitor.post(cancel, asked.values)
        await world.settled()
        assert registrant.status != "approved" or not world.zoom.world.events[event_id].registrants
