"""A workspace with RingCentral and Zoom: one mirror, and neither suffers from the other's trouble."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.errors import ProviderDown
from bot.model.webinar import Audience, Status, Webinar
from bot.providers.base import Caller, Lane
from sandbox.slack import Message
from tests.support.creation import (
    HANG_S,
    FaultReached,
    SetFault,
    crash_before_writing,
    submit_form,
    wait_until_done,
    without_waits,
)
from tests.support.metrics import scrape
from tests.support.reports import prepare as prepare_reports
from tests.support.world import World, running_world

TITLE = "Launch day"


def _connect_both(world: World) -> None:
    without_waits(world)
    world.has_zoom = True


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[World]:
    """A workspace with both providers."""
    async with running_world(tmp_path, prepare=_connect_both) as world:
        yield world


async def known(world: World) -> dict[str, Webinar]:
    """The mirror by title."""
    return {webinar.title: webinar for webinar in await world.bot.services.mirror.everything()}


def plan_both(world: World) -> tuple[str, int]:
    """A webinar at RingCentral and a meeting with registration at Zoom, planned there; return their ids."""
    start = world.clock.now() + timedelta(days=2)
    webinar_id = world.ringcentral.create("Launch day", start)
    return webinar_id, world.zoom.create("Town hall", start, settings={"approval_type": 0})


async def test_one_mirror_has_what_both_providers_list(both: World) -> None:
    """With the same commands; a person is the host of each under their id there."""
    _, event_id = plan_both(both)
    await both.bot.services.mirror.sweep()
    await both.command("ana", "#launch", "share Town hall")

    webinars = await known(both)
    assert webinars["Town hall"].session_id == f"zoom-{event_id}"
    assert webinars["Town hall"].audience is Audience.REGISTRANTS
    assert webinars["Town hall"].host_name == "Ana Ruiz"
    assert webinars["Launch day"].session_id.isdigit()
    listed = await both.command("ana", "#launch", "list")
    assert listed.errors == {}
    assert {"Town hall", "Launch day"} <= set(both.last("#launch", "ana").words.split("*"))


async def test_an_outage_of_one_provider_does_not_concern_the_others_webinars(both: World) -> None:
    """What it cannot list is not missing; the other one is swept all the same, in both directions."""
    webinar_id, event_id = plan_both(both)
    mirror = both.bot.services.mirror
    await mirror.sweep()
    both.clock.move(timedelta(minutes=10))

    await both.zoom.stop()
    both.ringcentral.edit(webinar_id, title="Launch week")
    with pytest.raises(ProviderDown, match="Zoom"):
        await mirror.sweep()
    webinars = await known(both)
    assert {title: one.status for title, one in webinars.items()} == {
        "Launch week": Status.SCHEDULED,
        "Town hall": Status.SCHEDULED,
    }

    await both.zoom.start(port=urlsplit(both.zoom.url).port or 0)
    both.zoom.edit(event_id, topic="All hands")
    both.clock.move(timedelta(minutes=10))
    await both.ringcentral.stop()
    with pytest.raises(ProviderDown, match="RingCentral"):
        await mirror.sweep()
    webinars = await known(both)
    assert {title: one.status for title, one in webinars.items()} == {
        "Launch week": Status.SCHEDULED,
        "All hands": Status.SCHEDULED,
    }


async def test_creating_asks_where_and_creates_there(both: World) -> None:
    """The line about the host follows the choice; what is created at Zoom is one meeting with its registration."""
    await both.command("ana", "#launch", "create")
    view = both.slack.view("ana")
    assert "Create at" in view.words
    await both.slack.fill("ana", view, {"Create at": "Zoom"})
    await both.settled()
    assert "You will be the host" in both.slack.view("ana").words

    result = await both.create("ana", "Town hall", fields={"Create at": "Zoom"})

    assert "Town hall" in result.words
    (event,) = both.zoom.world.events.values()
    webinar = (await known(both))["Town hall"]
    assert (webinar.session_id, webinar.created_by) == (f"zoom-{event.id}", "U0ANA")
    assert webinar.audience is Audience.REGISTRANTS
    assert both.ringcentral.dump().get("webinars", {}) == {}


async def test_who_cannot_host_at_zoom_is_told_so_and_can_create_at_ringcentral(both: World) -> None:
    """Before anything is sent: the form says it, and comes back with what was typed."""
    result = await both.create("finn", "Town hall", fields={"Create at": "Zoom"})

    assert "Licensed user" in result.words
    assert both.zoom.world.events == {}
    await both.create("finn", "Town hall", fields={"Create at": "RingCentral"})
    assert (await known(both))["Town hall"].session_id.isdigit()


async def test_a_crash_while_zoom_creates_ends_in_one_meeting_or_none(both: World) -> None:
    """Killed with the request lost, with the answer lost, and before the answer is written; looked up by its start."""

    def lose(*, done: bool) -> SetFault:
        def arm(world: World) -> FaultReached:
            fault = world.zoom.fail("POST", "/meetings$", status=None if done else 500, effect=done, hang=HANG_S)
            return lambda: fault.times == 0

        return arm

    points = {
        "request lost": (lose(done=False), 0),
        "answer lost": (lose(done=True), 1),
        "answer not written": (crash_before_writing("creations", "webinar_made"), 1),
    }
    # The same title at another time is somebody else's.
    both.zoom.create("answer lost", both.clock.now() + timedelta(days=9), settings={"approval_type": 0})
    for title, (arm, meetings) in points.items():
        reached = arm(both)
        await submit_form(both, "ana", title, **{"Create at": "Zoom"})
        await both.until(reached)
        await both.crash_bot()
        await both.start_bot()
        await wait_until_done(both)

        planned = [one for one in both.zoom.world.events.values() if one.fields.topic == title]
        mirrored = [one for one in await both.bot.services.mirror.everything() if one.title == title]
        assert len([one for one in mirrored if one.created_by]) == meetings, title
        assert len(planned) == meetings + (title == "answer lost"), title
        shown = both.slack.view("ana")
        assert ("Zoom gave no clear answer" in shown.words) == (meetings == 0), title
        await both.slack.close("ana", shown)


@dataclass
class Site:
    """A webinar at one provider, and what its host and outside people do there."""

    world: World
    event_id: str
    provider: str

    async def swept(self) -> Webinar:
        """The mirror's copy, current."""
        mirror = self.world.bot.services.mirror
        await mirror.sweep()
        (webinar,) = [one for one in await mirror.everything() if one.title == TITLE]
        return await mirror.refresh(webinar.session_id, Caller(Lane.PERSON), force=True)

    def register(self, count: int) -> None:
        """People register on the provider's own page."""
        if self.provider == "Zoom":
            self.world.zoom.register(int(self.event_id), count)
        else:
            self.world.ringcentral.register(self.event_id, count)

    def move(self, start: datetime) -> None:
        """The host moves it in the provider's own app."""
        if self.provider == "Zoom":
            self.world.zoom.edit(int(self.event_id), start_time=f"{start:%Y-%m-%dT%H:%M:%SZ}")
        else:
            self.world.ringcentral.edit(self.event_id, scheduledStartTime=start.isoformat())

    def hold(self, people: int, length: timedelta) -> None:
        """It takes place, with some of those who registered."""
        if self.provider == "Zoom":
            self.world.zoom.begin(int(self.event_id))
            self.world.zoom.come(int(self.event_id), people)
            self.world.clock.move(length)
            self.world.zoom.finish(int(self.event_id))
            return
        ringcentral = self.world.ringcentral
        ringcentral.begin(self.event_id)
        for registrant in ringcentral.registrants(self.event_id)[:people]:
            ringcentral.attend(str(registrant["id"]))
        self.world.clock.move(length)
        ringcentral.finish(self.event_id)

    @property
    def card(self) -> Message:
        """Its card in #launch."""
        return next(one for one in self.world.slack.messages("#launch") if one.bot and not one.ephemeral_to)


