"""Reading a report: once, through crashes and outages, for several users at once, and by itself after the end."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from bot.db.connection import Db
from bot.db.report_schema import report_pages, report_readings, report_waiters
from bot.errors import ProviderBusy, ProviderRefused
from bot.model.webinar import Audience, Status, Webinar
from bot.providers.base import Caller, Lane
from bot.reports.completeness import PAUSES
from bot.reports.model import Report
from bot.reports.progress import ReadingProgress
from bot.reports.texts.problems import (
    CANCELED,
    DELETED,
    HOST_LEFT,
    NotOver,
    ReportDelayed,
    StoppedWaiting,
)
from bot.webinars import table as webinar_table
from tests.support.replicas import two_replicas
from tests.support.reports import PastWebinar, past_webinar, prepare
from tests.support.world import World, running_world

if TYPE_CHECKING:
    from tests.support.databases import Postgres

pytest_plugins = ["tests.support.databases"]

CHLOE, ANA = "U0CHLOE", "U0ANA"
ALL = ["registrants", "participants"]
REGISTRANTS, PARTICIPANTS = "/registrants$", "/participants$"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without rate limits, in which nothing is read by itself."""
    async with running_world(tmp_path, prepare=prepare) as world:
        yield world


async def ended(world: World, people: int = 2, attending: int = 1, **changes: Any) -> PastWebinar:
    """A webinar that was live for an hour and ended five minutes ago."""
    past = await past_webinar(world, **changes)
    ids = world.ringcentral.register(past.session_id, people) if people else []
    world.ringcentral.begin(past.session_id)
    for one in ids[:attending]:
        world.ringcentral.room.join(past.session_id, registrant=one)
    world.clock.move(timedelta(hours=1))
    world.ringcentral.finish(past.session_id)
    world.clock.move(timedelta(minutes=5))
    await past.webinar()
    past.take_calls()
    return past


async def rows_left(world: World) -> list[int]:
    """How many readings, pages and waiting users are stored."""
    async with world.bot.services.store.read() as db:
        tables = (report_readings, report_pages, report_waiters)
        return [(await db.execute(select(func.count()).select_from(table))).scalar_one() for table in tables]


async def test_a_crash_between_two_pages_loses_and_repeats_nothing(tmp_path: Path, server: Postgres | None) -> None:
    """On both databases: the next process goes on with the page that follows, and the user gets a message."""
    url = await server.migrated() if server else ""
    async with running_world(tmp_path, database_url=url, prepare=prepare) as world:
        past = await ended(world, 1001, 0)
        webinar = await past.webinar()
        past.take_calls()
        world.ringcentral.fail("GET", REGISTRANTS, status=None, effect=True, hang=0.0)
        world.ringcentral.fail("GET", REGISTRANTS, status=None, effect=True, hang=30.0)
        waiting = asyncio.create_task(past.service.request(webinar, CHLOE))
        await world.until(lambda: sum("registrants" in one for one in world.vendor_calls()) == 2)
        assert past.take_calls() == [past.session_id, "registrants", "registrants"]
        assert await rows_left(world) == [1, 1, 1]

        await world.crash_bot()
        waiting.cancel()
        await world.start_bot()
        await resumed(world, past)

        report = await past.service.stored(webinar)
        assert report is not None
        assert (report.registered, report.attended, report.team.hosts, report.complete) == (1001, 0, 1, True)
        assert past.take_calls() == ALL
        assert world.last("@chloe", "chloe").words == "The report of *Launch day* is ready.\nReport"
        assert await rows_left(world) == [0, 0, 0]


async def resumed(world: World, past: PastWebinar) -> None:
    """Go on with expired leases, as the job does twice a minute, until nothing is left to do."""
    async with asyncio.timeout(20):
        while any(await rows_left(world)):
            await world.bot.services.reports.resume()
            await world.settled()


async def test_identical_readings_are_one(world: World) -> None:
    """Two users who ask at the same time get the same report, with the calls of one."""
    past = await ended(world)
    webinar = await past.webinar()
    past.take_calls()

    first, second = await asyncio.gather(past.service.request(webinar, CHLOE), past.service.request(webinar, ANA))

    assert first == second
    assert past.take_calls() == [past.session_id, *ALL]
    assert await rows_left(world) == [0, 0, 0]
    again = await past.service.request(webinar, CHLOE, force=True)
    assert (again.read_at > first.read_at, past.take_calls()) == (True, [past.session_id, *ALL])


