"""Nobody can use up the calls of the others, neither by Refresh nor by a long list; on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path

from bot.clock import monotonic
from sandbox.slack import Message
from tests.support.bulk import bulk_harness
from tests.support.creation import submit_form
from tests.support.world import World, running_world

pytest_plugins = ["tests.support.databases"]

CLICKS = 30
WINDOW = 6.0
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
REGISTRATION = "/webinar/registration/v1/sessions/"


async def shared_cards(world: World, count: int) -> list[Message]:
    """Webinars that other people have made, with their cards in #launch; all figures are old enough to be read."""
    start = (world.clock.now() + 3 * DAY).replace(microsecond=0)
    for number in range(count):
        world.ringcentral.create(f"Talk {number:02}", start, settings={"registrationEnabled": True})
    await world.bot.services.mirror.sweep()
    for number in range(count):
        await world.post_card(f"Talk {number:02}")
    return [message for message in world.slack.messages("#launch") if "Refresh" in message.buttons]


async def test_a_creation_succeeds_while_an_outsider_clicks_refresh_thirty_times(
    tmp_path: Path, database_url: str
) -> None:
    """On one card: with the vendor's real budget the creation goes through at once, and no call is refused."""
    async with running_world(tmp_path, database_url=database_url) as world:
        world.bot.services.scheduler.pause("count", "sweep")
        (card,) = await shared_cards(world, 1)
        world.clock.move(MINUTE)
        before = len(world.vendor_calls())

        storm = asyncio.gather(*(world.slack.click("gia", card, "Refresh") for _ in range(CLICKS)))
        await submit_form(world, "chloe", "Town hall")
        await storm
        await world.settled()

        assert [one["title"] for one in world.ringcentral.webinars()] == ["Talk 00", "Town hall"]
        assert "Town hall" in world.slack.view("chloe").words
        session = next(one["session_id"] for one in world.ringcentral.webinars() if one["title"] == "Talk 00")
        assert world.vendor_calls()[before:].count(f"GET {REGISTRATION}{session}") == 1
        assert (world.ringcentral.penalties, world.ringcentral.throttled) == (0, 0)


async def test_a_creation_succeeds_while_an_outsider_refreshes_many_cards(tmp_path: Path, database_url: str) -> None:
    """Three clicks on each of ten: two figures are read, and a sentence says why the others are not."""
    async with running_world(tmp_path, database_url=database_url) as world:
        world.bot.services.scheduler.pause("count", "sweep")
        cards = await shared_cards(world, 10)
        world.clock.move(MINUTE)
        before = len(world.vendor_calls())

        storm = asyncio.gather(*(world.slack.click("gia", card, "Refresh") for card in cards * 3))
        await submit_form(world, "chloe", "Town hall")
        await storm
        await world.settled()

        assert "Town hall" in world.slack.view("chloe").words
        town_hall = next(one["session_id"] for one in world.ringcentral.webinars() if one["title"] == "Town hall")
        reads = [call for call in world.vendor_calls()[before:] if call.startswith(f"GET {REGISTRATION}")]
        assert len([call for call in reads if not call.endswith(town_hall)]) == 2
        sentences = [message.words for message in world.slack.messages("#launch", "gia") if message.ephemeral_to]
        assert len([words for words in sentences if "you can refresh again in" in words]) == CLICKS - 3 * 2
        assert (world.ringcentral.penalties, world.ringcentral.throttled) == (0, 0)


def is_made(world: World, title: str) -> bool:
    """Whether RingCentral has this webinar with its date."""
    return title in {one["title"] for one in world.ringcentral.webinars()}


def _short_minute(world: World) -> None:
    """A budget of ten calls in six seconds: one slot is 0.6 seconds."""
    world.ringcentral.rules.window = WINDOW


async def test_a_creation_beside_a_long_list_does_not_wait_for_a_whole_window(
    tmp_path: Path, database_url: str
) -> None:
    """Three creations in a row use more calls than are free: they wait for the next slots, while the list goes on."""
    async with running_world(tmp_path, database_url=database_url, prepare=_short_minute) as world:
        world.bot.services.scheduler.pause("count", "sweep")
        bulk = await bulk_harness(world)
        people = [f"Ana,Ruiz {number},ana{number}@outside.example" for number in range(40)]
        await bulk.start_list("first,last,email", *people)
        await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
        await world.until(lambda: len(bulk.registrants) >= 5)
        await world.until(lambda: len(bulk.registrants) >= 12)

        waits = []
        for title in ("Town hall", "Open house", "All hands"):
            began = monotonic()
            await submit_form(world, "ben", title)
            await world.until(partial(is_made, world, title))
            waits.append(monotonic() - began)
            await world.slack.close("ben", world.slack.view("ben"), clear=True)

        assert max(waits) < WINDOW / 2
        assert len(bulk.registrants) < len(people)
        assert (world.ringcentral.penalties, world.ringcentral.throttled) == (0, 0)
        await bulk.press("Stop")
