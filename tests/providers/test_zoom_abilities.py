"""The table of abilities is complete, and agrees with what events report."""

from __future__ import annotations

from itertools import product

from bot.model.ability import Ability
from bot.providers.zoom.abilities import CONDITIONS, abilities_of, abilities_table
from bot.providers.zoom.records import EventRecord


def event(kind: int, approval: int, by_date: int) -> EventRecord:
    """An event of this type, with or without registration."""
    settings = {"approval_type": approval, "registration_type": by_date}
    return EventRecord.model_validate({"id": 1, "type": kind, "settings": settings})


def test_the_table_has_each_ability_once_and_says_what_events_report() -> None:
    """An ability without a condition is there in every event of a kind, "no" in none, and any other in some."""
    table = {row[0]: row[1:] for row in abilities_table()}
    assert list(table) == list(Ability)
    for column, kinds in ((1, (2, 8)), (2, (5, 9))):
        reported = [abilities_of(event(*setup)) for setup in product(kinds, (0, 1, 2), (1, 2))]
        for ability, row in table.items():
            seen = {ability in abilities for abilities in reported}
            expected = {"yes": {True}, "no": {False}}.get(row[column], {True, False})
            assert seen == expected, (ability, row)
    assert {text for row in table.values() for text in row[1:]} == {"yes", "no", *CONDITIONS.values()}
