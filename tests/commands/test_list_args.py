"""The days and weeks of `list`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.commands.list_args import KINDS, parse_list, period
from tests.support.docs_tables import table
from tests.support.rows import each_row

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 13, 0, tzinfo=UTC)  # Wednesday, 14:00 in Berlin
DAY = timedelta(days=1)


def dates(typed: str, now: datetime = NOW, zone: ZoneInfo = BERLIN, locale: str = "de-DE") -> tuple[str, str] | None:
    """The first and the last day of a list, in the format of the documentation."""
    found = period(parse_list(typed).which, now, zone, locale)
    if not found:
        return None
    first, last = found[0].astimezone(zone), found[1].astimezone(zone) - timedelta(microseconds=1)
    return f"{first:%a} {first.day} {first:%b %Y}", f"{last:%a} {last.day} {last:%b %Y}"


@each_row(("typed", "first", "last"), table("commands.md", "typed after `list`"))
def test_documented_lists_have_their_days(typed: str, first: str, last: str) -> None:
    """Each example of docs/commands.md."""
    assert dates(typed) == (first, last)


def test_documentation_has_its_table() -> None:
    """The table above exists, so that the test that reads it is not empty."""
    assert len(table("commands.md", "typed after `list`")) == 4


def test_other_lists_have_no_days() -> None:
    """Also if they look like one."""
    assert [dates(typed) for typed in ("", "upcoming", "mine", "past", "this", "next", "today's news")] == [None] * 7


def test_every_kind_is_parsed_as_itself() -> None:
    """A button's value is parsed like a typed command."""
    assert [parse_list(f"{kind} budget").which for kind in KINDS] == list(KINDS)


def test_days_are_those_of_the_users_time_zone() -> None:
    """Half an hour before midnight in UTC it is tomorrow in Tokyo."""
    late = datetime(2026, 3, 15, 23, 30, tzinfo=UTC)
    days = {name: dates("today", late, ZoneInfo(name)) for name in ("UTC", "Asia/Tokyo")}
    assert days == {"UTC": ("Sun 15 Mar 2026",) * 2, "Asia/Tokyo": ("Mon 16 Mar 2026",) * 2}
    assert dates("this week", late, ZoneInfo("Asia/Tokyo")) == ("Mon 16 Mar 2026", "Sun 22 Mar 2026")


def test_week_begins_on_sunday_where_calendars_do() -> None:
    """In American English; on a Sunday and on a Saturday."""
    for day, week in ((15, ("Sun 15 Mar 2026", "Sat 21 Mar 2026")), (14, ("Sun 8 Mar 2026", "Sat 14 Mar 2026"))):
        now = datetime(2026, 3, day, 12, tzinfo=UTC)
        assert dates("this week", now, BERLIN, "en-US") == week
    assert dates("next week", datetime(2026, 3, 15, 12, tzinfo=UTC), BERLIN, "en-GB") == (
        "Mon 16 Mar 2026",
        "Sun 22 Mar 2026",
    )


def test_days_with_a_clock_change_are_whole() -> None:
    """29 March has 23 hours in Berlin."""
    found = period("today", datetime(2026, 3, 29, 12, tzinfo=UTC), BERLIN)
    assert found is not None
    assert found[1] - found[0] == timedelta(hours=23)
