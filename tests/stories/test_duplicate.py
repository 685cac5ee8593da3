"""Creating a webinar again: the form filled from it, with its settings and by choice its team."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest_asyncio

from sandbox.slack import Message, View
from tests.support.creation import final_state
from tests.support.creation import without_waits as without_pauses
from tests.support.team import team_harness
from tests.support.world import World, running_world

if TYPE_CHECKING:
    from bot.app import Greenroom

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
NEW = "Launch again"


def prepared(world: World) -> None:
    """No waits; periodic work runs when a story says so."""
    without_pauses(world)
    on_build = world.on_build

    def build(bot: Greenroom) -> None:
        on_build(bot)
        bot.services.scheduler.pause("resume")
        bot.services.team.leases.retry = timedelta()

    world.on_build = build


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without waits."""
    async with running_world(tmp_path, prepare=prepared) as started:
        yield started


def webinar_of(world: World, title: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings and the session of this webinar at RingCentral."""
    [one] = [one for one in world.ringcentral.dump()["webinars"].values() if one["fields"]["title"] == title]
    return dict(one["fields"]["settings"]), dict(one["session"]["fields"])


def shown(form: View, name: str) -> Any:
    """The value that a field of the form shows."""
    [state] = next(states for key, states in form.values.items() if key.startswith(f"{name}:")).values()
    return state.get("selected_date_time") or state.get("value")


async def open_form(world: World, text: str = "duplicate launch", user: str = "chloe") -> View:
    """Type the command; return the form."""
    await world.command(user, "#launch", text)
    return world.slack.view(user)


async def create_again(world: World, form: View, user: str = "chloe", **values: object) -> View:
    """Send the form with another title; return the result."""
    outcome = await world.slack.submit(user, form, {"Title": NEW, **values})
    assert outcome.errors == {}
    await world.settled()
    return world.slack.view(user)


def invited(world: World, title: str = NEW) -> dict[str, str]:
    """The role of each member of the new team but the host, by address."""
    [one] = [one for one in world.ringcentral.webinars() if one["title"] == title]
    listed = world.ringcentral.invitees(one["session_id"])
    return {one["email"]: one["role"] for one in listed if one["role"] != "Host"}


def report(world: World, user: str = "chloe") -> Message:
    """The DM about the copied team."""
    return next(one for one in reversed(world.slack.messages(f"@{user}", user)) if "invited to" in one.words)


async def test_the_form_has_everything_of_the_webinar(world: World) -> None:
    """Text, length, audience, time zone and settings as they are now at RingCentral; a week later at the same hour."""
    team = await team_harness(world)
    settings = {
        "moderatedQnaEnabled": True,
        "autoRecord": True,
        "password": "s3same",
        "postWebinarRedirectUri": "https://a.example/",
    }
    [made] = world.ringcentral.webinars()
    world.ringcentral.edit(made["webinar_id"], title="Launch day two", description="All of it", settings=settings)
    world.ringcentral.edit(team.session_id, timeZone="Asia/Tokyo", scheduledDuration=5400, panelJoinTimeOffset=900)
    calls = len(world.vendor_calls())
    form = await open_form(world)

    assert len(world.vendor_calls()) == calls + 2
    assert shown(form, "title") == "Launch day two"
    assert shown(form, "description") == "All of it"
    assert shown(form, "length") == "1 hour 30 minutes"
    assert "Its time zone stays Asia/Tokyo." in form.words
    assert "Start recording automatically" in form.words
    tokyo = ZoneInfo("Asia/Tokyo")
    start = (await world.bot.services.mirror.find(team.session_id)).start.astimezone(tokyo)
    assert datetime.fromtimestamp(shown(form, "starts"), tokyo) == start.replace(microsecond=0) + WEEK


async def test_the_new_webinar_has_the_settings_of_the_old_one(world: World) -> None:
    """Settings and time zone; no card, no registrants, and no team unless it was chosen."""
    team = await team_harness(world, invited=["finn"])
    [made] = world.ringcentral.webinars()
    settings = {
        "moderatedQnaEnabled": True,
        "autoRecord": True,
        "password": "s3same",
        "attendeeAuthentication": "AuthenticatedUser",
    }
    world.ringcentral.edit(made["webinar_id"], settings=settings)
    world.ringcentral.edit(team.session_id, timeZone="Asia/Tokyo", panelJoinTimeOffset=900, localeCode="de-DE")
    result = await create_again(world, await open_form(world))

    assert "is ready" in result.words
    (old, old_session), (new, session) = webinar_of(world, "Launch day"), webinar_of(world, NEW)
    assert new == old
    for name in ("timeZone", "scheduledDuration", "panelJoinTimeOffset", "localeCode"):
        assert session[name] == old_session[name]
    assert invited(world) == {}
    assert not [one for one in world.slack.messages("#launch") if one.bot and one.ephemeral_to is None]


async def test_its_team_is_invited_by_choice(world: World) -> None:
    """In the same roles, after the creation; each gets their own message; the creator reads who was invited."""
    team = await team_harness(world)
    await team.save({"cohosts": ["ben"], "panelists": ["finn"], "outside": "Zoe Klein <zoe@partner.example>"})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await create_again(world, await open_form(world), Team=["team"])

    expected = {"ben@acme.example": "CoHost", "finn@acme.example": "Panelist", "zoe@partner.example": "Panelist"}
    assert invited(world) == expected == team.roles
    assert [one for one in team.direct_messages("finn") if f"You are *a panelist* of *{NEW}*" in one.words]
    words = report(world).words
    assert words.startswith(f"3 people were invited to the team of *{NEW}*.")
    for name in ("<@U0BEN>, co-host", "<@U0FINN>, panelist", "Zoe Klein, panelist"):
        assert name in words
    assert "Not invited" not in words


async def test_refused_members_are_reported_and_do_not_stop_the_others(world: World) -> None:
    """RingCentral refuses one of three: the others are invited, and the report names the one with the reason."""
    team = await team_harness(world)
    await team.save({"panelists": ["finn", "dev"], "outside": "Zoe Klein <zoe@partner.example>"})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    form = await open_form(world)
    company = world.ringcentral.company
    company.people = [one for one in company.people if one.email != "dev@acme.example"]
    await create_again(world, form, Team=["team"])

    assert set(invited(world)) == {"finn@acme.example", "zoe@partner.example"}
    words = report(world).words
    assert words.startswith(f"2 people were invited to the team of *{NEW}*. 1 person was not.")
    assert "Not invited" in words
    assert "<@U0DEV>, panelist: RingCentral doesn't know one of these people as a coworker" in words


async def test_another_creator_hosts_it_and_the_earlier_host_becomes_cohost(world: World) -> None:
    """Ana, an owner, creates Chloé's webinar again: Chloé was its host."""
    await team_harness(world, invited=["finn"])
    await create_again(world, await open_form(world, user="ana"), "ana", Team=["team"])

    assert invited(world) == {"chloe@acme.example": "CoHost", "finn@acme.example": "Panelist"}


async def test_a_past_webinar_is_created_again_from_its_details(world: World) -> None:
    """The next such weekday and hour in the future, not a week after a start that is long ago."""
    team = await team_harness(world, invited=["finn"])
    webinar = await world.bot.services.mirror.find(team.session_id)
    await world.move(webinar.start - world.clock.now())
    world.ringcentral.begin(team.session_id)
    world.ringcentral.finish(team.session_id)
    await world.bot.services.mirror.sweep()
    world.clock.move(timedelta(days=40))
    await world.command("chloe", "#launch", "show launch")
    details = world.last("#launch", "chloe")
    assert "Create Again" in details.buttons
    await world.click("chloe", details, "Create Again")

    form = world.slack.view("chloe")
    start, now = datetime.fromtimestamp(shown(form, "starts"), UTC), world.clock.now()
    assert timedelta() < start - now <= WEEK + HOUR
    zone = ZoneInfo(webinar.time_zone)
    assert f"{start.astimezone(zone):%a %H:%M}" == f"{webinar.start.astimezone(zone):%a %H:%M}"
    await create_again(world, form, Team=["team"])
    assert invited(world) == {"finn@acme.example": "Panelist"}


async def test_of_a_canceled_webinar_only_the_settings_are_lost(world: World) -> None:
    """It does not exist at RingCentral any more: the form says so, and makes no call about it."""
    await team_harness(world)
    await world.command("chloe", "#launch", "cancel launch")
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await world.settled()
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    calls = len(world.vendor_calls())
    form = await open_form(world)

    assert len(world.vendor_calls()) == calls
    assert "RingCentral no longer has this webinar" in form.words
    assert shown(form, "title") == "Launch day"
    assert "Team" not in form.labels
    assert "is ready" in (await create_again(world, form)).words


async def test_the_window_opens_before_the_webinar_is_read(world: World) -> None:
    """RingCentral is down: the window is open, says so, and nothing was created."""
    await team_harness(world)
    world.ringcentral.fail("GET", "/configuration/v1/webinars/", status=503, times=9)
    form = await open_form(world)

    assert form.title == "Create again"
    assert "Nothing was created." in form.words
    assert len(world.ringcentral.webinars()) == 1


async def test_a_crash_after_the_creation_still_invites_the_team(world: World) -> None:
    """The process ends before the result is shown: after the restart the team is invited once."""
    team = await team_harness(world, invited=["finn"])
    form = await open_form(world)
    world.slack.fail("views.update", hang=60, times=9)
    await world.slack.submit("chloe", form, {"Title": NEW, "Team": ["team"]})
    await world.until(lambda: len(world.ringcentral.webinars()) == 2)
    await world.crash_bot()
    world.slack.calm()
    await world.start_bot()
    await final_state(world, "chloe")
    await world.bot.services.team.resume()

    assert invited(world) == {"finn@acme.example": "Panelist"}
    assert len([one for one in team.direct_messages("finn") if f"of *{NEW}*" in one.words]) == 1


async def test_the_team_is_invited_only_by_those_who_manage_it(world: World) -> None:
    """Chloé is not its organizer any more when she sends the form."""
    await team_harness(world, by="ana", invited=["finn"])
    await world.command("chloe", "#launch", "duplicate launch")
    assert "No webinar matches" in world.last("#launch", "chloe").words
    assert len(world.ringcentral.webinars()) == 1