async def test_two_replicas_read_once(tmp_path: Path, postgres: Postgres) -> None:
    """A user of each replica gets the report, which one of them reads."""
    async with two_replicas(tmp_path, await postgres.migrated(), prepare) as both:
        past = await ended(both.world)
        webinar = await past.webinar()
        past.take_calls()

        first, second = await asyncio.gather(
            past.service.request(webinar, CHLOE), both.other.services.reports.request(webinar, ANA)
        )

        assert (first, past.take_calls()) == (second, [past.session_id, *ALL])
        assert await rows_left(both.world) == [0, 0, 0]


async def test_a_user_sees_progress_and_can_stop_waiting(world: World) -> None:
    """The reading goes on without them; nobody gets a message."""
    past = await ended(world, 1001)
    webinar = await past.webinar()
    world.ringcentral.fail("GET", PARTICIPANTS, status=None, effect=True, hang=0.5)
    seen: list[ReadingProgress] = []

    async def on_progress(progress: ReadingProgress) -> None:
        seen.append(progress)
        if progress.people == 1001:
            assert await past.service.stop_waiting(webinar, CHLOE)

    with pytest.raises(StoppedWaiting, match="You stopped waiting for this report"):
        await past.service.request(webinar, CHLOE, on_progress)
    await world.settled()

    assert [one.pages for one in seen] == sorted({one.pages for one in seen})
    assert (seen[0].pages, seen[-1].pages, seen[-1].of_pages, seen[-1].seconds_left) == (0, 3, 4, 0)
    assert await past.service.stored(webinar) is not None
    assert not await past.service.stop_waiting(webinar, CHLOE)
    assert world.slack.messages("@chloe") == []
    assert await rows_left(world) == [0, 0, 0]


async def test_an_outage_keeps_what_was_read_and_the_user_is_notified_later(world: World) -> None:
    """Once RingCentral answers again, only the rest is read."""
    past = await ended(world)
    webinar = await past.webinar()
    past.take_calls()
    world.ringcentral.fail("GET", PARTICIPANTS, status=503, times=8)

    with pytest.raises(ReportDelayed, match="keeps trying"):
        await past.service.request(webinar, CHLOE)
    await world.settled()
    with pytest.raises(ReportDelayed):
        await past.service.request(webinar, CHLOE)
    await world.settled()
    assert past.take_calls() == [past.session_id, "registrants", *["participants"] * 8]
    await expire(world)
    await resumed(world, past)

    assert past.take_calls() == ["participants"]
    assert "is ready" in world.last("@chloe", "chloe").words


async def expire(world: World) -> None:
    """Let the leases expire that wait for a later retry."""
    async with world.bot.services.store.write() as db:
        for table in (report_readings, report_waiters):
            await db.execute(table.update().values(claimed_until=None))


async def test_a_list_whose_page_is_not_known_any_more_is_read_from_its_beginning(world: World) -> None:
    """A page token may expire while the process is down; nobody counts twice."""
    past = await ended(world, 1001)
    webinar = await past.webinar()
    past.take_calls()
    world.ringcentral.fail("GET", REGISTRANTS, status=None, effect=True, hang=0.0)
    world.ringcentral.fail("GET", REGISTRANTS, status=None, effect=True, hang=0.2)
    waiting = asyncio.create_task(past.service.request(webinar, CHLOE))
    await world.until(lambda: sum("registrants" in one for one in world.vendor_calls()) == 2)
    await world.crash_bot()
    waiting.cancel()
    spoil_token(world)
    past.take_calls()

    await world.start_bot()
    await resumed(world, past)

    report = await past.service.stored(webinar)
    assert report is not None
    assert report.registered == 1001
    assert past.take_calls() == ["registrants", "registrants", *ALL]


def spoil_token(world: World) -> None:
    """Make the token of the next page one that RingCentral does not know."""
    with closing(sqlite3.connect(world.database_url.removeprefix("sqlite:///"))) as file, file:
        file.execute("update report_readings set token = 'expired'")


