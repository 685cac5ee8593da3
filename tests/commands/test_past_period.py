"""Periods of past webinars: the documented ones, their families, and what is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.list_args import List, parse_list
from bot.commands.past_period import Period, parse_past_period, split_past_period
from tests.support.docs_tables import table
from tests.support.rows import each_row

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 13, 0, tzinfo=UTC)  # Wednesday, 14:00 in Berlin
DAY = timedelta(days=1)


def parsed(text: str, now: datetime = NOW, zone: ZoneInfo = BERLIN) -> Period | None:
    """The period as a user in this zone means it."""
    return parse_past_period(text, now, zone)


def days(found: Period | None, zone: ZoneInfo = BERLIN) -> tuple[str, str] | None:
    """Its first and last day."""
    if found is None:
        return None
    moments = (found.begin.astimezone(zone), found.end.astimezone(zone) - timedelta(microseconds=1))
    first, last = (f"{each:%b} {each.day}, {each.year}" for each in moments)
    return first, last


@each_row(("typed", "label", "first", "last", "compared"), table("commands.md", "typed after `list past`"))
def test_documented_periods_have_their_days(typed: str, label: str, first: str, last: str, compared: str) -> None:
    """Each example of docs/commands.md."""
    found = parsed(typed)
    assert found is not None
    assert (found.label, days(found), found.earlier_label) == (label, (first, last), compared)


def test_documentation_has_its_table() -> None:
    """The table above exists, so that the test that reads it is not empty."""
    assert len(table("commands.md", "typed after `list past`")) == 11


@each_row(
    ("typed", "first", "last"),
    [
        ("THIS  Quarter.", "Jan 1, 2026", "Mar 31, 2026"),
        ("the current month", "Mar 1, 2026", "Mar 31, 2026"),
        ("quarter", "Oct 1, 2025", "Dec 31, 2025"),
        ("in the previous quarter", "Oct 1, 2025", "Dec 31, 2025"),
        ("last week", "Mar 2, 2026", "Mar 8, 2026"),
        ("past year", "Jan 1, 2025", "Dec 31, 2025"),
        ("year to date", "Jan 1, 2026", "Dec 31, 2026"),
        ("90 days", "Dec 12, 2025", "Mar 11, 2026"),
        ("90d", "Dec 12, 2025", "Mar 11, 2026"),
        ("the last three months", "Dec 12, 2025", "Mar 11, 2026"),
        ("last 2 quarters", "Sep 12, 2025", "Mar 11, 2026"),
        ("Q3 2024", "Jul 1, 2024", "Sep 30, 2024"),
        ("2024-Q3", "Jul 1, 2024", "Sep 30, 2024"),
        ("third quarter of 2024", "Jul 1, 2024", "Sep 30, 2024"),
        ("Q1", "Jan 1, 2026", "Mar 31, 2026"),
        ("H1", "Jan 1, 2026", "Jun 30, 2026"),
        ("Sept. 2025", "Sep 1, 2025", "Sep 30, 2025"),
        ("in April", "Apr 1, 2025", "Apr 30, 2025"),
        ("2024-02", "Feb 1, 2024", "Feb 29, 2024"),
        ("2/2024", "Feb 1, 2024", "Feb 29, 2024"),
        ("14 Feb", "Feb 14, 2026", "Feb 14, 2026"),
        ("February 14th, 2025", "Feb 14, 2025", "Feb 14, 2025"),
        ("29 Feb", "Feb 29, 2024", "Feb 29, 2024"),
        ("last Friday", "Mar 6, 2026", "Mar 6, 2026"),
        ("since last Monday", "Mar 9, 2026", "Mar 11, 2026"),
        ("since 2025", "Jan 1, 2025", "Mar 11, 2026"),
        ("since 1 December until today", "Dec 1, 2025", "Mar 11, 2026"),
        ("between 1 Jan and 15 Feb", "Jan 1, 2026", "Feb 15, 2026"),
        ("2024-2025", "Jan 1, 2024", "Dec 31, 2025"),
    ],
)
def test_periods_are_read_as_people_write_them(typed: str, first: str, last: str) -> None:
    """Other spellings of each kind of period."""
    assert days(parsed(typed)) == (first, last)


@each_row(
    ("typed",),
    [(text,) for text in ("", "kubernetes", "march madness", "feb 30", "Q5", "last 0 days", "last 99999 days", "m",
                          "since next week", "since April 2030", "a to b", "1850", "2026-13", "may to")],
)  # fmt: skip
def test_other_words_are_no_period(typed: str) -> None:
    """Words of a title, dates that do not exist, and what has not begun."""
    assert parsed(typed) is None


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([row[0] for row in table("commands.md", "typed after `list past`")]),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zone is given
    st.sampled_from(["America/Los_Angeles", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia"]),
)
def test_periods_are_whole_days_of_the_user(typed: str, now: datetime, zone_name: str) -> None:
    """Also across clock changes; the period before ends where the period begins."""
    zone = ZoneInfo(zone_name)
    found = parsed(typed, now, zone)
    assert found is not None
    for moment in (found.begin, found.end, found.earlier_begin):
        assert (moment.astimezone(zone).hour, moment.astimezone(zone).minute) == (0, 0)
    assert found.earlier_begin < found.begin < found.end


def test_week_begins_on_sunday_where_calendars_do() -> None:
    """On a Wednesday, in American English."""
    found = parse_past_period("last week", NOW, BERLIN, sunday_first=True)
    assert days(found) == ("Mar 1, 2026", "Mar 7, 2026")


def test_period_is_found_before_and_after_words() -> None:
    """The longest period first."""
    for text, rest in (("kubernetes last month", "kubernetes"), ("last month kubernetes", "kubernetes")):
        period, words = next(split_past_period(text, NOW, BERLIN))
        assert (period.label, words) == ("Last month", rest)
    assert list(split_past_period("kubernetes for beginners", NOW, BERLIN)) == []


@each_row(
    ("typed", "expected"),
    [
        ("past", List("past")),
        ("past this quarter", List("past", "this quarter")),
        ('past "2026"', List("past", "2026", quoted=True)),
        ("last month", List("past", "last month")),
        ("last 90 days", List("past", "last 90 days")),
        ("since March", List("past", "since March")),
        ("since 2026-01-01", List("past", "since 2026-01-01")),
        ("yesterday", List("past", "yesterday")),
        ("last chance to register", List("coming", "last chance to register")),
        ("since we met", List("coming", "since we met")),
        ('"last month"', List("coming", "last month", quoted=True)),
        ("march", List("coming", "march")),
    ],
)
def test_list_of_a_past_period_needs_no_past(typed: str, expected: List) -> None:
    """If the words can mean nothing else; and the text of a list is parsed as the same list."""
    assert parse_list(typed) == expected
    assert parse_list(expected.text) == expected
