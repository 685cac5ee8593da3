"""Parse the arguments of `create`: title, start and length."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.commands.create_args import CreateArgs, parse_create_args
from bot.commands.lengths import length_text
from tests.support.docs_tables import table
from tests.support.rows import each_row

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 13, 0, tzinfo=UTC)  # Wednesday, 14:00 in Berlin
TITLES = """
Budget 2027|May|May Day|March madness|Sunday Brunch|Second Sunday|Black Friday|Cyber Monday|Now and then|Act now
Top 10 tips|Top 10|Webinar 101|1:1 coaching|Coaching 1:1|24/7 support|Support 24/7|Yoga for everyone|Plan for 2027
Dinner for 2|Café de midi
Saturday Night|Sunday Morning|High Noon|See You Next Friday|Banking Tomorrow|Leaders of tomorrow|Fit for tomorrow
SQL in 60 Minutes|Learn Python in 30 days|Around the world in 80 days|Get certified In 2 Hours|Version 2.0|Release 3.5
Part 2|Part 1/3|Season 1/2|50/50|9/11|Windows 11|Area 51|Ocean's 11|Catch 22|Q3 2026|Q3|FY 25/26|Formula 1|Agenda 2030
MMXXVI|Budget May 2027|Trends in May|The future|Today|Marketing today|Good morning|Guten Morgen|Second to none|One
Working 9-5|Level 3-4|Covid-19|Workshop 2h|Ask me anything|Roadmap H2|Fine Art|Meet the team|What a day|What a May
Monday|friday|at|on|the|in|for|for 45|for 1:30|Prep for 1:1|"Ends tomorrow 3pm"|“Tomorrow 3pm”|Open until 3pm
Every friday 3pm|Launch last friday 3pm|Launch yesterday 3pm|Launch 31/02 9am
Launch the 32nd at 3pm|Launch 25:00|Launch 3:75|Half past 3pm|Aspect ratio 16:9|1484823450
Überblick|全体会議|🎉 Party|C++ & Rust|- – —|...|O'Reilly's 7|v1.2.3|10.0.0.1|Route 66|Seven|Mar|Sat|Sun|Dec|Jan
Launch today|Launch next week|Launch in 2 days|Launch friday afternoon|Trends in May 3pm|What a May 2pm
Launch midday mix|Launch 29/02/2027 9am|Launch soon|Launch ASAP
""".strip()


def parse_at(words: str, locale: str | None = None, now: datetime = NOW, zone: ZoneInfo = BERLIN) -> tuple[str, str]:
    """The title and the start in the user's time zone."""
    found = parse_create_args(words, now, zone, locale)
    return found.title, as_documented(found.start, zone)


def as_documented(start: datetime | None, zone: ZoneInfo = BERLIN) -> str:
    """A start in the format of the documentation."""
    local = start and start.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}" if local else ""


@each_row(("typed", "title", "starts", "length"), table("commands.md", "typed after `create`"))
def test_documented_arguments_are_parsed(typed: str, title: str, starts: str, length: str) -> None:
    """Each example of docs/commands.md."""
    found = parse_create_args(typed, NOW, BERLIN)
    assert (found.title, as_documented(found.start)) == (title, starts)
    assert (length_text(found.duration) if found.duration else "") == length


@each_row(("rule", "typed", "starts"), table("commands.md", "rule"))
def test_documented_rules_hold(rule: str, typed: str, starts: str) -> None:
    """Each rule of docs/commands.md, with and without a title before it."""
    assert parse_at(typed) == ("", starts)
    assert parse_at(f"Launch day {typed}") == ("Launch day", starts)


@each_row(("locale", "typed", "title", "starts"), table("commands.md", "Slack's language"))
def test_documented_languages_are_parsed(locale: str, typed: str, title: str, starts: str) -> None:
    """Each foreign example of docs/commands.md, for users of that language."""
    assert parse_at(typed, locale) == (title, starts)


def test_documentation_has_its_tables() -> None:
    """The tables above exist, so that the tests that read them are not empty."""
    rows = [len(table("commands.md", first)) for first in ("typed after `create`", "rule", "Slack's language")]
    assert rows == [27, 10, 21]


