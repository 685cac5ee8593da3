"""A typed time is the start as typed, or the start is left to the user, with the reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.create_args import CreateArgs, parse_create_args
from tests.commands.test_create_args import BERLIN, NOW, as_documented, parse_at
from tests.support.docs_tables import table
from tests.support.rows import each_row

SATURDAY = datetime(2026, 7, 11, 13, 0, tzinfo=UTC)
# Ways to write a time, and the local time that each is; None if it is left to the user.
CLOCKS = {
    "3pm": "15:00", "15:30": "15:30", "9am": "09:00", "4:45 pm": "16:45", "24:00": "00:00", "3-4pm": "15:00",
    "noon": "12:00", "at 7": "07:00", "8 p.m.": "20:00", "3 o'clock": "15:00", "3p": "15:00", "3.30pm": "15:30",
    "3:30": "15:30", "18h30": "18:30", "15:30h": "15:30", "midday": "12:00",
    "3ish": None, "25:00": None, "3pm sharp": None, "half past 3": None, "quarter to four": "15:45", "3:75pm": None,
}  # fmt: skip
# Ways to write a day, and the month and day that each is on 11 March; None if it is left to the user.
DAYS = {
    "tomorrow": (3, 12), "on friday": (3, 13), "next tuesday": (3, 17), "12 March": (3, 12), "2026-12-01": (12, 1),
    "day after tomorrow": (3, 13), "a fortnight today": (3, 25), "in 3 days": (3, 14), "today": (3, 11),
    "Sunday": (3, 15), "end of month": (3, 31), "12/3": (3, 12),
    "tommorow": None, "wendesday": None, "3 Febuary": None, "Feb 30": None, "monday 12 March": None,
    "next weekend": None, "the 32nd": None, "31/02": None,
}  # fmt: skip
FILLERS = ["", "launch", "Demo", "in Berlin", "at", "-", ",", "Q3", "with Ana", "or so", "Part 2"]


def note_of(words: str, locale: str | None = None) -> str:
    """The note about words whose start is left to the user, all of which stay in the title."""
    found = parse_create_args(words, NOW, BERLIN, locale)
    assert found == CreateArgs(words, None, None, "")
    return found.note


@each_row(("typed", "line"), table("commands.md", "also typed after `create`"))
def test_documented_doubts_are_left_to_the_user(typed: str, line: str) -> None:
    """With the documented reason, and every word in the title."""
    assert note_of(f"Launch {typed}") == line


def test_documentation_has_its_table() -> None:
    """The table above exists, so that the test that reads it is not empty."""
    assert len(table("commands.md", "also typed after `create`")) == 16


@settings(max_examples=200, deadline=None)
@given(
    clock=st.sampled_from(sorted(CLOCKS)),
    day=st.sampled_from(sorted(DAYS)),
    fillers=st.tuples(st.sampled_from(FILLERS), st.sampled_from(FILLERS)),
    clock_first=st.booleans(),
)
def test_typed_time_is_never_replaced(clock: str, day: str, fillers: tuple[str, str], clock_first: bool) -> None:
    """Whatever is before and between a day and a time: both are as typed, or the start is empty and all is title."""
    first, last = (clock, day) if clock_first else (day, clock)
    words = " ".join(filter(None, ["Launch", fillers[0], first, fillers[1], last]))
    found = parse_create_args(words, NOW, BERLIN)
    if not found.start:
        assert found == CreateArgs(words, None, found.duration, "")
        return
    local, month_and_day = found.start.astimezone(BERLIN), DAYS[day]
    date = local.date() - timedelta(days=clock == "24:00")
    assert (f"{local:%H:%M}", (date.month, date.day)) == (CLOCKS[clock], month_and_day)


@each_row(
    ("words", "start", "minutes"),
    [
        ("3-4pm tomorrow", "Thu 12 Mar 2026 15:00", 60),
        ("tomorrow 3pm-4pm", "Thu 12 Mar 2026 15:00", 60),
        ("tomorrow 3 pm – 4:30 pm", "Thu 12 Mar 2026 15:00", 90),
        ("from 3pm to 4pm", "Wed 11 Mar 2026 15:00", 60),
        ("between 3 and 4pm tomorrow", "Thu 12 Mar 2026 15:00", 60),
        ("9-5pm friday", "Fri 13 Mar 2026 09:00", 480),
        ("11-1pm friday", "Fri 13 Mar 2026 11:00", 120),
        ("10-11am friday", "Fri 13 Mar 2026 10:00", 60),
        ("9-10pm friday", "Fri 13 Mar 2026 21:00", 60),
        ("5-7am friday", "Fri 13 Mar 2026 05:00", 120),
        ("11am-1 friday", "Fri 13 Mar 2026 11:00", 120),
        ("12-1pm friday", "Fri 13 Mar 2026 12:00", 60),
        ("11pm-1am friday", "Fri 13 Mar 2026 23:00", 120),
        ("22:00-01:00 tomorrow", "Thu 12 Mar 2026 22:00", 180),
        ("tomorrow 9-5", "Thu 12 Mar 2026 09:00", 480),
        ("tomorrow 3-4", "Thu 12 Mar 2026 15:00", 60),
        ("Tue 17 Mar 15:00-16:00 CET", "Tue 17 Mar 2026 15:00", 60),
        ("3-4pm EST tomorrow", "Thu 12 Mar 2026 21:00", 60),
        ("3-4pm tomorrow for 30m", "Thu 12 Mar 2026 15:00", 30),
    ],
)
def test_range_sets_start_and_length(words: str, start: str, minutes: int) -> None:
    """Of two times, with the half of the day of either; "for" prevails over the length of the range."""
    found = parse_create_args(f"Launch {words}", NOW, BERLIN)
    assert (found.title, as_documented(found.start), found.duration) == ("Launch", start, timedelta(minutes=minutes))


@each_row("words", ["Level 3-4", "Working 9-5", "Covid-19", "Top 5 to 10", "3-4 tomorrow", "3pm-3pm tomorrow"])
def test_two_numbers_are_a_range_only_if_they_are_times(words: str) -> None:
    """Otherwise they stay in the title, and no other time is used."""
    note_of(words)


@each_row(
    ("words", "start"),
    [
        ("1530 tomorrow", "Thu 12 Mar 2026 15:30"),
        ("tomorrow 1530", "Thu 12 Mar 2026 15:30"),
        ("0900 tomorrow", "Thu 12 Mar 2026 09:00"),
        ("tomorrow at 2030", "Thu 12 Mar 2026 20:30"),
        ("12 March 1530", "Thu 12 Mar 2026 15:30"),
        ("930am tomorrow", "Thu 12 Mar 2026 09:30"),
        ("1530 hrs tomorrow", "Thu 12 Mar 2026 15:30"),
        ("tomorrow 15.30", "Thu 12 Mar 2026 15:30"),
        ("tomorrow 15:30h", "Thu 12 Mar 2026 15:30"),
        ("24:00", "Thu 12 Mar 2026 00:00"),
        ("24:00 tomorrow", "Fri 13 Mar 2026 00:00"),
        ("2400 tomorrow", "Fri 13 Mar 2026 00:00"),
        ("31 March 24:00", "Wed 1 Apr 2026 00:00"),
        ("today 24:00", "Thu 12 Mar 2026 00:00"),
        ("tmr 3pm", "Thu 12 Mar 2026 15:00"),
        ("2morrow 3pm", "Thu 12 Mar 2026 15:00"),
        ("around 3pm tomorrow", "Thu 12 Mar 2026 15:00"),
    ],
)
def test_other_spellings_of_a_time_are_parsed(words: str, start: str) -> None:
    """Without a colon, at the end of a day, and in the spelling of messages."""
    assert parse_at(f"Launch {words}") == ("Launch", start)


@each_row("words", ["Budget 2027 tomorrow", "Webinar 101 tomorrow", "Top 10 tomorrow", "24/7 tomorrow", "1:1 tomorrow"])
def test_number_that_is_no_time_stays_in_the_title(words: str) -> None:
    """And a day without an hour starts at 10:00."""
    assert parse_at(words) == (words.removesuffix(" tomorrow"), "Thu 12 Mar 2026 10:00")


@each_row(
    "words",
    """2030 tomorrow|1537 tomorrow|930 tomorrow|15.30 tomorrow|2h tomorrow|12 March 2040|3 tomorrow
