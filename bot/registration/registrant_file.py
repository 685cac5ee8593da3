"""Write the registrants of a webinar as a CSV file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.commands.external_id_columns import has_all_columns, joined_pairs, key_columns
from bot.model.csv_export import csv_file
from bot.model.external_id import decode
from bot.model.registrant import Registrant

HEADER = ("First name", "Last name", "Email", "Source", "Registered (UTC)", "Joined", "After the event", "externalId")


def registrant_csv(registrants: Iterable[Registrant]) -> bytes:
    """The registrants as a CSV file. The keys of `externalId` get columns of their own if it consists of pairs."""
    decoded = [(registrant, joined_pairs(decode(registrant.external_id))) for registrant in registrants]
    keys = key_columns(pairs for _, pairs in decoded)
    return csv_file([*HEADER, *keys], (_row(registrant, pairs, keys) for registrant, pairs in decoded))


def _row(registrant: Registrant, pairs: Mapping[str, str], keys: Sequence[str]) -> list[str]:
    external_id = "" if has_all_columns(pairs, keys) else registrant.external_id
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
