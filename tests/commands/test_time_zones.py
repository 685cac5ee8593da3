"""A time zone beside a time is used if it is known, and named if it is not."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.commands.create_args import parse_create_args
from bot.commands.zone_names import CITIES, REGIONS, SEASONS
from tests.commands.test_create_args import BERLIN, NOW
from tests.support.rows import each_row


def utc(words: str, zone: ZoneInfo = BERLIN, locale: str | None = None) -> str:
    """The start in UTC, on 12 March 2026 or else with its date; empty if there is none."""
    found = parse_create_args(f"Launch {words}", NOW, zone, locale)
    assert found.start is None or found.title == "Launch"
    return f"{found.start:%H:%M}" if found.start else ""


@each_row(
    ("words", "start"),
    [
        ("3pm EST tomorrow", "20:00"),
        ("3pm est tomorrow", "20:00"),
        ("3pmEST tomorrow", "20:00"),
        ("3 PM EST tomorrow", "20:00"),
        ("tomorrow 3pm (EST)", "20:00"),
        ("3pm, EST, tomorrow", "20:00"),
        ("EST 3pm tomorrow", "20:00"),
        ("tomorrow at noon EDT", "16:00"),
        ("3pm ET tomorrow", "19:00"),
        ("3pm Eastern tomorrow", "19:00"),
        ("3pm Eastern Time tomorrow", "19:00"),
        ("3pm Eastern Standard Time tomorrow", "20:00"),
        ("3pm PST tomorrow", "23:00"),
        ("3pm CET tomorrow", "14:00"),
        ("3pm tomorrow CET", "14:00"),
        ("3pm CEST tomorrow", "13:00"),
        ("3pm GMT tomorrow", "15:00"),
        ("15:00Z tomorrow", "15:00"),
        ("3pm BST tomorrow", "14:00"),
        ("3pm JST tomorrow", "06:00"),
        ("3pm AWST tomorrow", "07:00"),
        ("3pm Berlin time tomorrow", "14:00"),
        ("3pm berlin time tomorrow", "14:00"),
        ("3pm New York time tomorrow", "19:00"),
        ("3pm tomorrow San Francisco time", "22:00"),
        ("3pm India time tomorrow", "09:30"),
        ("3pm UK time tomorrow", "15:00"),
        ("3pm local time tomorrow", "14:00"),
        ("3pm Europe/London tomorrow", "15:00"),
        ("tomorrow 15:00 UTC+2", "13:00"),
        ("tomorrow 15:00 UTC +2", "13:00"),
        ("tomorrow 15:00 GMT-5:30", "20:30"),
        ("tomorrow 15:00 UTC−3", "18:00"),
        ("tomorrow 3pm (UTC+5:30)", "09:30"),
        ("2026-03-12 15:00+02:00", "13:00"),
    ],
)
def test_known_time_zone_is_used(words: str, start: str) -> None:
    """As an abbreviation, an offset, a place or an IANA name, in front of the day or after it."""
    assert utc(words) == start


@each_row(
    ("locale", "words", "start"),
    [
        ("de-DE", "morgen 15 Uhr MEZ", "14:00"),
        ("de-DE", "morgen 15 Uhr Londoner Zeit", "15:00"),
        ("fr-FR", "demain 15h heure de Londres", "15:00"),
        ("es-ES", "mañana a las 15 hora de México", "21:00"),
        ("it-IT", "domani alle 15 ora di Londra", "15:00"),
        ("pt-BR", "amanhã às 15h horário de Brasília", "18:00"),
        ("nl-NL", "morgen 15 uur Londen tijd", "15:00"),
    ],
)
def test_known_time_zone_is_used_in_other_languages(locale: str, words: str, start: str) -> None:
    """In the words of that language."""
    assert utc(words, locale=locale) == start


@each_row("zone", ["NSTT", "XYZ", "Narnia time", "Mars/Phobos", "UTC+99", "IST", "CST"])
def test_unknown_time_zone_leaves_the_start_to_the_user(zone: str) -> None:
    """The line names it and says what to write, wherever it is."""
    for words in (f"Launch 3pm {zone} tomorrow", f"Launch tomorrow 3pm {zone}"):
        found = parse_create_args(words, NOW, BERLIN)
        assert (found.title, found.start) == (words, None)
        assert zone in found.note
        assert "write a city, as in “3pm Berlin time”, or an offset" in found.note


@each_row(
    ("abbreviation", "home", "start"),
    [
        ("CST", "America/Chicago", "21:00"),
        ("CST", "America/New_York", "21:00"),
        ("CST", "Asia/Shanghai", "07:00"),
        ("IST", "Asia/Kolkata", "09:30"),
        ("IST", "Europe/Dublin", "14:00"),
        ("IST", "Asia/Jerusalem", "13:00"),
    ],
)
def test_abbreviation_of_the_users_own_zone_has_its_meaning_there(abbreviation: str, home: str, start: str) -> None:
    """Although it stands for several zones."""
    found = parse_create_args(f"Launch March 20 3pm {abbreviation}", NOW, ZoneInfo(home))
    assert found.start is not None
    assert f"{found.start:%H:%M}" == start


@each_row("words", ["State of the ART 3pm", "The CAT 3pm", "Prime time 3pm", "3PM ON FRIDAY", "Gen Z 3pm"])
def test_word_that_looks_like_a_time_zone_is_not_one(words: str) -> None:
    """In front of a time, or in a text in capitals."""
    found = parse_create_args(words, NOW, BERLIN)
    assert found.start is not None
    assert found.start.astimezone(BERLIN).hour == 15
    assert found.note == ""


def test_every_named_zone_exists() -> None:
    """In the zone database."""
    at = datetime(2026, 3, 11, tzinfo=UTC)
    for zone in {*CITIES.values(), *REGIONS.values(), *SEASONS.values()}:
        assert at.astimezone(ZoneInfo(zone)).utcoffset() is not None
