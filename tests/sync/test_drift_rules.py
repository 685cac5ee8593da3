"""What differs from the provider, when a run begins, and what is read next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.model.webinar import Audience, OnDemand, Preferences, Status
from bot.sync.drift_rules import Check, Part, differences, next_check, run_began
from tests.support.webinar_samples import NOW, registration, webinar

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
PLAIN = webinar(registration=registration(limit=50))
BEGAN = NOW - HOUR


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"title": "Grand launch"}, ["renamed"]),
        ({"start": PLAIN.start + HOUR}, ["moved"]),
        ({"length": PLAIN.length + HOUR}, ["moved"]),
        ({"time_zone": "Asia/Tokyo"}, ["moved"]),
        ({"panel_offset": HOUR}, ["moved"]),
        ({"description": "New"}, ["description"]),
        ({"status": Status.ACTIVE}, ["status"]),
        ({"status": Status.FINISHED}, ["status"]),
        ({"status": Status.CANCELED, "title": "Grand launch"}, ["deleted"]),
        ({"audience": Audience.ANYONE}, ["audience"]),
        ({"registration": registration(is_open=False, limit=50)}, ["closed"]),
        ({"registration": registration(limit=7)}, ["limit"]),
        ({"registration": registration(limit=None)}, ["limit"]),
        ({"registration": registration(limit=50, count=9)}, []),
        ({"seen_at": NOW + HOUR, "host_name": "Ana"}, []),
        ({"title": "Grand launch", "start": PLAIN.start + HOUR}, ["moved", "renamed"]),
    ],
)
def test_differences_are_named_by_kind(changes: dict[str, Any], expected: list[str]) -> None:
    """Figures and times of reading are none."""
    assert differences(PLAIN, PLAIN.model_copy(update=changes)) == expected


def test_the_first_reading_is_no_difference() -> None:
    """Of the audience, the registration, and its preferences."""
    unread = webinar(audience=None, registration=None)
    assert differences(unread, PLAIN) == []
    chosen = Preferences(on_demand=OnDemand.ONE_YEAR)
    first, unknown, other = (
        webinar(registration=registration(preferences=each)) for each in (chosen, None, Preferences())
    )
    assert differences(unknown, first) == []
    assert differences(other, first) == ["preferences"]
    assert differences(None, PLAIN) == ["created"]
    gone = PLAIN.model_copy(update={"status": Status.CANCELED})
    assert differences(gone, gone) == []


@pytest.mark.parametrize(
    ("started", "now", "expected"),
    [
        ("2026-03-02 12:00", "2026-03-02 12:05", "2026-03-02 12:00"),
        ("2026-03-02 12:00", "2026-03-03 02:59", "2026-03-02 12:00"),
        ("2026-03-02 12:00", "2026-03-03 03:00", "2026-03-03 03:00"),
        ("2026-03-02 12:00", "2026-03-03 23:00", "2026-03-03 03:00"),
        ("2026-03-02 12:00", "2026-03-09 01:00", "2026-03-08 03:00"),
        ("2026-03-02 03:00", "2026-03-02 03:00", "2026-03-02 03:00"),
        ("2026-03-02 02:00", "2026-03-02 02:30", "2026-03-02 02:00"),
    ],
)
def test_a_run_begins_at_the_start_and_every_night(started: str, now: str, expected: str) -> None:
    """At the same moment in every replica, except at the start."""
    times = [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (started, now, expected)]
    assert run_began(times[0], times[1]) == times[2]


def one(name: str, *, days: int, read: timedelta | None = None, audience: Audience = Audience.REGISTRANTS) -> Any:
    """A webinar that starts in so many days, whose registration was read so long before the run began."""
    counted = registration(read_at=BEGAN - read) if read is not None else None
    return webinar(session_id=name, start=NOW + days * DAY, registration=counted, audience=audience)


def test_what_was_not_read_for_longest_comes_first() -> None:
    """Never read, then the oldest; the nearest start breaks ties; nothing that was read since the run began."""
    never_far, never_near = one("a", days=9), one("b", days=2)
    old, recent = one("c", days=1, read=3 * DAY), one("d", days=1, read=DAY)
    since = one("e", days=1, read=-MINUTE)
    waiting = [never_far, never_near, old, recent, since]
    order = []
    read_at: dict[tuple[str, Part], datetime] = {}
    while check := next_check(waiting, (), read_at, BEGAN):
        order.append(check.webinar.session_id)
        read_at[check.webinar.session_id, check.part] = NOW
    assert order == ["b", "a", "c", "d"]


def test_teams_are_read_where_they_matter() -> None:
    """Of sessions with a team or a card, apart from the registration."""
    with_team, without = one("a", days=1, read=-MINUTE), one("b", days=2, read=-MINUTE)
    assert next_check([with_team, without], {"a"}, {}, BEGAN) == Check(with_team, Part.TEAM)
    read_at = {("a", Part.TEAM): BEGAN - DAY}
    assert next_check([with_team, without], {"a"}, read_at, BEGAN) == Check(with_team, Part.TEAM)
    assert next_check([with_team, without], {"a"}, {("a", Part.TEAM): BEGAN}, BEGAN) is None


def test_a_shared_link_is_read_apart_from_an_earlier_registration() -> None:
    """The time of a registration that a webinar has no more says nothing about its link."""
    open_to_all = one("a", days=1, read=-MINUTE, audience=Audience.ANYONE)
    assert next_check([open_to_all], (), {}, BEGAN) == Check(open_to_all, Part.REGISTRATION)
    assert next_check([open_to_all], (), {("a", Part.REGISTRATION): NOW}, BEGAN) is None
