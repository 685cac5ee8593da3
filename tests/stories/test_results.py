"""The results of a webinar: once in its subscribed channels and to its organizer, and in the list of past webinars."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from bot.model.webinar import Status, Webinar
from bot.notices.model import NoticeKind
from bot.notices.outbox import notice_table
from sandbox.slack import Message
from tests.support.block_kit import check_message
from tests.support.known_people import expected_figures, known_people, register_known, take_place
from tests.support.report_samples import report
from tests.support.reports import prepare
from tests.support.world import World, running_world

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PEOPLE = known_people(20)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without rate limits."""
    async with running_world(tmp_path, prepare=prepare) as started:
        yield started


async def created(world: World, title: str, channel: str | None = None) -> Webinar:
    """A webinar of Chloé that starts in an hour."""
    fields = {"Announce in": channel} if channel else {}
    await world.create("chloe", title, start=world.clock.now() + HOUR, fields=fields)
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    [one] = [one for one in await world.bot.services.mirror.everything() if one.title == title]
    return one


async def reported(world: World) -> None:
    """Let upkeep read the reports that are due, and post what follows."""
    await world.bot.services.mirror.sweep()
    world.clock.move(5 * MINUTE)
    await world.bot.services.reports.step()
    await world.settled()
    await world.move(2 * MINUTE)


def results(world: World, where: str, title: str) -> list[Message]:
    """The messages with the results of this webinar, as anybody in the channel sees them."""
    shown = (one for one in world.slack.messages(where) if one.bot and not one.ephemeral_to)
    return [one for one in shown if one.text.startswith(f"{title}: ") and " registered, " in one.text]


async def kinds(world: World, webinar: Webinar) -> list[str]:
    """The channels with planned results."""
    async with world.bot.services.store.read() as db:
        rows = await notice_table.of_session(db, webinar.account, webinar.session_id)
    return [row.notice.channel_id for row in rows if row.notice.kind is NoticeKind.RESULTS]


async def test_results_are_posted_once_where_live_is_subscribed(world: World) -> None:
    """And to the organizer; never again, also not after a restart, another reading or by another replica."""
    launch = await created(world, "Launch day", "#launch")
    await world.command("ana", "#launch", "subscribe live for launch day")
    await world.command("chloe", "#random", "share launch day")
    await world.move(HOUR)
    register_known(world.ringcentral, launch.session_id, PEOPLE)
    take_place(world.ringcentral, launch.session_id, PEOPLE)
    await reported(world)

    expected = expected_figures(PEOPLE)
    percent = (200 * expected["attended"] + expected["registered"]) // (2 * expected["registered"])
    begin = (
        f"Launch day: {expected['registered']} registered, {expected['attended']} came ({percent}%), most at <!date^"
    )
    for where in ("#launch", "@chloe"):
        [posted] = results(world, where, "Launch day")
        assert posted.text.startswith(begin)
        assert posted.text.endswith(f"{expected['peak']} people")
        check_message(posted.text, posted.blocks)
        assert "Vorname" not in f"{posted.text} {posted.blocks}"
    assert results(world, "#random", "Launch day") == []
    [posted] = results(world, "#launch", "Launch day")
    assert posted.buttons == ["Details"]
    [personal] = results(world, "@chloe", "Launch day")
    await world.click("chloe", personal, "Report")
    assert str(expected["attended"]) in world.last("@chloe", "chloe").words

    await world.stop_bot()
    await world.start_bot()
    services = world.bot.services
    again = await services.reports.request(launch, "U0CHLOE", force=True)
    async with services.store.write() as db:
        for on_ready in services.reports.on_ready:
            await on_ready(db, launch, again)
    await world.move(3 * HOUR)
    assert [len(results(world, where, "Launch day")) for where in ("#launch", "@chloe")] == [1, 1]

    before = len(world.vendor_calls())
    await world.command("chloe", "#launch", "list past today")
    listed = world.last("#launch", "chloe")
    assert f"Today: 1 webinar, {expected['registered']} registered, {percent}% came" in listed.text
    assert f"{expected['registered']} registered · {expected['attended']} came ({percent}%)" in listed.words
    assert world.vendor_calls()[before:] == []


async def test_results_of_an_unannounced_webinar_go_to_its_organizer_alone(world: World) -> None:
    """A canceled webinar has none."""
    secret, doomed = await created(world, "Secret plan"), await created(world, "Doomed")
    await world.bot.services.mirror.set_status(secret, Status.FINISHED)
    doomed = await world.bot.services.mirror.set_status(doomed, Status.CANCELED)
    async with world.bot.services.store.write() as db:
        for webinar in (secret, doomed):
            for on_ready in world.bot.services.reports.on_ready:
                await on_ready(db, webinar, report())
    assert await kinds(world, secret) == ["U0CHLOE"]
    assert await kinds(world, doomed) == []
    await world.move(2 * MINUTE)
    [told] = results(world, "@chloe", "Secret plan")
    assert told.text.startswith("Secret plan: 212 registered, 131 came (62%), most at ")
    for channel in ("#launch", "#random"):
        assert results(world, channel, "Secret plan") == []


async def test_a_report_of_long_ago_is_for_who_asks_for_it_alone(world: World) -> None:
    """Its channels get no news of last month, and nobody is reminded of a follow-up."""
    launch = await created(world, "Launch day", "#launch")
    await world.command("ana", "#launch", "subscribe live for launch day")
    await world.move(HOUR)
    register_known(world.ringcentral, launch.session_id, PEOPLE)
    take_place(world.ringcentral, launch.session_id, PEOPLE)
    await world.bot.services.mirror.sweep()
    world.clock.move(timedelta(days=30))

    await world.command("chloe", "#random", "report launch day")
    await world.move(2 * MINUTE)
    assert str(expected_figures(PEOPLE)["attended"]) in world.last("#random", "chloe").words
    assert [results(world, where, "Launch day") for where in ("#launch", "@chloe")] == [[], []]
    assert await world.bot.services.recordings.open_items.of_webinar(launch) == []
