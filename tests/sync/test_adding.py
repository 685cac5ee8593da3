"""Why an existing meeting or webinar cannot be added, and how its number is written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model.ability import ALL, Ability
from bot.model.webinar import SessionFacts, Status
from bot.sync.adding import NO_DATE, NO_REGISTRATION, OVER, problem_of, spaced
from tests.support.webinar_samples import NOW

WITHOUT = ALL - {Ability.REGISTRATION}


def date(hours: float, abilities: frozenset[Ability] = ALL) -> SessionFacts:
    """A date of an hour that starts in so many hours."""
    start, length = NOW + timedelta(hours=hours), timedelta(hours=1)
    return SessionFacts(
        webinar_id="zoom-812",
        session_id=f"zoom-812-{hours}",
        title="Launch",
        start=start,
        length=length,
        time_zone="UTC",
        status=Status.SCHEDULED,
        abilities=abilities,
    )


@pytest.mark.parametrize(
    ("dates", "problem"),
    [
        ([], NO_DATE),
        ([date(-1)], OVER),
        ([date(-30), date(-1)], OVER),
        ([date(-1, WITHOUT)], OVER),
        ([date(-0.5)], ""),
        ([date(1)], ""),
        ([date(-30), date(1)], ""),
        ([date(1, WITHOUT)], NO_REGISTRATION),
        ([date(1, WITHOUT), date(2, WITHOUT)], NO_REGISTRATION),
    ],
)
def test_a_webinar_needs_a_coming_date_and_registration(dates: list[SessionFacts], problem: str) -> None:
    """One that is live can be added, too."""
    assert problem_of(dates, NOW) == problem


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("123456789", "123 456 789"),
        ("1234567890", "123 456 7890"),
        ("81234567890", "812 3456 7890"),
        ("123456789012", "123456789012"),
    ],
)
def test_a_number_is_written_as_in_an_invitation(number: str, expected: str) -> None:
    """So that it can be compared with it."""
    assert spaced(number) == expected
