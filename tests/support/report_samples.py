"""Sample reports, registrants and participants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.model.team import Role
from bot.reports.attendance import Interval, Presence, Window
from bot.reports.funnel import Circumstances, Signup, external_id_groups, source_group
from bot.reports.model import (
    CurvePoint,
    Disagreement,
    Group,
    GroupKind,
    PersonRow,
    RegistrationPoint,
    Report,
    TeamCounts,
)

BEGAN = datetime(2031, 3, 4, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINDOW = Window(BEGAN, BEGAN + HOUR)
REGISTERED_AT = BEGAN - timedelta(days=7)


def at(minutes: float) -> datetime:
    """So many minutes after the start."""
    return BEGAN + timedelta(minutes=minutes)


def interval(start: float, end: float) -> Interval:
    """From so many minutes after the start to so many."""
    return Interval(at(start), at(end))


def presence(record_id: str, joined: float | None = 0, left: float | None = 60, **changes: Any) -> Presence:
    """A record of the audience in minutes after the start; `registrant` is its registrant, `hash` its hash."""
    return Presence(
        record_id=record_id,
        registrant_id=str(changes.get("registrant", "")),
        user_hash=str(changes.get("hash", "")),
        role=changes.get("role", Role.ATTENDEE),
        joined=None if joined is None else at(joined),
        left=None if left is None else at(left),
        was_ejected=bool(changes.get("ejected", False)),
    )


def signup(registrant_id: str, participant_id: str = "", **changes: Any) -> Signup:
    """A registrant; registered a week before, unless `days` says how many days before or after."""
    return Signup(
        registrant_id=registrant_id,
        participant_id=participant_id,
        registered_at=BEGAN + timedelta(days=changes.get("days", -7)),
        is_after_event=bool(changes.get("after", False)),
        source=source_group(changes.get("source", "")),
        external_ids=external_id_groups(changes.get("external_id", "")),
    )


def circumstances(**changes: Any) -> Circumstances:
    """A webinar with registration that was live for an hour."""
    known = {"has_registration": True, "window": WINDOW, "limit": 500, "invited": 0, "read_at": at(65)}
    return Circumstances(**{**known, **changes})


def report(**changes: Any) -> Report:
    """A complete report of a webinar with 212 registrants, of whom 131 came."""
    curve = tuple(CurvePoint(at=at(3 * n), present=min(126, 12 * n + 60) if n < 12 else 126 - 4 * n) for n in range(20))
    days = tuple(
        RegistrationPoint(at=REGISTERED_AT + n * timedelta(days=7) / 19, registered=round(212 * (n + 1) / 20))
        for n in range(20)
    )
    known: dict[str, Any] = {
        "has_registration": True,
        "start": BEGAN,
        "end": BEGAN + HOUR,
        "invited": 40,
        "registered": 212,
        "attended": 131,
        "absent": 81,
        "stayed": 104,
        "left_early": 27,
        "late": 19,
        "returned": 8,
        "ejected": 1,
        "after_event": 6,
        "team": TeamCounts(hosts=1, cohosts=1, panelists=2, registered=1),
        "without_registrant": 3,
        "disagreement": Disagreement(only_registration=1, only_history=1),
        "minutes": 51,
        "peak": 126,
        "peak_at": at(10),
        "curve": curve,
        "registrations": days,
        "limit": 250,
        "by_source": (
            Group(name="C024BE7LR", registered=120, attended=80),
            Group(name="newsletter", registered=60, attended=35),
            Group(name="", registered=32, attended=16, kind=GroupKind.NONE),
        ),
        "by_external_id": (
            Group(name="lid", registered=90, attended=60),
            Group(name="", registered=122, attended=71, kind=GroupKind.NONE),
        ),
        "complete": True,
        "read_at": at(65),
    }
    return Report(**{**known, **changes})


def person_row(**changes: Any) -> PersonRow:
    """Somebody who registered a week before, came late and stayed."""
    known: dict[str, Any] = {
        "registrant_id": "220000001",
        "first_name": "Lena",
        "last_name": "Berger",
        "email": "lena@example.com",
        "source": "newsletter",
        "external_ids": (("lid", "123"),),
        "registered_at": REGISTERED_AT,
        "attended": True,
        "late": True,
        "first_joined": at(12),
        "last_left": at(60),
        "minutes": 48,
    }
    return PersonRow(**{**known, **changes})