three tomorrow|noonish tomorrow|3pm-ish tomorrow|eod tomorrow|3mp tomorrow|3pm kickoff tomorrow|3:75pm tomorrow
9am PST / 12pm EST tomorrow|at 7 at 12 March|13:60 tomorrow|24:30 tomorrow""".replace("\n", "|").split("|"),
)
def test_unclear_time_before_a_day_is_left_to_the_user(words: str) -> None:
    """It does not start at 10:00, and the note says what was not clear."""
    assert note_of(f"Launch {words}")
    assert note_of(words)


@each_row(
    "words",
    """friday demo 3pm|Easter Monday 3pm|Christmas 3pm|wendesday kickoff 3pm|in 3 days with Ana 3pm|next month 3pm
12 March kickoff 3pm|2026-12-01 kickoff 3pm|next weekend with Ana 3pm|a week from now 3pm|end of week 3pm
Monday tomorrow 3pm|tomorrow (Friday) 3pm""".replace("\n", "|").split("|"),
)
def test_unclear_day_before_a_time_is_left_to_the_user(words: str) -> None:
    """It does not start today, and the note says what was not clear."""
    assert note_of(f"Launch {words}")


@each_row(
    ("words", "name"),
    [
        ("tomorow 3pm", "tomorrow"),
        ("3pm tommorrow", "tomorrow"),
        ("on wensday at 3pm", "Wednesday"),
        ("thrusday 15:00", "Thursday"),
        ("Saterday 3pm", "Saturday"),
        ("firday 3pm", "Friday"),
        ("toady 3pm", "today"),
        ("tonigth 8pm", "tonight"),
        ("3 Feburary 3pm", "February"),
        ("Setpember 3rd 3pm", "September"),
        ("12 Marhc 3pm", "March"),
        ("5 juny 3pm", "July"),
        ("Febuary 3pm", "February"),
        ("on wendesday", "Wednesday"),
    ],
)
def test_misspelled_name_of_a_day_or_month_is_asked_about(words: str, name: str) -> None:
    """Beside a time, or where a day would be; the closest name is suggested."""
    assert note_of(f"Launch {words}").startswith(f"Did you mean {name} by “")


@each_row(
    ("locale", "words", "name"),
    [
        ("de-DE", "Donerstag 15 Uhr", "Donnerstag"),
        ("de-DE", "3. Dezmber 15 Uhr", "Dezember"),
        ("fr-FR", "mecredi à 15h", "mercredi"),
        ("es-ES", "mañna a las 15", "mañana"),
        ("it-IT", "domnai alle 15", "domani"),
        ("pt-BR", "segnda às 15h", "segunda"),
        ("nl-NL", "donderag om 15 uur", "donderdag"),
    ],
)
def test_misspelled_name_is_asked_about_in_every_language(locale: str, words: str, name: str) -> None:
    """With the closest name of that language."""
    assert note_of(f"Launch {words}", locale).startswith(f"Did you mean {name} by “")


@each_row(
    "title",
    [
        "Football Match",
        "Hot Toddy",
        "Meet Jane",
        "Payday",
        "Marketing",
        "Julia and Mary",
        "All members",
        "Mobile party",
    ],
)
def test_other_word_that_resembles_a_name_is_not_asked_about(title: str) -> None:
    """A time after it is today."""
    assert parse_at(f"{title} 3pm") == (title, "Wed 11 Mar 2026 15:00")


@each_row(
    ("words", "note"),
    [
        ("Sept 31 3pm", "There is no September 31."),
        ("April 31st at noon", "There is no April 31."),
        ("30/2 3pm", "There is no February 30."),
        ("2027-02-29 15:00", "There is no February 29, 2027."),
        ("3pm 31 June", "There is no June 31."),
        ("the 32nd at 3pm", "No month has a day 32."),
        ("31/13 9am", "“31/13” is not a date."),
        ("2026-02-30T15:00", "“2026-02-30T15:00” is not a date and time."),
        ("Mon 12/3 3pm", "March 12, 2026 is a Thursday, not a Monday."),
        ("Monday 2026-03-12 15:00", "March 12, 2026 is a Thursday, not a Monday."),
        ("12 March (Monday) 3pm", "March 12, 2026 is a Thursday, not a Monday."),
        ("Monday the 12th at 3pm", "March 12, 2026 is a Thursday, not a Monday."),
        ("3pm tomorrow (Friday)", "March 12, 2026 is a Thursday, not a Friday."),
    ],
)
def test_impossible_date_is_left_to_the_user(words: str, note: str) -> None:
    """The note says what is wrong."""
    assert note_of(f"Launch {words}") == note


@each_row(
    ("locale", "words", "note"),
    [
        ("de-DE", "31. Februar 15 Uhr", "There is no February 31."),
        ("fr-FR", "le 31 avril à 15h", "There is no April 31."),
        ("es-ES", "el 31 de febrero a las 15", "There is no February 31."),
        ("de-DE", "Montag 12. März 15 Uhr", "March 12, 2026 is a Thursday, not a Monday."),
        ("fr-FR", "lundi 12 mars à 15h", "March 12, 2026 is a Thursday, not a Monday."),
        ("fr-FR", "la semaine prochaine à 15h", "Next week is more than one day: write a weekday or a date."),
        ("de-DE", "nächste Woche 15 Uhr", "Next week is more than one day: write a weekday or a date."),
    ],
)
def test_impossible_date_is_noticed_in_other_languages(locale: str, words: str, note: str) -> None:
    """As in English."""
    assert note_of(f"Launch {words}", locale) == note


@each_row(
    ("words", "start"),
    [
        ("end of next month 3pm", "Thu 30 Apr 2026 15:00"),
        ("end of April 3pm", "Thu 30 Apr 2026 15:00"),
        ("last day of February 3pm", "Sun 28 Feb 2027 15:00"),
        ("end of the year 3pm", "Thu 31 Dec 2026 15:00"),
        ("a week tomorrow 3pm", "Thu 19 Mar 2026 15:00"),
        ("a week on friday 3pm", "Fri 20 Mar 2026 15:00"),
        ("two weeks today 3pm", "Wed 25 Mar 2026 15:00"),
        ("a fortnight today 3pm", "Wed 25 Mar 2026 15:00"),
        ("in a fortnight 3pm", "Wed 25 Mar 2026 15:00"),
        ("today in 2 weeks 3pm", "Wed 25 Mar 2026 15:00"),
        ("tomorrow (Thursday) 3pm", "Thu 12 Mar 2026 15:00"),
    ],
)
def test_other_phrases_for_a_day_are_parsed(words: str, start: str) -> None:
    """And removed from the title."""
    assert parse_at(f"Launch {words}") == ("Launch", start)


@each_row(
    ("locale", "words", "start"),
    [
        ("de-DE", "am kommenden Dienstag um 15:30 Uhr", "Tue 17 Mar 2026 15:30"),
        ("de-DE", "Dienstag nächster Woche 15 Uhr", "Tue 17 Mar 2026 15:00"),
        ("de-DE", "diesen Freitag 15 Uhr", "Fri 13 Mar 2026 15:00"),
        ("de-DE", "morgen Nachmittag um 3", "Thu 12 Mar 2026 15:00"),
        ("de-DE", "heute in 14 Tagen um 15 Uhr", "Wed 25 Mar 2026 15:00"),
        ("de-DE", "uebermorgen 15 Uhr", "Fri 13 Mar 2026 15:00"),
        ("de-DE", "morgen um 15.30", "Thu 12 Mar 2026 15:30"),
        ("de-DE", "24 Uhr morgen", "Fri 13 Mar 2026 00:00"),
        ("fr-FR", "après demain à 15h", "Fri 13 Mar 2026 15:00"),
        ("fr-FR", "ce vendredi à 15h", "Fri 13 Mar 2026 15:00"),
        ("fr-FR", "demain après-midi à 3h", "Thu 12 Mar 2026 15:00"),
        ("es-LA", "el martes que viene a las 15:30", "Tue 17 Mar 2026 15:30"),
        ("es-ES", "mañana por la mañana a las 9", "Thu 12 Mar 2026 09:00"),
        ("es-ES", "pasado manana a las 15", "Fri 13 Mar 2026 15:00"),
        ("it-IT", "prossimo martedì alle 15", "Tue 17 Mar 2026 15:00"),
        ("it-IT", "domani alle 3 del pomeriggio", "Thu 12 Mar 2026 15:00"),
        ("it-IT", "dopo domani alle 15.30", "Fri 13 Mar 2026 15:30"),
        ("pt-BR", "terça-feira que vem às 15h30", "Tue 17 Mar 2026 15:30"),
        ("pt-BR", "amanhã às 3 da tarde", "Thu 12 Mar 2026 15:00"),
        ("nl-NL", "aanstaande dinsdag 15 uur", "Tue 17 Mar 2026 15:00"),
        ("nl-NL", "dinsdag volgende week 15 uur", "Tue 17 Mar 2026 15:00"),
    ],
)
def test_phrases_for_a_day_are_parsed_in_every_language(locale: str, words: str, start: str) -> None:
    """And removed from the title."""
    assert parse_at(f"Launch {words}", locale) == ("Launch", start)


@each_row(
    ("locale", "words"),
    [
        ("de-DE", "von 15 bis 16 Uhr morgen"),
        ("fr-FR", "demain de 15h à 16h"),
        ("es-ES", "mañana de 15 a 16"),
        ("it-IT", "domani dalle 15 alle 16"),
        ("pt-BR", "amanhã das 15h às 16h"),
        ("nl-NL", "morgen van 15 tot 16 uur"),
    ],
)
def test_range_is_parsed_in_every_language(locale: str, words: str) -> None:
    """With its start and its length."""
    found = parse_create_args(f"Launch {words}", NOW, BERLIN, locale)
    assert (found.title, as_documented(found.start)) == ("Launch", "Thu 12 Mar 2026 15:00")
    assert found.duration == timedelta(hours=1)


def test_day_in_the_past_is_not_moved() -> None:
    """Neither to today nor to another hour; a day that is almost over is left to the user."""
    assert parse_at("Launch December 25 2020") == ("Launch", "Fri 25 Dec 2020 10:00")
    late = datetime(2026, 3, 11, 22, 30, tzinfo=UTC)  # 23:30 in Berlin
    assert parse_at("Launch 11 March", now=late) == ("Launch 11 March", "")


def test_abbreviation_of_another_season_is_noted() -> None:
    """EST is UTC-5, which is not New York's time in summer."""
    winter = datetime(2026, 1, 14, 13, 0, tzinfo=UTC)
    for now, note in ((winter, ""), (SATURDAY, "EST is UTC-5, but New York has EDT on that day.")):
        found = parse_create_args("Launch 3pm EST monday", now, BERLIN)
        assert found.start is not None
        assert (found.start.hour, found.note) == (20, note)


def test_day_that_differs_in_the_time_zone_is_left_to_the_user() -> None:
    """In the evening in Los Angeles, tomorrow is another day in Berlin."""
    late = datetime(2026, 3, 12, 1, 0, tzinfo=UTC)
    los_angeles = ZoneInfo("America/Los_Angeles")
    found = parse_create_args("Launch tomorrow 3pm Berlin time", late, los_angeles)
    assert (found.start, found.note) == (None, "It is another day there now: write the date.")
    found = parse_create_args("Launch March 13 3pm Berlin time", late, los_angeles)
    assert found.start == datetime(2026, 3, 13, 14, 0, tzinfo=UTC)
