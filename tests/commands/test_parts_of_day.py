"""A part of the day without an hour is not replaced by one, in each language; spelled-out hours are hours."""

from __future__ import annotations

import pytest

from bot.commands.create_args import parse_create_args
from bot.commands.spelled_hours import in_digits
from tests.commands.test_create_args import BERLIN, NOW, parse_at

PARTS = {
    "en-US": "tomorrow morning|tomorrow afternoon|tomorrow evening|tomorrow night|friday afternoon|tonight|this evening"
    "|morning tomorrow|next tuesday afternoon|on friday morning",
    "de-DE": "morgen früh|morgen Nachmittag|morgen Abend|Freitag Vormittag|heute Abend|übermorgen Nachmittag",
    "fr-FR": "demain matin|demain après-midi|demain soir|vendredi matin",
    "es-ES": "mañana por la mañana|mañana por la tarde|mañana por la noche|el viernes por la tarde",
    "it-IT": "domani mattina|domani pomeriggio|domani sera|venerdì pomeriggio",
    "pt-BR": "amanhã de manhã|amanhã à tarde|amanhã à noite|sexta à tarde|hoje à noite",
    "nl-NL": "morgenochtend|morgenmiddag|morgenavond|morgen avond",
}
ONE_WORD = {
    "de-DE": "Freitagabend|Dienstagmorgen|Montagnachmittag|Mittwochvormittag|Samstagnacht|Sonntagfrüh|freitagabend"
    "|am Donnerstagabend|nächsten Freitagabend|Sonnabendnachmittag|freitagabends",
    "fr-FR": "ce soir|ce matin|cet après-midi|cet aprem|cette nuit|vendredi dans la soirée|demain dans la matinée"
    "|demain en soirée|lundi en fin de matinée|vendredi en fin d'après-midi",
    "es-ES": "esta tarde|esta noche|esta mañana|hoy por la tarde|el viernes en la noche|viernes noche",
    "it-IT": "stasera|stamattina|stamani|stanotte|questa sera|questa mattina|questo pomeriggio|venerdì notte"
    "|domani notte",
    "pt-BR": "esta tarde|esta noite|esta manhã|nesta tarde|hoje de manhã|sexta-feira à noite",
    "nl-NL": "vrijdagmiddag|dinsdagochtend|maandagavond|zaterdagnacht|woensdagmorgen|donderdagnamiddag|vanavond"
    "|vanmiddag|vanochtend|vanmorgen|vannacht|volgende vrijdagavond|morgennacht",
}
"""A day and a part of it that are one word or one phrase."""


@pytest.mark.parametrize(
    ("locale", "typed"),
    [(key, one) for table in (PARTS, ONE_WORD) for key, text in table.items() for one in text.split("|")],
)
def test_a_part_of_the_day_alone_leaves_the_start_to_the_user(locale: str, typed: str) -> None:
    """The words stay in the title, and a line says what is missing."""
    found = parse_create_args(f"Demo {typed}", NOW, BERLIN, locale)

    assert (found.title, found.start) == (f"Demo {typed}", None)
    assert found.note == f"“{typed}” names no hour: add one, for example 15:00."


@pytest.mark.parametrize(
    ("locale", "typed", "starts"),
    [
        ("de-DE", "Freitagabend um 19 Uhr", "Fri 13 Mar 2026 19:00"),
        ("de-DE", "Freitagabend um 7", "Fri 13 Mar 2026 19:00"),
        ("de-DE", "Dienstagmorgen um 9 Uhr", "Tue 17 Mar 2026 09:00"),
        ("de-DE", "Freitagmittag", "Fri 13 Mar 2026 12:00"),
        ("fr-FR", "ce soir à 20h", "Wed 11 Mar 2026 20:00"),
        ("fr-FR", "cet après-midi à 16h30", "Wed 11 Mar 2026 16:30"),
        ("es-ES", "esta tarde a las 5", "Wed 11 Mar 2026 17:00"),
        ("it-IT", "stasera alle 20", "Wed 11 Mar 2026 20:00"),
        ("pt-BR", "esta noite às 20h", "Wed 11 Mar 2026 20:00"),
        ("nl-NL", "vrijdagmiddag om 3 uur", "Fri 13 Mar 2026 15:00"),
        ("nl-NL", "vanavond om 8 uur", "Wed 11 Mar 2026 20:00"),
    ],
)
def test_a_day_with_its_part_in_one_word_and_an_hour_is_a_start(locale: str, typed: str, starts: str) -> None:
    """The part of the day says which half of it the hour is in."""
    assert parse_at(f"Demo {typed}", locale) == ("Demo", starts)


