"""A workspace with RingCentral and Zoom: one mirror, and neither suffers from the other's trouble."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.errors import ProviderDown
from bot.model.webinar import Audience, Status, Webinar
from tests.support.creation import without_waits
from tests.support.world import World, running_world


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