@pytest.fixture(params=["RingCentral", "Zoom"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    """A webinar with registration, planned at the only provider of the workspace, with its card in #launch."""
    provider = str(request.param)

    def connect_one(world: World) -> None:
        prepare_reports(world)
        world.has_zoom, world.has_ringcentral = provider == "Zoom", provider != "Zoom"

    async with running_world(tmp_path, prepare=connect_one) as world:
        start = world.clock.now().replace(second=0, microsecond=0) + timedelta(days=2)
        if provider == "Zoom":
            event_id = str(world.zoom.create(TITLE, start, duration=60, settings={"approval_type": 0}))
        else:
            world.ringcentral.create(TITLE, start, settings={"registrationEnabled": True})
            event_id = str(world.ringcentral.webinars()[0]["session_id"])
        planned = Site(world, event_id, provider)
        await planned.swept()
        await world.command("ana", "#launch", f"share {TITLE}")
        yield planned


async def test_the_same_story_with_a_webinar_of_each_provider(site: Site) -> None:
    """List, seat, count, move with its alert there and here, reminder, and the report of who came."""
    world, provider = site.world, site.provider
    slack, services = world.slack, world.bot.services

    await world.command("dev", "#launch", "list")
    assert TITLE in world.last("#launch", "dev").words

    await world.click("dev", site.card, "Register")
    received = [one.words for one in slack.messages("@dev", "dev") if one.bot]
    assert any("Cancel My Seat" in words for words in received)

    site.register(4)
    webinar = await site.swept()
    assert webinar.registration is not None
    assert webinar.registration.count == 5
    assert "5 registered" in site.card.words or "5 people" in site.card.words

    later = webinar.start + timedelta(hours=3)
    site.move(later)
    await site.swept()
    await services.scheduler.deliver()
    assert any("moved" in one.words.lower() for one in slack.messages("#launch")[1:] if one.bot)

    await world.command("ana", "#launch", f"move {TITLE} 1h later")
    moving = await slack.submit("ana", slack.view("ana"), {})
    await world.settled()
    assert moving.errors == {}
    later += timedelta(hours=1)
    assert (await site.swept()).start == later

    await world.move(later - timedelta(minutes=10) - world.clock.now())
    assert "10 minutes" in world.last("#launch").words

    await world.move(timedelta(minutes=10))
    site.hold(3, timedelta(minutes=61))  # without webhooks, Zoom tells of no end before the planned one
    await site.swept()
    await world.command("ana", "#launch", f"report {TITLE}")
    await services.background.wait_idle()
    report = world.last("#launch", "ana").words
    assert provider in report
    assert "5" in report
    assert "3" in report


async def test_the_metrics_have_the_calls_and_the_budgets_of_both(both: World) -> None:
    """By operation, and by rate group."""
    page = await scrape(both)

    company = "GET /webinar/configuration/v1/company/sessions"
    figures = [
        *(page.value("greenroom_gate_budget_left", group=group) for group in ("heavy", "zoom_heavy")),
        *(page.value("greenroom_provider_calls_total", operation=one, status="200") for one in ("GET /users", company)),
    ]
    assert all(figures), figures
