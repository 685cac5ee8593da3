"""What an edit costs at RingCentral: one read and one write for each half that changes, and what is read in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.creation.change.steps import STARTED
from bot.providers.base import UPKEEP
from sandbox.slack import View
from tests.support.edits import (
    USER,
    calls_by_half,
    make_webinar,
    mirrored,
    move_before_start,
    open_form,
    prepared,
    stored,
)
from tests.support.world import World, running_world

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Everything, without the rate limit."""
    async with running_world(tmp_path, prepare=prepared) as started:
        yield started


async def save(world: World, form: View, **values: object) -> tuple[list[str], View]:
    """Send the form; the calls, and what is shown then."""
    before = len(world.vendor_calls())
    outcome = await world.slack.submit(USER, form, values)
    assert outcome.errors == {}
    await world.settled()
    return calls_by_half(world.vendor_calls()[before:]), world.slack.view(USER)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"Title": "Launch week"}, ["GET webinar", "PATCH webinar"]),
        ({"Length": "1h"}, ["GET session", "PATCH session"]),
        ({"Title": "Launch week", "Length": "1h"}, ["GET session", "GET webinar", "PATCH webinar", "PATCH session"]),
    ],
)
async def test_an_edit_reads_and_writes_only_the_halves_that_it_changes(
    world: World, values: dict[str, object], expected: list[str]
) -> None:
    """Opening the form reads both, once; Undo costs the same as the edit."""
    await make_webinar(world)
    before = len(world.vendor_calls())
    form = await open_form(world)
    assert calls_by_half(world.vendor_calls()[before:]) == ["GET webinar", "GET session"]

    made, result = await save(world, form, **values)

    assert (made, result.title) == (expected, "Webinar changed")
    before = len(world.vendor_calls())
    await world.click(USER, result, "Undo")
    assert world.slack.view(USER).title == "Change undone"
    assert calls_by_half(world.vendor_calls()[before:]) == expected


@pytest.mark.parametrize(("minutes", "reads_session"), [(61, False), (60, True), (5, True)])
async def test_the_session_is_read_from_an_hour_before_the_start(
    world: World, minutes: int, reads_session: bool
) -> None:
    """From then on a host can practice, and RingCentral allows no change of a webinar that is under way."""
    await make_webinar(world)
    form = await open_form(world)
    await move_before_start(world, minutes * MINUTE)

    made, result = await save(world, form, Title="Launch week")

    assert made == [*(["GET session"] if reads_session else []), "GET webinar", "PATCH webinar"]
    assert result.title == "Webinar changed"


async def test_an_edit_is_refused_while_the_host_practices(world: World) -> None:
    """Also if only the title is changed, and the form was opened long before; so is one by an earlier start."""
    await make_webinar(world)
    form = await open_form(world)
    [known], [webinar] = await world.bot.services.mirror.everything(), world.ringcentral.webinars()
    earlier = known.start - timedelta(days=1)
    world.ringcentral.edit(webinar["webinar_id"], scheduledStartTime=earlier.isoformat())
    await world.bot.services.mirror.sweep(UPKEEP)
    await move_before_start(world)
    world.ringcentral.begin(webinar["webinar_id"])

    made, result = await save(world, form, Title="Launch week")

    assert made == ["GET session"]
    assert (result.title, STARTED.format(provider="RingCentral") in result.words) == ("Not changed", True)
    assert stored(world)["fields"]["title"] == "Launch day"


async def test_a_session_that_was_not_read_again_is_not_taken_back_in_the_mirror(world: World) -> None:
    """The form is older than the mirror: somebody has made the webinar longer meanwhile."""
    await make_webinar(world, **{"Announce in": "#launch"})
    form = await open_form(world)
    world.ringcentral.edit(world.ringcentral.webinars()[0]["webinar_id"], scheduledDuration=7200)
    await world.move(MINUTE)
    await world.bot.services.mirror.sweep(UPKEEP)
    assert await mirrored(world) == ("Launch day", 7200)

    await save(world, form, Title="Launch week")

    assert await mirrored(world) == ("Launch week", 7200)
    [card] = [one for one in world.slack.messages("#launch") if "Register" in one.buttons]
    assert ("Launch week" in card.words, "2 hours" in card.words) == (True, True)
