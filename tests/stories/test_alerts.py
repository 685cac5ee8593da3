"""What happens at RingCentral is told in the channels that follow it: counted, once, and never to who did it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.notices.model import Notice, NoticeFacts, NoticeKind
from bot.notices.outbox import notice_table
from tests.support.creation import without_waits
from tests.support.world import World, running_world

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
FULL, OPENED, FILLING, REGISTRATIONS = (
    NoticeKind.FULL,
    NoticeKind.OPENED,
    NoticeKind.FILLING,
    NoticeKind.REGISTRATIONS,
)
LAUNCH = "C0LAUNCH"


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world in which nobody waits."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        started.bot.services.scheduler.pause("count")  # a story counts when it says so
        yield started


async def shared(world: World, limit: int) -> str:
    """Chloé's webinar with so many places, shared in #launch and counted; the session's id."""
    await world.create("chloe", "Launch day", fields={"Announce in": "#launch"})
    (made,) = world.ringcentral.webinars()
    session_id = str(made["session_id"])
    world.ringcentral.edit(session_id, registration={"settings": {"autoCloseLimit": limit}})
    await counted(world)
    return session_id


async def counted(world: World) -> None:
    """A minute or more passes, and the one whose turn it is is counted."""
    world.clock.move(6 * MINUTE)
    await world.bot.services.mirror.count_next()


async def news(world: World, *kinds: NoticeKind) -> list[Notice]:
    """What stands to be said, or was said, of these kinds, in order."""
    (webinar,) = await world.bot.services.mirror.everything()
    async with world.bot.services.store.read() as db:
        rows = await notice_table.of_session(db, webinar.account, webinar.session_id)
    return [row.notice for row in rows if row.notice.kind in kinds]


async def test_full_and_open_again_is_told_where_the_card_stands(world: World) -> None:
    """With the figures; what registered below the limit is told nobody who did not ask."""
    session_id = await shared(world, 5)
    world.ringcentral.register(session_id, 3)
    await counted(world)
    world.ringcentral.register(session_id, 2)
    await counted(world)
    await counted(world)
    world.ringcentral.edit(session_id, registration={"settings": {"autoCloseLimit": 9}, "registrationStatus": "Open"})
    await counted(world)

    found = await news(world, FULL, OPENED, REGISTRATIONS)
    told = [(one.channel_id, one.kind, one.facts.model_copy(update={"end": None})) for one in found]
    full = NoticeFacts(count=5, limit=5)
    opened = (LAUNCH, OPENED, NoticeFacts(count=5, limit=9))
    assert told == [(LAUNCH, FULL, full), ("U0CHLOE", FULL, full), opened]


async def test_organiser_is_told_that_it_fills_up_at_each_limit(world: World) -> None:
    """At 80 and at 95 percent, once; and again when a limit was raised and is nearly reached as well."""
    session_id = await shared(world, 20)

    async def registered(count: int) -> list[int | None]:
        world.ringcentral.register(session_id, count)
        await counted(world)
        return [one.facts.percent for one in await news(world, FILLING)]

    assert await registered(15) == []
    assert await registered(1) == [80]
    assert await registered(1) == [80]
    assert await registered(2) == [80, 95]
    world.ringcentral.edit(session_id, registration={"settings": {"autoCloseLimit": 30}})
    assert await registered(4) == [80, 95]
    assert await registered(1) == [80, 95, 80]
    assert {one.channel_id for one in await news(world, FILLING)} == {"U0CHLOE"}


async def test_channel_that_asked_for_counts_hears_of_them(world: World) -> None:
    """From how many to how many, each time more have come."""
    session_id = await shared(world, 0)
    await world.command("ana", "#launch", "subscribe registrations")
    for count in (2, 0, 3):
        world.ringcentral.register(session_id, count)
        await counted(world)

    told = [(one.channel_id, one.facts) for one in await news(world, REGISTRATIONS)]
    assert told == [(LAUNCH, NoticeFacts(was_count=0, count=2)), (LAUNCH, NoticeFacts(was_count=2, count=5))]


@pytest.mark.parametrize(("who", "told"), [("chloe", []), ("ana", ["U0CHLOE"])])
async def test_own_change_is_not_told_to_oneself(world: World, who: str, told: list[str]) -> None:
    """Who lowers her own limit knows that it is nearly reached; where an admin does it, she is told."""
    session_id = await shared(world, 0)
    world.ringcentral.register(session_id, 17)
    await counted(world)

    await world.command(who, "#launch", "limit launch day 20")

    assert [(one.channel_id, one.facts.by) for one in await news(world, FILLING)] == [(one, "U0ANA") for one in told]


async def test_channel_is_told_who_cancelled(world: World) -> None:
    """There, it is news to the others."""
    await shared(world, 0)

    await world.command("chloe", "#launch", "cancel launch day")
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await world.settled()

    told = await news(world, NoticeKind.CANCELED)
    assert [(one.channel_id, one.facts) for one in told] == [(LAUNCH, NoticeFacts(by="U0CHLOE"))]
