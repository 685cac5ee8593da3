"""Shifts of time as they are typed after `/webinar move`: from now, or from the webinar's own start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.shifts import MAX_CHARACTERS, Shift, parse_shift
from tests.support.command_samples import COMMAND_TEXTS

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

FROM_NOW = {
    # English
    "in 5 days": Shift(days=5),
    "In 5 Days.": Shift(days=5),
    "in 2 weeks": Shift(days=14),
    "in two weeks": Shift(days=14),
    "in a week": Shift(days=7),
    "in a fortnight": Shift(days=14),
    "in one month": Shift(months=1),
    "in 5d": Shift(days=5),
    "in 1 week and 2 days": Shift(days=9),
    "in twelve days from now": Shift(days=12),
    "5 days from now": Shift(days=5),
    "two weeks from today": Shift(days=14),
    "in an hour": Shift(elapsed=HOUR),
    "in half an hour": Shift(elapsed=30 * MINUTE),
    "in 90 minutes": Shift(elapsed=90 * MINUTE),
    "in 1½ hours": Shift(elapsed=90 * MINUTE),
    "in 1 day 2 hours": Shift(days=1, elapsed=2 * HOUR),
    # German
    "in 5 Tagen": Shift(days=5),
    "in zwei Wochen": Shift(days=14),
    "in einer Woche": Shift(days=7),
    "in einem Monat": Shift(months=1),
    "in einer halben Stunde": Shift(elapsed=30 * MINUTE),
    "in 2 Stunden und 15 Minuten": Shift(elapsed=135 * MINUTE),
    # Spanish
    "en 5 días": Shift(days=5),
    "en 5 dias": Shift(days=5),
    "dentro de dos semanas": Shift(days=14),
    "en un mes": Shift(months=1),
    "en una hora": Shift(elapsed=HOUR),
    "en hora y media": Shift(elapsed=90 * MINUTE),
    # French, Italian, Portuguese, Dutch
    "dans 5 jours": Shift(days=5),
    "d'ici une semaine": Shift(days=7),
    "tra due settimane": Shift(days=14),
    "fra un'ora": Shift(elapsed=HOUR),
    "daqui a três dias": Shift(days=3),
    "em 2 semanas": Shift(days=14),
    "over 5 dagen": Shift(days=5),
    "over een uur": Shift(elapsed=HOUR),
}

FROM_START = {
    # English
    "5 days later": Shift(days=5),
    "a week later": Shift(days=7),
    "two weeks later": Shift(days=14),
    "by 2 weeks later": Shift(days=14),
    "a month later": Shift(months=1),
    "+3 days": Shift(days=3),
    "+ 3 days": Shift(days=3),
    "+3d": Shift(days=3),
    "+1w": Shift(days=7),
    "+2h": Shift(elapsed=2 * HOUR),
    "+2h30m": Shift(elapsed=150 * MINUTE),
    "+3 days later": Shift(days=3),
    "-1 day": Shift(days=-1),
    "−1 day": Shift(days=-1),
    "–90m": Shift(elapsed=-90 * MINUTE),
    "an hour earlier": Shift(elapsed=-HOUR),
    "2 hours later": Shift(elapsed=2 * HOUR),
    "half an hour later": Shift(elapsed=30 * MINUTE),
    "half an hour earlier": Shift(elapsed=-30 * MINUTE),
    "an hour and a half later": Shift(elapsed=90 * MINUTE),
    "15 min earlier": Shift(elapsed=-15 * MINUTE),
    "two days sooner": Shift(days=-2),
    "1 day 2 hours later": Shift(days=1, elapsed=2 * HOUR),
    # German
    "5 Tage später": Shift(days=5),
    "eine Woche spaeter": Shift(days=7),
    "um zwei Stunden später": Shift(elapsed=2 * HOUR),
    "eine Stunde früher": Shift(elapsed=-HOUR),
    "eine halbe Stunde früher": Shift(elapsed=-30 * MINUTE),
    "anderthalb Stunden später": Shift(elapsed=90 * MINUTE),
    "+3 Tage": Shift(days=3),
    # Spanish
    "5 días después": Shift(days=5),
    "5 días más tarde": Shift(days=5),
    "una semana despues": Shift(days=7),
    "una hora antes": Shift(elapsed=-HOUR),
    "media hora antes": Shift(elapsed=-30 * MINUTE),
    "dos horas mas tarde": Shift(elapsed=2 * HOUR),
    "+3 días": Shift(days=3),
    # French, Italian, Portuguese, Dutch
    "5 jours plus tard": Shift(days=5),
    "une heure plus tôt": Shift(elapsed=-HOUR),
    "un'ora prima": Shift(elapsed=-HOUR),
    "due settimane dopo": Shift(days=14),
    "uma semana depois": Shift(days=7),
    "uma hora mais cedo": Shift(elapsed=-HOUR),
    "een week later": Shift(days=7),
    "een uur eerder": Shift(elapsed=-HOUR),
}

NONE = [
    "", "in", "later", "days later", "in days", "in 5", "5 days", "a week", "+30", "+", "half a day later",
    "+1.5 weeks",
    "in 5 days 3 days", "in 99999 days", "5 days later tomorrow", "in 5 days at 3pm", "by an hour", "launch in 5 days",
    "x" * (MAX_CHARACTERS + 1), "in fünf days", "in 5 jours", "next week", "tomorrow",
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FROM_NOW.items())
def test_in_counts_from_now(text: str, expected: Shift) -> None:
    """Numbers in figures and in words, in seven languages."""
    now = Shift(expected.months, expected.days, expected.elapsed, is_from_now=True)
    assert parse_shift(text) == now


@pytest.mark.parametrize(("text", "expected"), FROM_START.items())
def test_later_and_earlier_count_from_the_start(text: str, expected: Shift) -> None:
    """So do signs."""
    assert parse_shift(text) == expected


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_shift(text: str) -> None:
    """Without a direction, without a unit, with a part of a day, or with anything else."""
    assert parse_shift(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 weeks later", "2026-04-03 15:00"),  # the clocks went forward on March 29
        ("5 days earlier", "2026-03-15 15:00"),
        ("a month later", "2026-04-20 15:00"),
        ("2 hours later", "2026-03-20 17:00"),
        ("an hour earlier", "2026-03-20 14:00"),
        ("1 day 2 hours later", "2026-03-21 17:00"),
        ("in 5 days", "2026-03-16 15:00"),
        ("in three weeks", "2026-04-01 15:00"),
        ("in 2 hours", "2026-03-11 16:01"),  # a whole minute
        ("in 1 day 2 hours", "2026-03-12 16:01"),
    ],
)
def test_the_new_start(text: str, expected: str) -> None:
    """On March 11 at 14:00:30 in Berlin, of a webinar on March 20 at 15:00 there."""
    start, now = _at("2026-03-20 15:00", BERLIN), _at("2026-03-11 14:00:30", BERLIN)
    shift = parse_shift(text)
    assert shift
    assert shift.start(start, BERLIN, now, BERLIN) == _at(expected, BERLIN)


def test_the_day_is_the_users_and_the_hour_the_webinars() -> None:
    """In New York it is still the 11th: five days later, a webinar at 9:00 in Berlin begins on their 16th at 4:00."""
    start = _at("2026-03-20 09:00", BERLIN)
    now = _at("2026-03-11 21:00", NEW_YORK)  # the 12th in Berlin

    found = Shift(days=5, is_from_now=True).start(start, BERLIN, now, NEW_YORK)

    assert found.astimezone(BERLIN) == _at("2026-03-16 09:00", BERLIN)
    assert found.astimezone(NEW_YORK) == _at("2026-03-16 04:00", NEW_YORK)


@pytest.mark.parametrize(
    ("start", "shift", "expected"),
    [
        ("2026-03-28 02:30", Shift(days=1), "2026-03-29 03:30"),  # the clocks skip it
        ("2026-10-24 02:30", Shift(days=1), "2026-10-25 02:30"),  # the first of two
        ("2026-01-31 10:00", Shift(months=1), "2026-02-28 10:00"),
        ("2026-03-31 10:00", Shift(months=-1), "2026-02-28 10:00"),
        ("2026-12-15 10:00", Shift(months=1), "2027-01-15 10:00"),
        ("2026-01-15 10:00", Shift(months=-1), "2025-12-15 10:00"),
    ],
)
def test_clock_changes_and_ends_of_months(start: str, shift: Shift, expected: str) -> None:
    """In Berlin."""
    moment = _at(start, BERLIN)
    assert shift.start(moment, BERLIN, moment, BERLIN) == _at(expected, BERLIN)


@given(st.integers(0, 500), st.integers(-3000, 3000), st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("Asia/Kolkata")]))
@settings(deadline=None)
def test_days_keep_the_local_hour(at: int, days: int, zone: ZoneInfo) -> None:
    """Over any clock change, outside of the skipped hour; there and back is where it was."""
    start = _at("2026-01-01 13:45", zone) + timedelta(days=at)
    wall = start.astimezone(zone).replace(tzinfo=None)

    moved = Shift(days=days).start(start, zone, start, zone)

    assert moved.astimezone(zone).replace(tzinfo=None) == wall + timedelta(days=days)
    assert Shift(days=-days).start(moved, zone, moved, zone) == start


DAYS = ["days", "Tage", "jours", "días", "giorni", "dias", "dagen"]
LATER = ["later", "später", "plus tard", "después", "dopo", "depois", "later"]
EARLIER = ["earlier", "früher", "plus tôt", "antes", "prima", "antes", "eerder"]
WORDS = list(zip(DAYS, LATER, EARLIER, strict=True))


@given(st.sampled_from(WORDS), st.integers(1, 900))
@settings(deadline=None)
def test_later_and_earlier_differ_by_their_sign(words: tuple[str, str, str], days: int) -> None:
    """For every language and number."""
    unit, later, earlier = words
    assert parse_shift(f"{days} {unit} {later}") == Shift(days=days) == parse_shift(f"+{days} {unit}")
    assert parse_shift(f"{days} {unit} {earlier}") == Shift(days=-days) == parse_shift(f"-{days} {unit}")


@given(COMMAND_TEXTS)
@settings(deadline=None)
def test_any_text_is_parsed(text: str) -> None:
    """Nothing that can be typed raises, and each shift has a new start."""
    shift = parse_shift(text)
    if shift:
        start = shift.start(_at("2026-03-20 15:00", BERLIN), BERLIN, _at("2026-03-11 14:00", BERLIN), BERLIN)
        assert 2010 < start.year < 2040


def _at(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
