"""What follows `/webinar move`: a webinar, and its new start and length."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from bot.commands.move_args import NewTime, parse_move_args, parse_new_time
from bot.model.webinar import Webinar
from tests.support.command_samples import COMMAND_TEXTS
from tests.support.webinar_samples import webinar

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 13, tzinfo=UTC)
NAMED = [
    webinar(session_id=str(number), title=title, start=NOW + timedelta(days=number))
    for number, title in enumerate(["Launch day", "Budget 2027", "Moving to Friday", "Plan for tomorrow 3pm"], 1)
]


def berlin(text: str) -> datetime:
    """A time in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


MINUTES = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("words", "which", "start", "length"),
    [
        ("launch day next tue 3pm", "launch day", "2026-03-17 15:00", None),
        ("launch day to next tue 3pm", "launch day", "2026-03-17 15:00", None),
        ('"Launch day" tomorrow 3pm', "Launch day", "2026-03-12 15:00", None),
        ('"Launch day" to tomorrow 3pm', "Launch day", "2026-03-12 15:00", None),
        ("next friday 10:30", "", "2026-03-13 10:30", None),
        ("1 2026-03-20 16:00", "1", "2026-03-20 16:00", None),
        ("launch 3-4pm tomorrow", "launch", "2026-03-12 15:00", 60),
        ("launch tomorrow 3pm for 90m", "launch", "2026-03-12 15:00", 90),
        ("launch 3pm UTC-5 tomorrow", "launch", "2026-03-12 21:00", None),
        ("budget 2027 tomorrow 1530", "budget 2027", "2026-03-12 15:30", None),
        ("launch for 90m", "launch", None, 90),
        # A title that ends with a time, or with "to".
        ("plan for tomorrow 3pm", "plan for tomorrow 3pm", None, None),
        ("moving to friday", "moving to friday", None, None),
        ("launch day", "launch day", None, None),
        ("", "", None, None),
    ],
)
def test_webinar_and_new_time(words: str, which: str, start: str | None, length: int | None) -> None:
    """The time is parsed as after `create`; a complete title is a title."""
    args = parse_move_args(words, NAMED, NOW, BERLIN)

    expected = NewTime(berlin(start) if start else None, length * MINUTES if length else None)
    assert (args.which.text, args.time) == (which, expected)


@pytest.mark.parametrize(
    ("words", "which", "when", "start", "length"),
    [
        ("launch day in 5 days", "launch day", "in 5 days", "2026-03-16 09:00", None),
        ("launch in two weeks for 90m", "launch", "in two weeks for 90m", "2026-03-25 09:00", 90),
        ('"Launch day" to +3 days', "Launch day", "+3 days", "2026-03-15 09:00", None),
        ("budget 2027 to 5 days later", "budget 2027", "5 days later", "2026-03-18 09:00", None),
        ("budget 2027 a week later", "budget 2027", "a week later", "2026-03-20 09:00", None),
        ("launch an hour earlier", "launch", "an hour earlier", "2026-03-12 08:00", None),
        ("launch 2 hours later for 2h", "launch", "2 hours later for 2h", "2026-03-12 11:00", 120),
        ("launch eine Woche später", "launch", "eine Woche später", "2026-03-19 09:00", None),
        ("launch dentro de dos semanas", "launch", "dentro de dos semanas", "2026-03-25 09:00", None),
        ("plan for tomorrow 3pm 2 days later", "plan for tomorrow 3pm", "2 days later", "2026-03-17 09:00", None),
        ("in 5 days", "", "in 5 days", "2026-03-16 09:00", None),
    ],
)
def test_a_shift_of_the_time(words: str, which: str, when: str, start: str, length: int | None) -> None:
    """It becomes a start once the webinar is known; the picker's buttons carry it, too."""
    args = parse_move_args(words, NAMED, NOW, BERLIN)

    assert (args.which.text, args.when) == (which, when)
    assert parse_new_time(args.when, NOW, BERLIN) == args.time
    known = next((one for one in NAMED if one.title.casefold().startswith(which.casefold())), NAMED[0])
    day = known.start.astimezone(BERLIN).replace(hour=9, minute=0)
    moved = args.time.of(day, "Europe/Berlin", NOW, BERLIN)
    assert moved == NewTime(berlin(start), length * MINUTES if length else None)


@pytest.mark.parametrize(
    ("words", "which", "when", "note"),
    [
        ("launch day 3ish tomorrow", "launch day", "3ish tomorrow", "“3ish” was not understood as the time of"),
        ("launch tommorow 3pm", "launch", "tommorow 3pm", "Did you mean tomorrow by “tommorow”?"),
        ("launch day Feb 30 3pm", "launch day", "Feb 30 3pm", "There is no February 30."),
        ("launch day 25:00 tomorrow", "launch day", "25:00 tomorrow", "25:00 is not a time."),
        ("launch day sometime soon", "launch day", "sometime soon", "“sometime soon” was not understood"),
        ("launch day by an hour", "launch day", "by an hour", "“by an hour” was not understood"),
        ('"Launch day" whenever', "Launch day", "whenever", "“whenever” was not understood"),
        ("garden 3ish tomorrow", "garden 3ish tomorrow", "", ""),
    ],
)
def test_an_unclear_time_is_kept_with_the_reason(words: str, which: str, when: str, note: str) -> None:
    """The longest beginning that matches a webinar names it; nothing that was typed is lost."""
    args = parse_move_args(words, NAMED, NOW, BERLIN)

    assert (args.which.text, args.when) == (which, when)
    assert args.time.note.startswith(note)
    assert (args.time.start, args.time.length) == (None, None)


def test_what_a_button_carries_is_parsed_alike() -> None:
    """The picker's buttons carry the typed time."""
    for words in ("launch to next tue 3pm", "launch 3ish tomorrow", "launch for 90m"):
        args = parse_move_args(words, NAMED, NOW, BERLIN)
        assert parse_new_time(args.when, NOW, BERLIN) == args.time
    assert parse_new_time("", NOW, BERLIN) == NewTime()


@settings(deadline=None)
@given(COMMAND_TEXTS)
def test_any_text_is_parsed(words: str) -> None:
    """Nothing that can be typed raises; what names the webinar and what names the time were typed."""
    known: list[Webinar] = NAMED
    args = parse_move_args(words, known, NOW, BERLIN)
    assert args.when in words
    assert not (args.time.start and args.time.note and not args.when)