async def test_upkeep_reads_once_and_again_while_figures_change(tmp_path: Path) -> None:
    """After the end, within a few days: until both sources agree, or nothing changes any more. Ready once."""

    def with_upkeep(world: World) -> None:
        prepare(world)
        world.reads_reports = True

    ready: list[Report] = []

    async def on_ready(db: Db, webinar: Webinar, report: Report) -> None:
        assert db.connection.in_transaction()
        ready.append(report)

    async with running_world(tmp_path, prepare=with_upkeep) as world:
        past = await ended(world, 3, 2)
        world.bot.services.reports.on_ready.append(on_ready)
        assert await stepped(world, past) == []  # it matters to nobody here
        await past.created_by(CHLOE)
        _, session = world.ringcentral.world.find_session(past.session_id)
        late = session.registrants[1].participant_id
        session.registrants[1].participant_id = ""  # RingCentral has not got this far yet
        assert await stepped(world, past) == [past.session_id, *ALL]
        first = await past.service.stored(await past.webinar())
        assert first is not None
        assert (first.attended, first.disagreement.only_history, first.complete) == (1, 1, False)
        assert (ready, await stepped(world, past)) == ([], [])

        session.registrants[1].participant_id = late
        world.clock.move(PAUSES[0])
        assert await stepped(world, past) == [past.session_id, *ALL]
        second = await past.service.stored(await past.webinar())
        assert second is not None
        assert (second.attended, second.disagreement.total, second.complete) == (2, 0, True)
        world.clock.move(timedelta(days=1))
        assert await stepped(world, past) == []
        assert ready == [second]


async def stepped(world: World, past: PastWebinar) -> list[str]:
    """Run the upkeep of reports once; return the calls that it made."""
    await world.bot.services.mirror.sweep()
    past.take_calls()
    await world.bot.services.reports.step()
    await world.settled()
    return past.take_calls()


async def test_figures_that_stay_different_are_final_after_a_second_look(tmp_path: Path) -> None:
    """The report states by how many the sources disagree, and is not read for ever."""

    def with_upkeep(world: World) -> None:
        prepare(world)
        world.reads_reports = True

    async with running_world(tmp_path, prepare=with_upkeep) as world:
        past = await ended(world, 2, 1)
        await past.created_by(CHLOE)
        _, session = world.ringcentral.world.find_session(past.session_id)
        session.registrants[1].participant_id = "999"
        await stepped(world, past)
        world.clock.move(PAUSES[0])
        await stepped(world, past)
        report = await past.service.stored(await past.webinar())

        assert report is not None
        assert (report.disagreement.only_registration, report.complete) == (1, True)
        world.clock.move(timedelta(hours=12))
        assert await stepped(world, past) == []


async def test_a_webinar_that_nobody_started_is_read_after_its_new_date(tmp_path: Path) -> None:
    """It has no report, and no figures to announce; after a move it is read like any other."""

    def with_upkeep(world: World) -> None:
        prepare(world)
        world.reads_reports = True

    async with running_world(tmp_path, prepare=with_upkeep) as world:
        past = await past_webinar(world)
        await past.created_by(CHLOE)
        world.clock.move(timedelta(hours=2))
        assert await stepped(world, past) == [past.session_id]
        with pytest.raises(ProviderRefused, match="Nobody has started this webinar"):
            await past.service.request(await past.webinar(), CHLOE)
        await world.command("chloe", "#random", f"followup {past.session_id}")
        shown = world.last("#random", "chloe").words
        assert "Nobody has started this webinar in RingCentral, so nobody could attend." in shown
        for pause in (*PAUSES, timedelta(hours=5)):
            world.clock.move(pause)
            await stepped(world, past)
        assert (await past.service.stored(await past.webinar()), await stepped(world, past)) == (None, [])

        soon = world.clock.now() + timedelta(hours=1)
        world.ringcentral.edit(past.session_id, scheduledStartTime=soon)
        await past.webinar()
        world.clock.move(timedelta(hours=1))
        world.ringcentral.begin(past.session_id)
        world.clock.move(timedelta(hours=1))
        world.ringcentral.finish(past.session_id)
        world.clock.move(timedelta(minutes=5))
        assert await stepped(world, past) == [past.session_id, *ALL]
        report = await past.service.stored(await past.webinar())
        assert report is not None
        assert (report.complete, report.team.hosts) == (True, 1)


