"""The report of a webinar with 300 simulated people, whose joins and leaves are known beforehand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.reports.model import CurvePoint, Group, GroupKind
from tests.support.known_people import (
    END,
    QUARTER,
    KnownPerson,
    expected_figures,
    expected_groups,
    expected_peak_at,
    expected_present,
    known_people,
)
from tests.support.reports import PastWebinar, past_webinar, prepare
from tests.support.ringcentral import PERSON
from tests.support.world import World, running_world

SECOND = timedelta(seconds=2)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without rate limits."""
    async with running_world(tmp_path, prepare=prepare) as world:
        yield world


async def test_each_figure_equals_the_known_one(world: World) -> None:
    """300 people of all kinds, counted quarter by quarter without the code under test; three calls, then none."""
    past, people = await past_webinar(world), known_people(300)
    world.ringcentral.edit(past.session_id, registration={"settings": {"autoOpenPostWebinarRegistration": True}})
    began = past.take_place(people)
    world.clock.move(timedelta(minutes=5))
    world.ringcentral.register(past.session_id, 4)
    webinar = await past.webinar()
    past.take_calls()

    report = await past.service.request(webinar, "U0CHLOE")

    expected = expected_figures(people)
    assert {name: getattr(report, name) for name in expected} == expected
    assert min(expected.values()) > 0
    assert (report.after_event, report.disagreement.total, report.complete) == (4, 0, True)
    assert (report.team.hosts, report.team.cohosts, report.team.panelists) == (1, 0, 0)
    assert report.peak_at is not None
    assert abs(report.peak_at - expected_peak_at(people, began)) < SECOND
    assert abs(report.start - began) < SECOND
    assert abs(report.end - (began + END * QUARTER)) < SECOND
    check_curve(report.curve, people)
    check_sources(report.by_source, people)
    assert past.take_calls() == [past.session_id, "registrants", "participants"]
    assert await past.service.request(webinar, "U0CHLOE") == report == await past.service.stored(webinar)
    assert past.take_calls() == []
    await check_people(past, people)


def check_curve(curve: tuple[CurvePoint, ...], people: list[KnownPerson]) -> None:
    """Twenty points over the hour; none of them but the ends is at the time of a join or a leave."""
    points = [END * index / 19 for index in range(20)]
    assert [one.present for one in curve] == [expected_present(people, quarter) for quarter in points]


def check_sources(groups: tuple[Group, ...], people: list[KnownPerson]) -> None:
    """One group for each source, with those who came."""
    expected = expected_groups(people)
    assert {one.name: one.registered for one in groups} == dict(expected)
    came = {source: sum(one.source == source and one.is_counted for one in people) for source in expected}
    assert {one.name: one.attended for one in groups} == came
    assert [one.kind for one in groups if one.name == ""] == [GroupKind.NONE]


async def check_people(past: PastWebinar, people: list[KnownPerson]) -> None:
    """One row per registrant with their own times, then those whose registration was canceled, then nobody."""
    rows = await past.service.people(await past.webinar(), PERSON)
    by_registrant = {one.registrant_id: one for one in rows}
    known = [one for one in people if not one.is_canceled]
    for person in known:
        row = by_registrant[person.registrant_id]
        assert (row.first_name, row.attended) == (f"Vorname{person.number}", person.is_counted)
        assert (row.minutes, row.source) == (round(len(person.cells) / 4), person.source)
        assert row.late == (person.kind in ("late", "both"))
        assert row.left_early == (person.kind in ("early", "both", "ejected"))
    canceled = [one for one in rows if not one.registrant_id]
    assert sorted(one.first_name for one in canceled) == sorted(
        f"Vorname{one.number}" for one in people if one.is_canceled
    )
    assert sum(one.after_event for one in rows) == len(rows) - len(known) - len(canceled) == 4


async def test_a_session_past_midnight_and_across_a_clock_change(world: World) -> None:
    """From 23:45 to 03:15 in Berlin, in the night in which 02:00 becomes 03:00: two and a half hours for everybody."""
    change = datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    start = change - timedelta(hours=2, minutes=15)
    past = await past_webinar(
        world, start=start - world.clock.now(), timeZone="Europe/Berlin", scheduledDuration=int(2.5 * 3600)
    )
    early, whole, late = world.ringcentral.register(past.session_id, 3)
    room = world.ringcentral.room
    room.start(past.session_id)
    first = room.join(past.session_id, registrant=early)
    room.join(past.session_id, registrant=whole)
    world.clock.move(timedelta(minutes=20))  # past midnight
    room.leave(first)
    world.clock.move(timedelta(minutes=120))  # past the change
    room.join(past.session_id, registrant=late)
    world.clock.move(timedelta(minutes=10))
    world.ringcentral.finish(past.session_id)
    world.clock.move(timedelta(minutes=5))

    report = await past.service.request(await past.webinar(), "U0CHLOE")
    rows = {one.registrant_id: one for one in await past.service.people(await past.webinar(), PERSON)}

    assert (report.end - report.start) // timedelta(minutes=1) == 150
    assert [rows[one].minutes for one in (early, whole, late)] == [20, 150, 10]
    assert (report.stayed, report.left_early, report.late, report.minutes, report.peak) == (2, 1, 1, 20, 2)
    assert report.peak_at is not None
    assert abs(report.peak_at - start) < timedelta(minutes=1)
