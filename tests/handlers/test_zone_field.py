"""The time zone in the form that edits a webinar: what is recognized, and what becomes of the start."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.commands.zone_search import find_zone, nearest_zone
from handlers.create import zone_field
from handlers.create.draft import EditedWebinar
from tests.support.edit_samples import fields

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "expected"),
    {
        "Europe/Paris": "Europe/Paris",
        "europe/paris": "Europe/Paris",
        " Europe / Paris ": "",
        "America/new york": "America/New_York",
        "America/Argentina/Buenos_Aires": "America/Argentina/Buenos_Aires",
        "paris": "Europe/Paris",
        "New York": "America/New_York",
        "München": "Europe/Berlin",
        "são paulo": "America/Sao_Paulo",
        "India": "Asia/Kolkata",
        "UTC": "UTC",
        "cet": "Europe/Berlin",
        "CEST": "Europe/Berlin",
        "Pacific time": "America/Los_Angeles",
        "ET": "America/New_York",
        "Mars": "",
        "CST": "",
        "UTC+2": "",
        "": "",
        "x" * 5000: "",
    }.items(),
)
def test_what_is_recognized(typed: str, expected: str) -> None:
    """Names in any case, cities, countries and abbreviations with one meaning."""
    assert find_zone(typed) == expected


def test_the_nearest_zone() -> None:
    """Of a misspelled one."""
    assert nearest_zone("Europe/Berln") == "Europe/Berlin"
    assert nearest_zone("Madird") == "Europe/Madrid"
    assert nearest_zone("qqqq") == ""


def edited(start: str, zone: str, typed: str, *, keeps: bool = False) -> EditedWebinar:
    """A form of a webinar at this local time, in which this zone is typed."""
    moment = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    read = fields(start=moment, time_zone=zone)
    return EditedWebinar(session_id="s1", read=read, typed_zone=typed, keeps_moment=keeps)


@pytest.mark.parametrize(
    ("start", "zone", "typed", "expected"),
    [
        # Before, between and after the clock changes of New York (March 8) and Paris (March 29), and in autumn.
        ("2026-03-05 15:00", "Europe/Paris", "America/New_York", "2026-03-05 15:00-05:00"),
        ("2026-03-20 15:00", "Europe/Paris", "America/New_York", "2026-03-20 15:00-04:00"),
        ("2026-04-10 15:00", "Europe/Paris", "America/New_York", "2026-04-10 15:00-04:00"),
        ("2026-10-30 15:00", "Europe/Paris", "America/New_York", "2026-10-30 15:00-04:00"),
        # An hour that the new zone skips moves forward; one that it has twice is the first.
        ("2026-03-29 02:30", "Asia/Tokyo", "Europe/Paris", "2026-03-29 03:30+02:00"),
        ("2026-10-25 02:30", "Asia/Tokyo", "Europe/Paris", "2026-10-25 02:30+02:00"),
        ("2026-03-20 15:00", "Europe/Paris", "Europe/Paris", "2026-03-20 15:00+01:00"),
    ],
)
def test_the_local_hour_stays(start: str, zone: str, typed: str, expected: str) -> None:
    """Across clock changes of either zone."""
    assert zone_field.new_start(edited(start, zone, typed)) == datetime.fromisoformat(expected)


def test_the_moment_stays_if_that_is_chosen() -> None:
    """And if this machine does not know the old zone: its local hour is unknown then."""
    kept = edited("2026-03-20 15:00", "Europe/Paris", "Asia/Tokyo", keeps=True)
    assert zone_field.new_start(kept) == kept.read.start
    unknown = kept.model_copy(update={"read": kept.read.model_copy(update={"time_zone": "Mars/Base"})})
    assert zone_field.new_start(unknown.model_copy(update={"keeps_moment": False})) == kept.read.start
    as_shown = unknown.model_copy(update={"typed_zone": "Mars/Base"})
    assert (zone_field.chosen(as_shown), zone_field.problem(as_shown, None, NOW)) == ("Mars/Base", "")


def test_a_start_that_would_be_past_is_a_problem() -> None:
    """Unless the start is chosen, or its moment stays."""
    soon = edited("2026-03-01 10:00", "Europe/Paris", "Asia/Tokyo")
    now = datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert "is in the past. Choose a later start, too" in zone_field.problem(soon, None, now)
    assert zone_field.problem(soon, soon.read.start, now) == ""
    assert zone_field.problem(soon.model_copy(update={"keeps_moment": True}), None, now) == ""
    assert zone_field.problem(soon.model_copy(update={"typed_zone": " "}), None, now) == zone_field.HOW


@pytest.mark.parametrize(
    ("typed", "hours_later", "is_asked"),
    [
        ("Europe/Paris", 0, False),
        ("Asia/Tokyo", 0, True),
        ("tokyo", 0, True),
        ("tokyo", 1, False),
        ("Tok", 0, False),
        ("", 0, False),
    ],
)
def test_what_stays_is_asked_only_if_it_matters(typed: str, hours_later: int, *, is_asked: bool) -> None:
    """If another zone is known, and the start is left as shown."""
    form = edited("2026-03-20 15:00", "Europe/Paris", typed)
    start = int(form.read.start.timestamp()) + 3_600 * hours_later
    assert zone_field.asks_what_stays(form, start) is is_asked
    shown = zone_field.fields(form, start, {"time_zone": "z", "zone_keeps": "k"}, "a")
    assert [block["block_id"] for block in shown] == ["z", *(["k"] if is_asked else [])]
    assert not zone_field.asks_what_stays(None, start)
