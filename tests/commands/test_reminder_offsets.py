"""Parse and format the times before a start at which reminders are posted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.reminder_offsets import (
    MAX_OFFSET,
    MAX_OFFSETS,
    offset_text,
    offsets_as_typed,
    offsets_in_past,
    offsets_text,
    parse_offsets,
    repeated_offsets,
    too_late_text,
)
from bot.errors import BadInput
from tests.support.rows import each_row

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
START = datetime(2026, 11, 24, 15, tzinfo=UTC)
ALL_WRONG = (
    "I don't understand “soon”. Try 1d, 2h or 30m.\nReminders go out before the start, so write 1h instead of -1h.\n"
    "A reminder goes out before the start, so 0 cannot be used."
)
LEADS = st.lists(st.integers(1, int(MAX_OFFSET.total_seconds())), min_size=1, max_size=MAX_OFFSETS, unique=True).map(
    lambda found: tuple(timedelta(seconds=one) for one in sorted(found, reverse=True))
)


@each_row(
    ("text", "leads"),
    [
        ("1d 1h 10m", (DAY, HOUR, 10 * MINUTE)),
        ("10m 1h 1d", (DAY, HOUR, 10 * MINUTE)),
        ("1 hour, 10 minutes", (HOUR, 10 * MINUTE)),
        ("1d,1h,10m", (DAY, HOUR, 10 * MINUTE)),
        ("90m", (90 * MINUTE,)),
        ("2 weeks", (14 * DAY,)),
        ("1h30m", (90 * MINUTE,)),
        ("1h30", (90 * MINUTE,)),
        ("1:30", (90 * MINUTE,)),
        ("1h 30m", (HOUR, 30 * MINUTE)),
        ("1d2h", (26 * HOUR,)),
        ("1w1d", (8 * DAY,)),
        ("1.5h", (90 * MINUTE,)),
        ("1,5h", (90 * MINUTE,)),
        ("１ｄ", (DAY,)),
        ("2 Days and 1 Hour before", (2 * DAY, HOUR)),
        ("a day & half an hour", (DAY, 30 * MINUTE)),
        ("2 Tage, 1 Stunde", (2 * DAY, HOUR)),
        ("“1d 10m”", (DAY, 10 * MINUTE)),
        ("30s", (timedelta(seconds=30),)),
        ("120d", (120 * DAY,)),
        ("1½h", (90 * MINUTE,)),
        ("½h", (30 * MINUTE,)),
        ("1 ½ hours", (90 * MINUTE,)),
        ("1 ½h 10m", (90 * MINUTE, 10 * MINUTE)),
        ("1 1/2 hours", (90 * MINUTE,)),
        ("3/4h", (45 * MINUTE,)),
        ("⅓ hour", (20 * MINUTE,)),
        ("2½d 1½h", (60 * HOUR, 90 * MINUTE)),
        ("1d½h", (DAY + 30 * MINUTE,)),
        ("1½ Tage", (36 * HOUR,)),
        ("1,440m", (DAY,)),
        ("1.440 min", (DAY,)),
        ("1 440m", (DAY,)),
        ("1\u202f440 minutes", (DAY,)),
        ("1 hour 30m", (HOUR, 30 * MINUTE)),
    ],
)
def test_valid_offsets_are_parsed(text: str, leads: tuple[timedelta, ...]) -> None:
    """In any order and unit, longest first."""
    assert parse_offsets(text) == leads


@each_row(
    ("text", "sentence"),
    [
        ("", "Say how long before the start, for example 1d 1h 10m."),
        (" and , ", "Say how long before the start, for example 1d 1h 10m."),
        ("soon", "I don't understand “soon”. Try 1d, 2h or 30m."),
        ("1d soon 10 later soon", "I don't understand “soon”, “10”, “later”. Try 1d, 2h or 30m."),
        ("a b c d e f g", "I don't understand “a”, “b”, “c”, “d”, “e” and 2 more. Try 1d, 2h or 30m."),
        ("x" * 3000, f"I don't understand “{'x' * 40}…”. Try 1d, 2h or 30m."),
        ("1½", "I don't understand “1½”. Try 1d, 2h or 30m."),
        ("1½x ½", "I don't understand “1½x”, “½”. Try 1d, 2h or 30m."),
        ("１ｄｘ ㎢", "I don't understand “１ｄｘ”, “㎢”. Try 1d, 2h or 30m."),
        ("-1½h", "Reminders go out before the start, so write 1½h instead of -1½h."),
        ("10", "I don't understand “10”. Try 1d, 2h or 30m."),
        ("1d2", "I don't understand “1d2”. Try 1d, 2h or 30m."),
        ("1h -10m", "Reminders go out before the start, so write 10m instead of -10m."),
        ("+1h", "Reminders go out before the start, so write 1h instead of +1h."),
        ("0m 1h", "A reminder goes out before the start, so 0 cannot be used."),
        ("121d", "121 days before is too early: the longest is 120 days."),
        ("99999w", "699993 days before is too early: the longest is 120 days."),
        (
            " ".join(f"{n}m" for n in range(1, 41)),
            "These are 40 reminders: a channel has at most 10 for a webinar.",
        ),
        (
            "soon -1h 0m",
            ALL_WRONG,
        ),
    ],
)
def test_invalid_offsets_are_refused_in_a_sentence(text: str, sentence: str) -> None:
    """Which names every problem and quotes the words."""
    with pytest.raises(BadInput) as refused:
        parse_offsets(text)
    assert refused.value.sentence == sentence


def test_repeated_offsets_are_kept_once_and_reported() -> None:
    """60 minutes equal an hour; forty times the same is one reminder."""
    assert parse_offsets("60m 1d 1h") == (DAY, HOUR)
    assert repeated_offsets("60m 1d 1h") == (HOUR,)
    assert parse_offsets("10m " * 40) == (10 * MINUTE,)
    assert repeated_offsets("1d 1h") == ()


@pytest.mark.parametrize(
    ("ahead", "leads", "sentence"),
    [
        (3 * HOUR, (DAY,), "The webinar starts in 3 hours, so a reminder 1 day before would be in the past."),
        (
            HOUR,
            (DAY, HOUR),
            "The webinar starts in 1 hour, so reminders 1 day and 1 hour before would be in the past.",
        ),
        (
            26.5 * HOUR,
            (2 * DAY,),
            "The webinar starts in 1 day 2 hours, so a reminder 2 days before would be in the past.",
        ),
        (
            30 * timedelta(seconds=1),
            (MINUTE,),
            "The webinar starts in less than a minute, so a reminder 1 minute before would be in the past.",
        ),
        (timedelta(), (), "The webinar has already started, so there is nothing left to remind you of."),
        (HOUR, (), ""),
    ],
)
def test_offsets_in_the_past_are_explained(ahead: timedelta, leads: tuple[timedelta, ...], sentence: str) -> None:
    """With the time that is left."""
    assert too_late_text(leads, START, START - ahead) == sentence


def test_offset_is_in_the_past_from_its_time_on() -> None:
    """A second earlier it is not."""
    assert offsets_in_past((DAY, HOUR), START, START - HOUR) == (DAY, HOUR)
    assert offsets_in_past((DAY, HOUR), START, START - HOUR - timedelta(seconds=1)) == (DAY,)


def test_offsets_are_formatted_in_words() -> None:
    """One, several, none, and days."""
    assert offsets_text((DAY, HOUR, 10 * MINUTE)) == "1 day, 1 hour and 10 minutes before"
    assert offsets_text((2 * DAY,)) == "2 days before"
    assert offsets_text(()) == "never"
    assert offset_text(26 * HOUR + 30 * MINUTE) == "1 day 2 hours 30 minutes"


@given(LEADS)
def test_offsets_as_typed_are_parsed_back(leads: tuple[timedelta, ...]) -> None:
    """A prefilled form can be submitted unchanged."""
    assert parse_offsets(offsets_as_typed(leads)) == leads


@given(LEADS)
def test_offset_text_is_parsed_back(leads: tuple[timedelta, ...]) -> None:
    """Each of its parts is one offset."""
    for lead in leads:
        assert sum(parse_offsets(offset_text(lead)), timedelta()) == lead


@settings(deadline=None)
@given(st.one_of(st.text(max_size=200), st.from_regex(r"[\d.,:+\- dhmsw]{1,40}", fullmatch=True)))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    """The result is never too many or too long."""
    repeated_offsets(text)
    try:
        leads = parse_offsets(text)
    except BadInput as error:
        sentence = error.sentence
        assert len(sentence) < 1000
        return
    assert 0 < len(leads) <= MAX_OFFSETS
    assert leads == tuple(sorted(set(leads), reverse=True))
    assert timedelta() < leads[-1]
    assert leads[0] <= MAX_OFFSET
