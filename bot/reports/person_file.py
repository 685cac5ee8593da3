"""Write the people of a report as a CSV file: one row for each registrant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from bot.commands.external_id_columns import has_all_columns, joined_pairs, key_columns
from bot.model.csv_export import csv_file
from bot.model.external_id import encode
from bot.reports.model import PersonRow

FILE_NAME: Final = "report.csv"
COLUMNS: Final = (
    "First name",
    "Last name",
    "Email",
    "Source",
    "External ID",
    "Registered (UTC)",
    "Attended",
    "First joined (UTC)",
    "Last left (UTC)",
    "Minutes",
    "Late",
    "Left early",
    "After the event",
    "Team",
)
"""The columns in their order, which docs/reports.md promises. The keys of external ids follow."""


def person_csv(people: Iterable[PersonRow]) -> bytes:
    """These people as a CSV file. The keys of their external ids get columns of their own."""
    decoded = [(person, joined_pairs(person.external_ids)) for person in people]
    keys = key_columns(pairs for _, pairs in decoded)
    return csv_file([*COLUMNS, *keys], (_row(person, pairs, keys) for person, pairs in decoded))


def _row(person: PersonRow, pairs: Mapping[str, str], keys: Sequence[str]) -> list[str]:
    whole = encode(person.external_ids) if person.external_ids else person.external_id
    return [
        person.first_name,
        person.last_name,
        person.email,
        person.source,
        "" if has_all_columns(pairs, keys) else whole,
        _time(person.registered_at),
        _yes(person.attended),
        _time(person.first_joined),
        _time(person.last_left),
        str(person.minutes) if person.first_joined else "",
        _yes(person.late),
        _yes(person.left_early),
        _yes(person.after_event),
        _yes(person.is_team),
        *(pairs.get(key, "") for key in keys),
    ]


def _time(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else ""


def _yes(value: bool) -> str:  # noqa: FBT001 - a cell
    return "yes" if value else "no"
