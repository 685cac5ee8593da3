"""The start of a webinar that is created again: the same weekday and local time, never in the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.creation.duplicate import next_start
from bot.model.local_time import known_zone

BERLIN = ZoneInfo("Europe/Berlin")


def local(text: str, zone: str = "Europe/Berlin") -> datetime:
    """A local time as a moment."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "now", "zone", "expected"),
    [
        # A week later.
        ("2026-03-12 15:00", "2026-03-11 14:00", "Europe/Berlin", "2026-03-19 15:00"),
        ("2026-03-12 15:00", "2026-03-12 16:00", "Europe/Berlin", "2026-03-19 15:00"),
        # Across both clock changes, in several zones.
        ("2026-03-26 15:00", "2026-03-24 09:00", "Europe/Berlin", "2026-04-02 15:00"),
        ("2026-10-22 15:00", "2026-10-20 09:00", "Europe/Berlin", "2026-10-29 15:00"),
        ("2026-03-05 18:00", "2026-03-04 09:00", "America/New_York", "2026-03-12 18:00"),
        ("2026-10-29 18:00", "2026-10-28 09:00", "America/New_York", "2026-11-05 18:00"),
        # Of an old one, the next such weekday and hour.
        ("2025-06-12 15:00", "2026-03-11 14:00", "Europe/Berlin", "2026-03-12 15:00"),
        ("2025-06-11 15:00", "2026-03-11 14:00", "Europe/Berlin", "2026-03-11 15:00"),
        ("2025-06-11 14:00", "2026-03-11 14:00", "Europe/Berlin", "2026-03-18 14:00"),
        ("2019-02-28 23:59", "2026-03-11 14:00", "Asia/Tokyo", "2026-03-12 23:59"),
        # One that is far ahead still moves by a week only.
        ("2026-12-24 15:00", "2026-03-11 14:00", "Europe/Berlin", "2026-12-31 15:00"),
    ],
)
def test_the_default_start(start: str, now: str, zone: str, expected: str) -> None:
    """In the webinar's time zone, whatever the user's is."""
    assert next_start(local(start, zone), zone, local(now, zone)) == local(expected, zone)


def test_a_time_that_the_clocks_skip_moves_forward() -> None:
    """02:30 does not exist on 29 March 2026 in Berlin."""
    found = next_start(local("2026-03-22 02:30"), "Europe/Berlin", local("2026-03-20 12:00"))
    assert found.astimezone(BERLIN).isoformat() == "2026-03-29T03:30:00+02:00"


def test_a_time_that_the_clocks_show_twice_is_the_first() -> None:
    """02:30 comes twice on 25 October 2026 in Berlin; also if the earlier webinar was at the second."""
    found = next_start(local("2026-10-18 02:30"), "Europe/Berlin", local("2026-10-16 12:00"))
    assert found.astimezone(BERLIN).isoformat() == "2026-10-25T02:30:00+02:00"
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    after = next_start(second, "Europe/Berlin", local("2026-10-20 12:00"))
    assert after.astimezone(BERLIN).isoformat() == "2026-11-01T02:30:00+01:00"


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc", "Etc/UTC"])
def test_an_unknown_zone_counts_as_utc(name: str) -> None:
    """RingCentral's own app may name any zone."""
    assert known_zone(name).utcoffset(datetime(2026, 7, 1)) == timedelta()  # noqa: DTZ001 - a wall time


MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS, MOMENTS, st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]))
def test_it_is_never_in_the_past_and_the_soonest_such_day(start: datetime, now: datetime, zone: str) -> None:
    """The same weekday; at least a week after the earlier one, and else the next that is not past."""
    found = next_start(start, zone, now)
    assert found > now
    assert found > start
    place = ZoneInfo(zone)
    moved = timedelta(hours=1)  # by a gap
    assert (
        abs(
            (found.astimezone(place).replace(tzinfo=None) - start.astimezone(place).replace(tzinfo=None))
            % timedelta(weeks=1)
        )
        <= moved
    )
    is_a_week_later = found - start < timedelta(days=8)
    assert is_a_week_later or found - now <= timedelta(days=7, hours=1)