@pytest.mark.parametrize(
    ("locale", "title"),
    [
        ("fr-FR", "Ce Soir"),
        ("it-IT", "Stasera Live"),
        ("nl-NL", "Vanavond Live"),
        ("de-DE", "Abendrunde"),
        ("es-ES", "Noche"),
    ],
)
def test_a_title_with_a_part_of_the_day_has_no_note(locale: str, title: str) -> None:
    """Capitalized, or without a day."""
    found = parse_create_args(title, NOW, BERLIN, locale)

    assert (found.title, found.start, found.note) == (title, None, "")


@pytest.mark.parametrize("title", ["Saturday Night", "Sunday Morning", "Every friday morning", "End of friday night"])
def test_a_part_of_the_day_in_a_title_is_left_alone(title: str) -> None:
    """Capitalized, or after a word that makes it a title."""
    found = parse_create_args(title, NOW, BERLIN)

    assert (found.title, found.start) == (title, None)


@pytest.mark.parametrize(
    ("typed", "starts"),
    [
        ("tomorrow at three pm", "Thu 12 Mar 2026 15:00"),
        ("at three pm tomorrow", "Thu 12 Mar 2026 15:00"),
        ("tomorrow at three", "Thu 12 Mar 2026 15:00"),
        ("at three tomorrow", "Thu 12 Mar 2026 15:00"),
        ("tomorrow at nine thirty", "Thu 12 Mar 2026 09:30"),
        ("tomorrow at nine oh five", "Thu 12 Mar 2026 09:05"),
        ("tomorrow at three o'clock", "Thu 12 Mar 2026 15:00"),
        ("tomorrow at Half Past Three", "Thu 12 Mar 2026 15:30"),
        ("quarter past nine tomorrow", "Thu 12 Mar 2026 09:15"),
        ("a quarter to one tomorrow", "Thu 12 Mar 2026 12:45"),
        ("three-thirty pm friday", "Fri 13 Mar 2026 15:30"),
        ("twelve forty-five am friday", "Fri 13 Mar 2026 00:45"),
        ("twelve noon tomorrow", "Thu 12 Mar 2026 12:00"),
        ("three pm EST tomorrow", "Thu 12 Mar 2026 21:00"),
    ],
)
def test_an_hour_that_is_spelled_out_is_an_hour(typed: str, starts: str) -> None:
    """In English, with what makes it an hour."""
    assert parse_at(f"Demo {typed}") == ("Demo", starts)


@pytest.mark.parametrize(
    "title",
    ["Top ten", "Catch twenty two", "At one", "One at a time", "All for one", "Ocean's eleven"],
)
def test_a_number_in_a_title_is_no_hour(title: str) -> None:
    """Without am, pm, o'clock, or a day beside it."""
    assert parse_at(title) == (title, "")


@pytest.mark.parametrize("typed", ["twenty to four tomorrow", "tomorrow kickoff three pm"])
def test_hours_that_are_not_understood_leave_the_start_to_the_user(typed: str) -> None:
    """With a line that says why."""
    found = parse_create_args(f"Demo {typed}", NOW, BERLIN)

    assert found.start is None
    assert "was not understood" in found.note


def test_text_without_spelled_out_hours_is_unchanged() -> None:
    """Also with numbers that are not hours."""
    for text in ("tomorrow 3pm", "at one", "three people", "twenty five at most", "half past", "quarter to"):
        assert in_digits(text) == text
