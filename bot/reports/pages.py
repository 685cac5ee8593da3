"""What a reading keeps of a page until it is counted: ids, times, sources and flags, without names and addresses."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from bot.model.attendance import Participation
from bot.model.registrant import Registrant
from bot.model.team import Role
from bot.reports.attendance import Presence
from bot.reports.funnel import GroupKey, Signup
from bot.reports.model import GroupKind


def registrants_page(registrants: Iterable[Registrant]) -> str:
    """A page of registrants as JSON."""
    return json.dumps([_signup_row(Signup.of(one)) for one in registrants])


def participants_page(participations: Iterable[Participation]) -> str:
    """A page of participants as JSON."""
    return json.dumps([_presence_row(Presence.of(one)) for one in participations])


def signups(pages: Iterable[str]) -> list[Signup]:
    """The registrants of all pages. One who is on two pages, because the list has moved on meanwhile, comes once."""
    rows = (row for page in pages for row in json.loads(page))
    return list({row[0]: _signup(row) for row in rows}.values())


def presences(pages: Iterable[str]) -> list[Presence]:
    """The participants of all pages, each record once; records without an id are all kept, and numbered."""
    rows = [row for page in pages for row in json.loads(page)]
    by_id = {row[0] or f"#{number}": row for number, row in enumerate(rows)}
    return [_presence([record_id, *row[1:]]) for record_id, row in by_id.items()]


def _signup_row(one: Signup) -> list[Any]:
    at = _text(one.registered_at)
    return [one.registrant_id, one.participant_id, at, one.is_after_event, one.source, one.external_ids]


def _signup(row: list[Any]) -> Signup:
    registrant_id, participant_id, at, is_after_event, source, ids = row
    groups = _groups(*map(tuple, ids))
    return Signup(registrant_id, participant_id, _time(at), is_after_event, _group(*source), groups)


def _presence_row(one: Presence) -> list[Any]:
    who = [one.record_id, one.registrant_id, one.user_hash, one.role]
    return [*who, _text(one.joined), _text(one.left), one.was_ejected]


def _presence(row: list[Any]) -> Presence:
    record_id, registrant_id, user_hash, role, joined, left, was_ejected = row
    return Presence(record_id, registrant_id, user_hash, Role(role), _time(joined), _time(left), was_ejected)


# The same few are in most rows, and are kept once.


@lru_cache(maxsize=1_000)
def _group(kind: str, name: str) -> GroupKey:
    return GroupKind(kind), name


@lru_cache(maxsize=1_000)
def _groups(*rows: tuple[str, str]) -> tuple[GroupKey, ...]:
    return tuple(_group(*row) for row in rows)


def _text(time: datetime | None) -> str:
    return time.isoformat() if time else ""


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
