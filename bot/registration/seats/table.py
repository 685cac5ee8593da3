"""The table of seats: registrants who are Slack users, saved before the vendor call so that each has one seat."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field, SecretStr
from sqlalchemy import ColumnElement, or_, select

from bot.db.connection import Db
from bot.db.keys import of_account
from bot.db.leases import LeasedTable
from bot.db.people_schema import seats
from bot.db.records import record_of
from bot.model.people import Account, Frozen
from bot.model.registrant import RegistrantStatus
from bot.model.seat import REGISTERED_STATES, UNFINISHED_STATES, Seat, SeatDetails, SeatState
from bot.registration.seats import person_rows
from bot.webinars.participation import has_outdated_entry_of


class _SealedSeat(Frozen):
    """The encrypted part of a row."""

    attendee: SeatDetails
    wanted: SeatDetails | None = None
    join: str = Field(default="", repr=False)
    cancel: str = Field(default="", repr=False)
    lead: timedelta | None = None
    by: str = ""
    sequence: int = 0


async def begin(db: Db, seat: Seat, worker_id: str, until: datetime) -> bool:
    """Save a seat before it is requested. False if this user has one, or has requested one."""
    return await LEASES.begin(db, seat, worker_id, until)


async def find(db: Db, account: Account, session_id: str, user_id: str) -> Seat | None:
    """This user's seat, in any state."""
    return await LEASES.find(db, account, session_id, user_id)


async def of_registrant(db: Db, account: Account, session_id: str, registrant_id: str) -> Seat | None:
    """The seat of this registrant, if there is one."""
    which = seats.c.registrant_id == registrant_id, seats.c.state.in_(REGISTERED_STATES)
    row = await person_rows.first(db, seats, *person_rows.of_session(seats, account, session_id), *which)
    return _seat(row) if row else None


async def registered(db: Db, account: Account, session_id: str) -> list[Seat]:
    """The seats of a session that are registered and approved."""
    is_valid = seats.c.state.in_(REGISTERED_STATES), seats.c.status == RegistrantStatus.APPROVED
    which = *person_rows.of_session(seats, account, session_id), *is_valid
    return [_seat(row) for row in await db.execute(select(seats).where(*which).order_by(seats.c.user_id))]


async def of_event(db: Db, account: Account, event_id: str, registrant_id: str) -> Seat | None:
    """The seat of this registrant of an event or of any of its dates, whose ids begin with that of the event."""
    here = or_(seats.c.session_id == event_id, seats.c.session_id.startswith(f"{event_id}-", autoescape=True))
    which = *of_account(seats, account), here, seats.c.registrant_id == registrant_id
    row = await person_rows.first(db, seats, *which, seats.c.state.in_(REGISTERED_STATES))
    return _seat(row) if row else None


async def pending(db: Db, account: Account) -> list[Seat]:
    """The seats that wait for approval, by session."""
    which = seats.c.status == RegistrantStatus.PENDING, seats.c.state.in_(REGISTERED_STATES)
    query = select(seats).where(*of_account(seats, account), *which)
    return [_seat(row) for row in await db.execute(query.order_by(seats.c.session_id, seats.c.user_id))]


def is_unchanged(seat: Seat) -> list[ColumnElement[bool]]:
    """Conditions that hold until the seat is saved again."""
    return person_rows.is_unchanged(seats, seat)


async def delete_seat(db: Db, seat: Seat, worker_id: str) -> bool:
    """Delete a seat that was given up or never made. False if another worker owns it."""
    return await LEASES.delete(db, seat, seats.c.claimed_by == worker_id)


async def claim_outdated(
    db: Db,
    account: Account,
    session_id: str,
    current: Collection[str],
    worker_id: str,
    now: datetime,
    until: datetime,
) -> Seat | None:
    """Claim a seat of this session whose last notification has none of the `current` digests, and whose user has a DM.

    Also that of a former member of the team, whose calendar still has the entry of the team.
    """
    which = (
        seats.c.session_id == session_id,
        seats.c.state == SeatState.NOTIFIED,
        seats.c.status != RegistrantStatus.DENIED,
        or_(seats.c.told_what.not_in(current), has_outdated_entry_of(seats)),
        seats.c.dm_channel_id != "",
    )
    return await LEASES.claim(db, account, worker_id, now, until, *which)


async def sessions(db: Db, account: Account) -> frozenset[str]:
    """The sessions with seats whose users can be notified."""
    return await person_rows.sessions(
        db, seats, account, seats.c.state == SeatState.NOTIFIED, seats.c.dm_channel_id != ""
    )


async def registrant_ids(db: Db, account: Account, session_id: str) -> frozenset[str]:
    """The registrants of a session who have a seat, and so their links from us."""
    here = person_rows.of_session(seats, account, session_id)
    found = await db.execute(select(seats.c.registrant_id).where(*here, seats.c.state.in_(REGISTERED_STATES)))
    return frozenset(row for row in found.scalars() if row)


async def forget_ended(db: Db, account: Account, before: datetime) -> None:
    """Delete the seats of webinars that ended before then, with the names and addresses in them."""
    await person_rows.forget_ended(db, seats, account, before)


def _values(seat: Seat) -> dict[str, Any]:
    content = _SealedSeat(
        attendee=seat.attendee,
        wanted=seat.wanted,
        join=seat.join_link.get_secret_value(),
        cancel=seat.cancel_link.get_secret_value(),
        lead=seat.lead,
        by=seat.by,
        sequence=seat.sequence,
    )
    return {
        "state": seat.state,
        "registrant_id": seat.registrant_id,
        "status": seat.status,
        "content": content.model_dump_json(),
        "source": seat.source,
        "told_what": seat.notified_digest,
        "dm_channel_id": seat.dm_channel_id,
        "dm_ts": seat.dm_ts,
        "changed_at": seat.changed_at,
    }


def _seat(row: Any) -> Seat:
    content = _SealedSeat.model_validate_json(row.content)
    return record_of(
        Seat,
        row,
        attendee=content.attendee,
        wanted=content.wanted,
        join_link=SecretStr(content.join),
        cancel_link=SecretStr(content.cancel),
        lead=content.lead,
        by=content.by,
        sequence=content.sequence,
        notified_digest=row.told_what,
    )


LEASES = LeasedTable(
    seats,
    key=("session_id", "user_id"),
    order=("changed_at", "session_id", "user_id"),
    resumable=seats.c.state.in_(UNFINISHED_STATES),
    read=_seat,
    write=_values,
)
