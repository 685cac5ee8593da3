"""The table of suggested seats: one per person and webinar, saved before its message is sent."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from bot.db.connection import Db
from bot.db.leases import LeasedTable
from bot.db.people_schema import seats, suggestions
from bot.db.records import record_of
from bot.model.people import Account
from bot.model.seat import REGISTERED_STATES, Suggestion, SuggestionState
from bot.registration.seats import person_rows


async def begin(db: Db, suggestion: Suggestion, worker_id: str, until: datetime) -> bool:
    """Save a suggestion before it is sent. False if this person has one that did not lead to a seat."""
    await LEASES.delete(db, suggestion, suggestions.c.state == SuggestionState.TAKEN)
    unchanging = {"suggested_by": suggestion.suggested_by, "source": suggestion.source}
    return await LEASES.begin(db, suggestion, worker_id, until, **unchanging)


async def find(db: Db, account: Account, session_id: str, user_id: str) -> Suggestion | None:
    """The suggestion to this person, in any state."""
    return await LEASES.find(db, account, session_id, user_id)


def is_unchanged(suggestion: Suggestion) -> list[ColumnElement[bool]]:
    """Conditions that hold until the suggestion is saved again."""
    return person_rows.is_unchanged(suggestions, suggestion)


async def forget(db: Db, suggestion: Suggestion, worker_id: str) -> None:
    """Delete a suggestion that this worker owns."""
    await LEASES.delete(db, suggestion, suggestions.c.claimed_by == worker_id)


async def sessions(db: Db, account: Account) -> frozenset[str]:
    """The sessions with suggestions that were sent and not answered."""
    return await person_rows.sessions(db, suggestions, account, suggestions.c.state == SuggestionState.SENT)


async def count_sent(db: Db, account: Account, session_id: str) -> int:
    """How many people got a suggestion, whatever they answered."""
    which = person_rows.of_session(suggestions, account, session_id)
    query = select(func.count()).where(*which, suggestions.c.state != SuggestionState.SENDING)
    return int((await db.execute(query)).scalar_one())


async def claim_outdated(
    db: Db, account: Account, session_id: str, shown_digest: str, worker_id: str, now: datetime, until: datetime
) -> Suggestion | None:
    """Claim an unanswered suggestion whose message shows another digest, or whose person has a seat meanwhile."""
    person = ("team_id", "enterprise_id", "provider", "account", "session_id", "user_id")
    same = [seats.c[name] == suggestions.c[name] for name in person]
    has_seat = exists().where(*same, seats.c.state.in_(REGISTERED_STATES)).correlate(suggestions)
    which = and_(suggestions.c.session_id == session_id, suggestions.c.state == SuggestionState.SENT)
    is_outdated = or_(suggestions.c.shown_digest != shown_digest, has_seat)
    return await LEASES.claim(db, account, worker_id, now, until, which, is_outdated)


async def forget_ended(db: Db, account: Account, before: datetime) -> None:
    """Delete the suggestions of webinars that ended before then."""
    await person_rows.forget_ended(db, suggestions, account, before)


def _values(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "state": suggestion.state,
        "shown_digest": suggestion.shown_digest,
        "dm_channel_id": suggestion.dm_channel_id,
        "dm_ts": suggestion.dm_ts,
        "changed_at": suggestion.changed_at,
    }


LEASES = LeasedTable(
    suggestions,
    key=("session_id", "user_id"),
    order=("changed_at", "session_id", "user_id"),
    resumable=suggestions.c.state == SuggestionState.SENDING,
    read=partial(record_of, Suggestion),
    write=_values,
)
