"""Keeps the seats of people in Slack: written down before RingCentral is asked, so that each of them has one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pydantic import Field, SecretStr
from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.dialects import postgresql as postgres
from sqlalchemy.dialects import sqlite

from bot.models import MAX_LENGTH, Account, Frozen
from bot.seat import OPEN, SETTLED, Attendee, Seat, SeatState
from bot.store.connection import Db
from bot.store.crowd_schema import seats
from bot.store.keys import account_columns, account_in, of_account
from bot.store.schema import webinars


class _Content(Frozen):
    """What is encrypted of it."""

    attendee: Attendee
    wanted: Attendee | None = None
    join: str = Field(default="", repr=False)
    cancel: str = Field(default="", repr=False)
    lead: timedelta | None = None
    by: str = ""
    sequence: int = 0


async def begin(db: Db, seat: Seat, by: str, until: datetime) -> bool:
    """Write a seat down before it is asked for. False where this person has one, or has asked for one."""
    row = {
        **account_columns(seat.account),
        "session_id": seat.session_id,
        "user_id": seat.user_id,
        **_values(db, seat),
        "claimed_by": by,
        "claimed_until": until,
    }
    insert = postgres.insert(seats) if db.is_postgresql else sqlite.insert(seats)
    return (await db.execute(insert.values(**row).on_conflict_do_nothing())).rowcount == 1


async def find(db: Db, account: Account, session_id: str, user_id: str) -> Seat | None:
    """This person's seat, however far it has come."""
    where = (*of_account(seats, account), seats.c.session_id == session_id, seats.c.user_id == user_id)
    row = (await db.execute(select(seats).where(*where))).first()
    return _seat(db, row) if row else None


async def of_registrant(db: Db, account: Account, session_id: str, registrant_id: str) -> Seat | None:
    """The seat that this registrant has, if it is one."""
    where = (*of_account(seats, account), seats.c.session_id == session_id, seats.c.registrant_id == registrant_id)
    row = (await db.execute(select(seats).where(*where, seats.c.state.in_(SETTLED)).limit(1))).first()
    return _seat(db, row) if row else None


async def link_of(db: Db, account: Account, session_id: str, user_id: str) -> str:
    """This person's own join link, for their eyes only; empty where they have no seat."""
    seat = await find(db, account, session_id, user_id)
    return seat.join_link.get_secret_value() if seat and seat.state in SETTLED else ""


async def advance(db: Db, seat: Seat, by: str, until: datetime | None) -> bool:
    """Write down how far it has come, and go on holding it until then. False where somebody else has taken it over."""
    changed = await db.execute(
        update(seats).where(*_same(seat), seats.c.claimed_by == by).values(**_values(db, seat), claimed_until=until)
    )
    return changed.rowcount == 1


async def hold(db: Db, seat: Seat, by: str, until: datetime) -> None:
    """Go on holding what is worked on."""
    await db.execute(update(seats).where(*_same(seat), seats.c.claimed_by == by).values(claimed_until=until))


async def take_hold(db: Db, seat: Seat, by: str, now: datetime, until: datetime) -> bool:
    """Take hold of a seat as it was read. False where somebody else works on it, or has changed it since."""
    unchanged = (seats.c.state == seat.state, seats.c.changed_at == seat.changed_at)
    changed = await db.execute(
        update(seats)
        .where(*_same(seat), *unchanged, or_(seats.c.claimed_by == by, _is_free(now)))
        .values(claimed_by=by, claimed_until=until)
    )
    return changed.rowcount == 1


async def forget(db: Db, seat: Seat, by: str) -> bool:
    """Drop a seat that is given up or was never made. False where somebody else has taken it over."""
    return (await db.execute(delete(seats).where(*_same(seat), seats.c.claimed_by == by))).rowcount == 1


