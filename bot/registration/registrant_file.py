"""Write the registrants of a webinar as a CSV file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from bot.commands.people_headings import is_heading
from bot.model.csv_export import csv_file
from bot.model.external_id import decode
from bot.model.registrant import Registrant
from bot.model.visible_text import one_line

MAX_KEY_COLUMNS = 40
"""Keys of `externalId` that get a column of their own; rarer keys stay in the `externalId` column."""


HEADER = ("First name", "Last name", "E-mail", "Source", "Registered (UTC)", "Joined", "After the event", "externalId")


def registrant_csv(registrants: Iterable[Registrant]) -> bytes:
    """The registrants as a CSV file. The keys of `externalId` get columns of their own if it consists of pairs."""
    decoded = [(registrant, _decoded(registrant.external_id)) for registrant in registrants]
    usual = Counter(key for _, pairs in decoded for key in pairs if not _is_reserved(key))
    keys = [key for key, _ in usual.most_common(MAX_KEY_COLUMNS)]
    return csv_file([*HEADER, *keys], (_row(registrant, pairs, keys) for registrant, pairs in decoded))


def _decoded(external_id: str) -> Mapping[str, str]:
    """The pairs of an `externalId`; the values of a repeated key are joined."""
    joined: dict[str, str] = {}
    for key, value in decode(external_id):
        joined[key] = f"{joined[key]}; {value}" if key in joined else value
    return joined


def _row(registrant: Registrant, pairs: Mapping[str, str], keys: Sequence[str]) -> list[str]:
    # If it is no pairs, or one of its keys has no column, the whole value is written.
    external_id = "" if pairs and all(key in keys for key in pairs) else registrant.external_id
    return [
        registrant.first_name,
        registrant.last_name,
        registrant.email,
        registrant.source,
        f"{registrant.registered_at:%Y-%m-%d %H:%M}" if registrant.registered_at else "",
        "yes" if registrant.has_attended else "no",
        "yes" if registrant.is_after_event else "no",
        external_id,
        *(pairs.get(key, "") for key in keys),
    ]


def _is_reserved(name: str) -> bool:
    """Whether a column of this name would be imported with another meaning or under another name."""
    return not name or is_heading(name) or name != one_line(name) or "@" in name