@each_row("title", [title for line in TITLES.splitlines() for title in line.split("|")])
@each_row("locale", [None, "en-US", "de-DE", "fr-FR"])
def test_title_without_a_start_stays_unchanged(title: str, locale: str | None) -> None:
    """Also if it looks like a date or a time."""
    assert parse_create_args(title, NOW, BERLIN, locale) == CreateArgs(title, None, None, "")


@each_row("title", ["May Day", "Second Sunday", "Top 10", "24/7", "1:1", "Budget 2027", "Part 2", "Q3"])
@each_row(
    ("when", "starts"),
    [
        ("tomorrow 3pm", "Thu 12 Mar 2026 15:00"),
        ("next tue 3pm", "Tue 17 Mar 2026 15:00"),
        ("friday at 10", "Fri 13 Mar 2026 10:00"),
        ("2026-12-01 15:00", "Tue 1 Dec 2026 15:00"),
        ("- Dec 1st, 3pm!", "Tue 1 Dec 2026 15:00"),
        ("in 3 days at 9am", "Sat 14 Mar 2026 09:00"),
    ],
)
def test_title_that_looks_like_a_time_is_kept_before_a_start(title: str, when: str, starts: str) -> None:
    """The longest run that is a date and time does not include words of the title."""
    assert parse_at(f"{title} {when}") == (title, starts)


@each_row(
    ("words", "starts"),
    [
        ("3pm tomorrow", "Thu 12 Mar 2026 15:00"),
        ("at 3pm on friday", "Fri 13 Mar 2026 15:00"),
        ("@3pm", "Wed 11 Mar 2026 15:00"),
        ("３ｐｍ", "Wed 11 Mar 2026 15:00"),
        ("3 o'clock", "Wed 11 Mar 2026 15:00"),
        ("tomorrow 15h30", "Thu 12 Mar 2026 15:30"),
        ("tomorrow 3.30pm", "Thu 12 Mar 2026 15:30"),
        ("tomorrow 12 am", "Thu 12 Mar 2026 00:00"),
        ("tomorrow 12 pm", "Thu 12 Mar 2026 12:00"),
        ("tomorrow at midnight", "Thu 12 Mar 2026 00:00"),
        ("tomorrow morning at 5", "Thu 12 Mar 2026 05:00"),
        ("tomorrow evening at 7", "Thu 12 Mar 2026 19:00"),
        ("(tomorrow, 3pm)", "Thu 12 Mar 2026 15:00"),
        ("day after tomorrow 9am", "Fri 13 Mar 2026 09:00"),
        ("in an hour", "Wed 11 Mar 2026 15:00"),
        ("in 1 hour 30 minutes", "Wed 11 Mar 2026 15:30"),
        ("in 45m", "Wed 11 Mar 2026 14:45"),
        ("thurs 3pm", "Thu 12 Mar 2026 15:00"),
        ("Friday the 13th 8pm", "Fri 13 Mar 2026 20:00"),
        ("the 1st 9am", "Wed 1 Apr 2026 09:00"),
        ("the 11th 9am", "Sat 11 Apr 2026 09:00"),
        ("29 February 9am", "Tue 29 Feb 2028 09:00"),
        ("1.4. 15:00", "Wed 1 Apr 2026 15:00"),
        ("12/25 15:00", "Fri 25 Dec 2026 15:00"),
        ("1.12.26 15:00", "Tue 1 Dec 2026 15:00"),
        ("2026/12/01 3pm", "Tue 1 Dec 2026 15:00"),
        ("2026-12-01T15:00:00Z", "Tue 1 Dec 2026 16:00"),
        ("2026-12-01T15:00", "Tue 1 Dec 2026 15:00"),
        ("next friday", "Fri 13 Mar 2026 10:00"),
        ("on Friday", "Fri 13 Mar 2026 10:00"),
        ("Dec 25 2020 9am", "Fri 25 Dec 2020 09:00"),
    ],
)
def test_other_spellings_of_a_start_are_parsed(words: str, starts: str) -> None:
    """Common spellings that the documentation does not list."""
    assert parse_at(f"Launch {words}") == ("Launch", starts)


