"""Properties of parsing the arguments of `create`, for generated texts, dates and time zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from datetime import time as dt_time
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.commands.create_args import parse_create_args

NOW = datetime(2026, 3, 11, 13, 0, tzinfo=UTC)  # Wednesday, 14:00 in Berlin
LOCALES = [None, "", "en-US", "en-GB", "de-DE", "fr-FR", "es-LA", "it-IT", "pt-BR", "nl-NL", "ja-JP"]
MIXED = """
tomorrow next this in on at the of 3pm 15:00 10 2 may friday hours minutes week 2026-12-01 3/4 5th for 45m 1h30 and a
one noon tonight um 15 uhr morgen Freitag le à 15h demain mar 24/7 utc 9999-12-31 29 february - ( ) . “ für
"""
PIECES = MIXED.split()
WORDS = st.one_of(
    st.text(max_size=200), st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=16).map(" ".join)
)
FORMS = [
    "{0:%Y-%m-%d %H:%M}",
    "{0:%Y-%m-%dT%H:%M}",
    "{0:%d.%m.%Y %H:%M}",
    "{0:%d/%m/%Y} at {0:%H:%M}",
    "{0:%d %B %Y %H:%M}",
    "{0:%B %d, %Y at %I:%M %p}",
    "on {0:%A}, {0:%d %b %Y} {0:%I:%M%p}",
    "{0:%H:%M} {0:%d %b %Y}",
]


@settings(max_examples=100, deadline=None)
@given(words=WORDS, locale=st.sampled_from(LOCALES), zone=st.sampled_from(["UTC", "Asia/Kolkata", "Pacific/Apia"]))
def test_no_word_is_lost(words: str, locale: str | None, zone: str) -> None:
    """For any text: no exception, and every word is in the title or in the date and time."""
    found = parse_create_args(words, NOW, ZoneInfo(zone), locale)
    assert f"{found.title} {found.when}".split() == words.split()
    assert found.title in words
    assert bool(found.when) == (found.start is not None or found.duration is not None)
    assert found.start is None or found.start.tzinfo is UTC


@settings(deadline=None)
@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    clock=st.times(),
    weekday=st.integers(0, 6),
    modifier=st.sampled_from(["", "next ", "this "]),
    days=st.integers(1, 99),
)
def test_relative_days_follow_the_calendar(
    now: datetime, clock: dt_time, weekday: int, modifier: str, days: int
) -> None:
    """On any date, for times, weekdays, "tomorrow" and numbers of days."""
    clock = clock.replace(second=0, microsecond=0)
    today = datetime.combine(now, clock, UTC)
    ahead, ago = today + timedelta(days=100), today - timedelta(days=20)
    assume((ago.month, ago.day) != (2, 29))  # its next occurrence is not next year
    to_weekday = (weekday - now.weekday()) % 7 or (0 if modifier == "this " else 7)
    expected = {
        "": today if today >= now else today + timedelta(days=1),
        f"{modifier}{today + timedelta(days=to_weekday):%A} ": today + timedelta(days=to_weekday),
        "today ": today,
        "tomorrow ": today + timedelta(days=1),
        f"in {days} days at ": today + timedelta(days=days),
        f"{ahead:%d %B} ": ahead,
        f"{ago:%B %d} ": ago.replace(year=ago.year + 1),
        f"the {(today + timedelta(days=1)).day}th ": today + timedelta(days=1),
    }
    read = {words: parse_create_args(f"Demo {words}{clock:%H:%M}", now, ZoneInfo("UTC")).start for words in expected}
    assert read == expected


@settings(deadline=None)
@given(
    title=st.sampled_from(
        ["Launch day", "May Day planning", "Top 10", "Q&A", "Über uns", "24/7", "1:1", "Fine Art", ""]
    ),
    form=st.sampled_from(FORMS),
    zone=st.sampled_from(sorted(available_timezones() - {"localtime"})),
    instant=st.datetimes(datetime(2026, 3, 12), datetime(2036, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    length=st.sampled_from(["", " for 45m", " for 1h30"]),
)
def test_title_and_start_survive_a_round_trip(title: str, form: str, zone: str, instant: datetime, length: str) -> None:
    """For any title, any supported format and any time zone."""
    instant = instant.replace(second=0, microsecond=0)
    local = instant.astimezone(ZoneInfo(zone))
    assume(not local.fold)  # a time that occurs twice means the first
    words = f"{title} {form.format(local)}{length}"
    found = parse_create_args(words, NOW, ZoneInfo(zone), "en-GB")
    assert (found.title, found.start) == (title, instant)
