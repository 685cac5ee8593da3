"""`/webinar add`: a meeting or webinar that exists at Zoom comes here by its link or its ID."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.webinar import Status
from bot.providers.base import NOTICE
from tests.support.world import World, running_world

PASSWORD = "Zm9vYmFy.1"
REGISTRATION = {"approval_type": 0}
CHANNEL = "#marketing"
EMI = "emi@acme.example"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A bot that works with both providers; Chloé is an organizer, and Emi hosts at Zoom."""

    def connect(world: World) -> None:
        world.has_zoom = True
        world.zoom.world.user(EMI).is_licensed = True

    async with running_world(tmp_path, prepare=connect) as world:
        await world.choose_organizers("U0CHLOE")
        yield world


def plan(world: World, title: str = "Town hall", days: float = 3, **fields: object) -> int:
    """A meeting with registration, planned at Zoom after the last list; its id."""
    given = {"settings": REGISTRATION, "duration": 45, **fields}
    return world.zoom.create(title, world.clock.now() + timedelta(days=days), **given)  # type: ignore[arg-type] # API fields


async def said(world: World, text: str, user: str = "chloe") -> str:
    """The words of the reply to `/webinar add text`."""
    await world.command(user, CHANNEL, f"add {text}")
    return world.last(CHANNEL, user).words


async def test_a_meeting_is_added_by_its_link(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """With its details and the next buttons; its creator is who added it, and the password is kept nowhere."""
    caplog.set_level(logging.DEBUG)
    event_id = plan(world)
    world.zoom.register(event_id, 2)
    world.zoom.calls.clear()

    reply = await said(world, f"<https://us02web.zoom.us/j/{event_id}?pwd={PASSWORD}>")

    assert "Added." in reply
    for words in ("Town hall", "2 registered", "Start as Host", "Share Here", "Registrants"):
        assert words in reply
    assert [call.method for call in world.zoom.calls if call.path.startswith("/v2")] == ["GET"] * 3
    webinar = await world.bot.services.mirror.find(f"zoom-{event_id}")
    assert webinar.created_by == "U0CHLOE"
    assert PASSWORD not in reply + str([vars(one) for one in caplog.records if not one.name.startswith("sqlalchemy")])
    await world.click("chloe", world.last(CHANNEL, "chloe"), "Share Here")
    assert "Register" in world.last(CHANNEL, "dev").buttons

    world.zoom.edit(event_id, topic="All hands")
    await world.bot.services.sweep()
    assert (await world.bot.services.mirror.find(f"zoom-{event_id}")).title == "All hands"
    assert "This one was already added." in await said(world, str(event_id))
    for ref in (f"zoom-{event_id}", f"https://zoom.us/w/{event_id}?tk={PASSWORD}", webinar.registration.page_uri):  # type: ignore[union-attr] # with registration
        await world.command("chloe", CHANNEL, f"count {ref}")
        assert "All hands" in world.last(CHANNEL, "chloe").words


async def test_a_recurring_meeting_is_added_with_its_dates(world: World) -> None:
    """The reply shows the next one; a webinar is added just as well, from its whole invitation."""
    event_id = plan(world, type=8, recurrence={"type": 1, "repeat_interval": 1, "end_times": 3})
    reply = await said(world, f"Join Zoom Meeting\nMeeting ID: {event_id}\nPasscode: 493817")
    assert "Added with its 3 coming dates" in reply
    dates = [one for one in await world.bot.services.mirror.everything() if one.webinar_id == f"zoom-{event_id}"]
    assert [one.created_by for one in dates] == ["U0CHLOE"] * 3

    other = plan(world, "Product news", kind="webinar", type=5)
    assert "Product news" in await said(world, f"https://acme.zoom.us/webinar/{other}")


async def test_what_is_not_listed_is_read_all_the_same(world: World) -> None:
    """Its host lost the license, so that no list has it: its card follows what changes, and it is not canceled."""
    event_id = plan(world, "Side event")
    await said(world, str(event_id))
    await world.command("chloe", CHANNEL, f"share {event_id}")
    world.zoom.edit(event_id, topic="Side show")
    for user in world.zoom.world.users:
        user.is_licensed = False
    world.clock.move(timedelta(hours=2))
    await world.bot.services.mirror.sweep(NOTICE)
    webinar = await world.bot.services.mirror.find(f"zoom-{event_id}")
    assert (webinar.title, webinar.status) == ("Side show", Status.SCHEDULED)


async def test_what_cannot_be_added_is_explained(world: World) -> None:
    """With what to do; the words that were typed are not lost, and nothing is added."""
    off = plan(world, settings={"approval_type": 2})
    over = plan(world, days=-2)
    instant = world.zoom.create("Chat", type=3, settings=REGISTRATION)
    expected = {
        str(off): "check Required under Registration",
        str(over): "is over at Zoom",
        str(instant): "has no date at Zoom",
        "812 3456 7890": "There is no meeting or webinar 812 3456 7890 in your company's Zoom account",
        "": "To add a meeting or webinar",
        "Launch day": "type /webinar create Launch day",
        f"https://zoom.us/webinar/register/WN_a?tk={PASSWORD}": "does not say which meeting",
    }
    for typed, words in expected.items():
        reply = (await said(world, typed)).replace("`", "").replace("*", "")
        assert words in reply, typed
        assert PASSWORD not in reply
    known = await world.bot.services.mirror.everything()
    assert [one for one in known if one.session_id.startswith("zoom-")] == []

    hidden = plan(world, "Board meeting")
    await world.bot.services.sweep()
    assert "There is no meeting or webinar" in await said(world, str(hidden), "emi")


async def test_only_its_host_and_organizers_add_an_event(world: World) -> None:
    """Who adds it manages it: for others it does not exist, whatever is wrong with it, and nothing is saved."""
    hosted = plan(world, "Sales review", host=EMI)
    not_theirs = {
        "it can be added": plan(world, "Board meeting"),
        "it has no registration": plan(world, "Salaries", settings={"approval_type": 2}),
        "it is over": plan(world, "Layoffs", days=-2),
        "somebody else than the host": hosted,
        "it does not exist": 81234567890,
    }
    for why, number in not_theirs.items():
        reply = await said(world, str(number), "dev")
        assert "There is no meeting or webinar" in reply, why
        assert "ask its host or an organizer" in reply, why
    assert not [one for one in await world.bot.services.mirror.everything() if one.session_id.startswith("zoom-")]

    assert "Added." in await said(world, str(hosted), "emi")
    assert (await world.bot.services.mirror.find(f"zoom-{hosted}")).created_by == "U0EMI"
    assert "Added." in await said(world, str(not_theirs["it can be added"]), "ana")


async def test_without_zoom_nothing_can_be_added(world: World) -> None:
    """A sentence names what is not connected."""
    world.has_zoom = False
    await world.stop_bot()
    await world.start_bot()
    assert "Greenroom is not connected to Zoom here" in await said(world, "812 3456 7890")