async def test_a_user_does_not_wait_for_the_share_of_upkeep(tmp_path: Path) -> None:
    """A reading that waits for its turn in the upkeep's share goes on at once as soon as a user asks for it."""

    def with_rates(world: World) -> None:
        prepare(world)
        world.ringcentral.rules.budgets = {"Light": 1000, "Medium": 1000, "Heavy": 50, "Auth": 1000}
        world.reads_reports = True

    async with running_world(tmp_path, prepare=with_rates) as world:
        past = await ended(world)
        await past.created_by(CHLOE)
        await use_up_upkeep(world)
        await world.bot.services.reports.step()
        await world.until(lambda: past.service.reader.gate_wait(past.session_id) > 10)
        assert (await rows_left(world))[0] == 1
        webinar = await world.bot.services.mirror.find(past.session_id)

        report = await asyncio.wait_for(past.service.request(webinar, CHLOE), 5)

        assert (report.registered, report.attended) == (2, 1)


async def use_up_upkeep(world: World) -> None:
    """Make calls until the upkeep's share of this minute is spent."""
    with suppress(ProviderBusy):
        while True:
            await world.bot.services.mirror.sweep(Caller(Lane.UPKEEP, patience=0.1))


async def test_there_is_no_report_before_the_end(world: World) -> None:
    """With the time of the end; also if the webinar lasts longer than planned, which the mirror may not know."""
    past = await past_webinar(world)
    coming = (await past.webinar()).model_copy(update={"start": world.clock.now() + timedelta(hours=1)})
    with pytest.raises(NotOver, match=r"has not taken place yet.*<!date"):
        await past.service.request(coming, CHLOE)
    world.ringcentral.begin(past.session_id)
    with pytest.raises(NotOver, match=r"still on.*<!date"):
        await past.service.request(await past.webinar(), CHLOE)
    scheduled = (await past.webinar()).model_copy(update={"status": Status.SCHEDULED})
    world.clock.move(timedelta(hours=2))
    past.take_calls()

    with pytest.raises(NotOver, match="still on"):
        await past.service.request(scheduled, CHLOE)

    assert past.take_calls() == [past.session_id]
    with pytest.raises(NotOver, match=CANCELED):
        await past.service.request(coming.model_copy(update={"status": Status.CANCELED}), CHLOE)


async def test_refusals_are_said_in_words(world: World) -> None:
    """A deleted webinar, a history that is not shown, a host who left. Upkeep asks for none of them again."""
    past = await ended(world)
    webinar = await past.webinar()
    world.ringcentral.fail("GET", "/webinar/history/", status=404)
    with pytest.raises(ProviderRefused, match=DELETED.format(provider="RingCentral")):
        await past.service.request(webinar, CHLOE)
    world.ringcentral.fail("GET", "/webinar/history/", status=403, code="CMN-408")
    with pytest.raises(ProviderRefused, match="host, the co-hosts and administrators"):
        await past.service.request(webinar, CHLOE)
    world.ringcentral.fail("GET", "/webinar/history/", status=403, code="CMN-408")
    services = world.bot.services
    world.ringcentral.company.people = [one for one in world.ringcentral.company.people if one.id != "62190103"]
    await services.directory.refresh()
    hosted = webinar.model_copy(update={"host_user_id": "62190103"})
    async with services.store.write() as db:
        from bot.webinars import table

        await table.save(db, hosted)
    with pytest.raises(ProviderRefused) as refused:
        await past.service.request(hosted, CHLOE)
    assert refused.value.sentence == HOST_LEFT.format(provider="RingCentral")

    past.take_calls()
    await services.reports.step()
    await world.settled()
    assert (past.take_calls(), await rows_left(world)) == ([], [0, 0, 0])
    assert (await past.service.request(webinar, CHLOE)).registered == 2


async def test_webinars_without_registration_or_people(world: World) -> None:
    """No call for registrants where there are none; zeros where nobody came."""
    open_to_all = await ended(world, 0, settings={"registrationEnabled": False})
    report = await open_to_all.service.request(await open_to_all.webinar(), CHLOE)
    assert (report.has_registration, report.attended, report.team.hosts) == (False, 0, 1)
    assert open_to_all.take_calls() == [open_to_all.session_id, "registrants", "participants"]
    guests = (await open_to_all.webinar()).model_copy(update={"audience": Audience.ANYONE})
    async with world.bot.services.store.write() as db:
        await webinar_table.save(db, guests)
    open_to_all.take_calls()
    again = await open_to_all.service.request(guests, CHLOE, force=True)
    assert (again.has_registration, open_to_all.take_calls()) == (False, [open_to_all.session_id, "participants"])

    empty = await ended(world, 0)
    report = await empty.service.request(await empty.webinar(), CHLOE)
    assert (report.has_registration, report.registered, report.attended, report.peak) == (True, 0, 0, 0)