async def claim(db: Db, account: Account, by: str, now: datetime, until: datetime) -> Seat | None:
    """Take over the oldest seat that is not settled and that nobody works on any more."""
    chosen = select(seats).where(*of_account(seats, account), seats.c.state.in_(OPEN), _is_free(now))
    chosen = chosen.order_by(seats.c.changed_at, seats.c.session_id, seats.c.user_id).limit(1)
    return await _claimed(db, chosen, by, until)


async def claim_outdated(
    db: Db, account: Account, session_id: str, told_what: str, by: str, now: datetime, until: datetime
) -> Seat | None:
    """Take hold of a seat whose person was told something else than this, and who can be told."""
    said_else = (seats.c.told_what != told_what, seats.c.dm_channel_id != "")
    held = (seats.c.session_id == session_id, seats.c.state == SeatState.HELD)
    chosen = select(seats).where(*of_account(seats, account), *held, *said_else, _is_free(now)).limit(1)
    return await _claimed(db, chosen, by, until)


async def sessions(db: Db, account: Account) -> frozenset[str]:
    """The sessions at which anybody holds a seat and can be told of it."""
    held = (seats.c.state == SeatState.HELD, seats.c.dm_channel_id != "")
    return frozenset(
        (await db.execute(select(seats.c.session_id).where(*of_account(seats, account), *held).distinct())).scalars()
    )


async def registrant_ids(db: Db, account: Account, session_id: str) -> frozenset[str]:
    """The registrants of a session who have a seat, and so their links from us."""
    here = (*of_account(seats, account), seats.c.session_id == session_id)
    found = await db.execute(select(seats.c.registrant_id).where(*here, seats.c.state.in_(SETTLED)))
    return frozenset(row for row in found.scalars() if row)


async def release_all(db: Db) -> None:
    """Free every claim: for a database that only one process uses, right after that process started."""
    await db.execute(update(seats).where(seats.c.claimed_until.is_not(None)).values(claimed_until=None))


async def forget_ended(db: Db, account: Account, before: datetime) -> None:
    """Drop the seats of webinars that ended before then, with the names and addresses in them."""
    # No session is longer than 12 hours: some seats stay for half a day more than they need to.
    over = select(webinars.c.session_id).where(*of_account(webinars, account), webinars.c.start < before - MAX_LENGTH)
    await db.execute(delete(seats).where(*of_account(seats, account), seats.c.session_id.in_(over)))


async def _claimed(db: Db, chosen: Any, by: str, until: datetime) -> Seat | None:
    if db.is_postgresql:
        chosen = chosen.with_for_update(skip_locked=True)
    row = (await db.execute(chosen)).first()
    if row is None:
        return None
    seat = _seat(db, row)
    await db.execute(update(seats).where(*_same(seat)).values(claimed_by=by, claimed_until=until))
    return seat


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(seats.c.claimed_until.is_(None), seats.c.claimed_until < now)


def _same(seat: Seat) -> list[ColumnElement[bool]]:
    return [
        *of_account(seats, seat.account),
        seats.c.session_id == seat.session_id,
        seats.c.user_id == seat.user_id,
    ]


def _values(db: Db, seat: Seat) -> dict[str, Any]:
    content = _Content(
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
        "content": db.vault.seal(content.model_dump_json()),
        "source": seat.source,
        "told_what": seat.told_what,
        "dm_channel_id": seat.dm_channel_id,
        "dm_ts": seat.dm_ts,
        "changed_at": seat.changed_at,
    }


def _seat(db: Db, row: Any) -> Seat:
    content = _Content.model_validate_json(db.vault.open(row.content))
    return Seat(
        account=account_in(row),
        session_id=row.session_id,
        user_id=row.user_id,
        state=SeatState(row.state),
        attendee=content.attendee,
        wanted=content.wanted,
        registrant_id=row.registrant_id,
        join_link=SecretStr(content.join),
        cancel_link=SecretStr(content.cancel),
        source=row.source,
        lead=content.lead,
        by=content.by,
        sequence=content.sequence,
        told_what=row.told_what,
        dm_channel_id=row.dm_channel_id,
        dm_ts=row.dm_ts,
        changed_at=row.changed_at,
    )