def test_number_before_a_time_is_not_a_day() -> None:
    """Only an ordinal is a day."""
    assert parse_at("Part 2 3pm") == ("Part 2", "Wed 11 Mar 2026 15:00")
    assert parse_at("Part 2nd 3pm") == ("Part", "Thu 2 Apr 2026 15:00")


def test_weekday_in_a_name_before_a_date_stays_in_the_title() -> None:
    """The date counts, also if it is another weekday."""
    assert parse_at("Cyber Monday December 1 3pm") == ("Cyber Monday", "Tue 1 Dec 2026 15:00")


def test_month_and_day_follow_the_locale() -> None:
    """3/4 is 3 April, except in American English. A date that is valid in one order only is read in that order."""
    days = {locale: parse_at("Demo 3/4/2027 3pm", locale)[1] for locale in (None, "en-GB", "de-DE", "en-US")}
    british, american = "Sat 3 Apr 2027 15:00", "Thu 4 Mar 2027 15:00"
    assert days == {None: british, "en-GB": british, "de-DE": british, "en-US": american}
    assert parse_at("Demo 25/12 3pm", "en-US")[1] == parse_at("Demo 12/25 3pm", "de-DE")[1] == "Fri 25 Dec 2026 15:00"


def test_foreign_words_are_parsed_only_for_users_of_that_language() -> None:
    """German "so" is a Sunday for German users and a plain word for all others."""
    assert parse_at("Und so 15:00", "de-DE") == ("Und", "Sun 15 Mar 2026 15:00")
    assert parse_at("And so 15:00", "en-US") == ("And so", "Wed 11 Mar 2026 15:00")


def test_tomorrow_depends_on_the_users_time_zone() -> None:
    """Not on UTC."""
    late = datetime(2026, 3, 11, 23, 30, tzinfo=UTC)
    zones = {
        name: parse_at("tomorrow 9am", now=late, zone=ZoneInfo(name))[1] for name in ("Asia/Tokyo", "America/Lima")
    }
    assert zones == {"Asia/Tokyo": "Fri 13 Mar 2026 09:00", "America/Lima": "Thu 12 Mar 2026 09:00"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Demo 2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # skipped: 03:30 summer time
        ("Demo 2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # occurs twice: the first
    ],
)
def test_daylight_saving_gap_and_fold(words: str, expected: datetime) -> None:
    """A time in the gap moves forward by the gap; of one that occurs twice, the first is used."""
    assert parse_create_args(words, NOW, BERLIN).start == expected


def test_hours_from_now_ignore_daylight_saving_changes() -> None:
    """ "In 2 hours" is two hours later, rounded up to a minute."""
    before = datetime(2026, 3, 28, 23, 59, 30, tzinfo=UTC)
    assert parse_create_args("Demo in 2 hours", before, BERLIN).start == datetime(2026, 3, 29, 2, 0, tzinfo=UTC)


@each_row(
    ("words", "title", "minutes"),
    [
        ("Launch tomorrow 3pm for 45m", "Launch", 45),
        ("Launch for 1h30 tomorrow 3pm", "Launch", 90),
        ("Launch tomorrow 3pm for 1 hour.", "Launch", 60),
        ("Launch tomorrow 3pm for 90 minutes", "Launch", 90),
        ("Launch tomorrow 3pm FOR 2h", "Launch", 120),
        ("Launch tomorrow 3pm for half an hour", "Launch", 30),
        ("Launch tomorrow 3pm for 1 hour and 30 minutes", "Launch", 90),
        ("Yoga for 45 minutes", "Yoga", 45),
        ("Tea for two tomorrow 3pm for 45m", "Tea for two", 45),
    ],
)
def test_length_after_for_is_split_off(words: str, title: str, minutes: int) -> None:
    """At the end, or before the start."""
    found = parse_create_args(words, NOW, BERLIN)
    assert (found.title, found.duration) == (title, timedelta(minutes=minutes))
