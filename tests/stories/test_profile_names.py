"""Names from Slack profiles, and the question for a name that a profile does not have."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.bulk import ORGANIZER, bulk_harness
from tests.support.registration import without_waits
from tests.support.world import World, running_world


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without waiting."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        yield started


async def _named(world: World, full_name: str, **profile: str) -> tuple[str, str]:
    """First and last name of Dev with this profile, as read from Slack."""
    dev = world.slack.person("dev")
    dev.real_name, dev.profile = full_name, profile
    person = await world.bot.services.slack.person(world.bot.services.account.workspace, dev.id)
    return person.first_name, person.last_name


async def test_names_are_read_from_any_profile(world: World) -> None:
    """Slack fills first and last name from the full name, split at the first space."""
    assert await _named(world, "Bloggs, Jo") == ("Jo", "Bloggs")
    assert await _named(world, "Jo Bloggs", first_name="Josephine", last_name="Bloggs") == ("Josephine", "Bloggs")
    assert await _named(world, "Jo Anne Bloggs", first_name="", last_name="") == ("Jo Anne", "Bloggs")
    nameless = {"first_name": "", "last_name": "", "real_name": ""}
    assert await _named(world, "", **nameless, display_name="Jo Bloggs") == ("Jo", "Bloggs")
    assert await _named(world, "jo@acme.example", display_name="jo@acme.example") == ("", "")
    assert await _named(world, "Cher") == ("Cher", "")


async def test_organizers_without_a_last_name_are_asked_for_it(world: World) -> None:
    """The first name is never used twice: the form of a seat opens."""
    world.slack.person(ORGANIZER).real_name = "Cher"
    bulk = await bulk_harness(world)
    await bulk.register_one(user=ORGANIZER)

    form = world.slack.view(ORGANIZER)
    held = [block["element"].get("initial_value") for block in form.blocks if block["type"] == "input"]
    assert (form.title, held[:2]) == ("Register", ["Cher", None])
    assert bulk.registrants == []
    await world.slack.submit(ORGANIZER, form, {"last_name": "Sarkisian"})
    await world.settled()
    assert [(one["firstName"], one["lastName"]) for one in bulk.registrants] == [("Cher", "Sarkisian")]
