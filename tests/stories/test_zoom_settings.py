"""The settings of Zoom's events in the forms, from the box that somebody ticks to what Zoom keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.ability import Ability
from bot.model.webinar import Webinar
from sandbox.slack import View
from tests.support.creation import without_waits
from tests.support.seats import SeatsHarness
from tests.support.world import World, running_world

ANA = "ana"


def _zoom_alone(world: World) -> None:
    without_waits(world)
    world.has_zoom, world.has_ringcentral = True, False


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A workspace with Zoom alone."""
    async with running_world(tmp_path, prepare=_zoom_alone) as world:
        yield world


def kept(world: World, *names: str) -> list[object]:
    """These settings of the only event, as Zoom keeps them."""
    (event,) = world.zoom.world.events.values()
    return [getattr(event.fields.settings, name) for name in names]


async def approval(world: World) -> tuple[object, bool]:
    """How Zoom approves, and whether Greenroom lets organizers approve."""
    return kept(world, "approval_type")[0], Ability.APPROVE in (await known(world)).abilities


async def known(world: World) -> Webinar:
    """The only event in the mirror."""
    (webinar,) = await world.bot.services.mirror.everything()
    return webinar


async def set_more(world: World, form: View, **values: object) -> View:
    """Save these inputs of More Settings; return the form."""
    await world.click(ANA, form, "More Settings")
    outcome = await world.slack.submit(ANA, world.slack.view(ANA), values)
    assert outcome.errors == {}
    await world.settled()
    return world.slack.view(ANA)


async def edit(world: World, more: dict[str, object], **values: object) -> View:
    """Change these in the form of the event; return the result."""
    await world.slack.close(ANA, world.slack.view(ANA), clear=True)
    await world.command(ANA, "#launch", "edit Town hall")
    form = world.slack.view(ANA)
    form = await set_more(world, form, **more) if more else form
    outcome = await world.slack.submit(ANA, form, values)
    assert outcome.errors == {}
    await world.settled()
    return world.slack.view(ANA)


async def test_approval_is_a_setting_of_the_form(world: World) -> None:
    """With it people wait, without it they have their link at once; Undo of "for everyone" restores it."""
    await world.command(ANA, "#launch", "create")
    on = ["settings.approval_type"]
    form = await set_more(world, world.slack.view(ANA), registration=on, participants=["settings.waiting_room"])
    assert "Registrants have to be approved" in form.words
    typed = {
        "Title": "Town hall",
        "Starts": world.clock.now() + timedelta(days=3),
        "Length": "45m",
        "Announce in": "#launch",
    }
    outcome = await world.slack.submit(ANA, form, {**typed, "Who is it for?": "Everyone with the link"})
    assert "needs people who register" in str(outcome.errors)
    await world.slack.submit(ANA, form, {**typed, "Who is it for?": "People who register"})
    await world.settled()
    assert kept(world, "approval_type", "waiting_room") == [1, True]
    at = SeatsHarness(world, (await known(world)).session_id)
    assert "You are waiting for approval" in (await at.take_seat("dev")).words
    await world.command(ANA, "#launch", "registrants Town hall")
    assert "1 person waits for approval" in world.last("#launch", ANA).words

    result = await edit(world, {}, **{"Who is it for?": "Everyone with the link"})
    assert "*Registrants have to be approved:* on → off" in result.words
    assert await approval(world) == (2, False)
    await world.click(ANA, result, "Undo")
    assert await approval(world) == (1, True)

    result = await edit(world, {"registration": []})
    assert "*Registrants have to be approved:* on → off" in result.words
    assert await approval(world) == (0, False)
    assert at.link_of(await at.take_seat("chloe")).startswith(world.zoom.url)
    await edit(world, {"registration": on, "participants": ["settings.mute_upon_entry"]})
    assert await approval(world) == (1, True)
    assert kept(world, "waiting_room", "mute_upon_entry") == [False, True]

    refused = await edit(world, {"settings.alternative_hosts": "Jo@x.example"})
    assert "must be Licensed users of the Zoom account" in refused.words
    result = await edit(world, {"settings.alternative_hosts": "Ben@acme.example"})
    assert "*Alternative hosts:* none → set" in result.words
    assert "ben@" not in result.words
    assert kept(world, "alternative_hosts") == ["ben@acme.example"]

    await world.slack.close(ANA, world.slack.view(ANA), clear=True)
    await world.command(ANA, "#launch", "move Town hall in 2 days for 25h")
    form = world.slack.view(ANA)
    assert "Choose at most 24 hours." in form.words
    await world.slack.submit(ANA, form, {"Length": "20h"})
    await world.slack.submit(ANA, world.slack.view(ANA))
    await world.settled()
    moved = await known(world)
    assert moved.length == timedelta(hours=20)
    world.clock.move(moved.start - world.clock.now() + timedelta(hours=19))
    await world.command("dev", "#launch", "list")
    assert "Town hall" in world.last("#launch", "dev").words
