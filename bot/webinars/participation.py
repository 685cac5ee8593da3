"""Whether a Slack user takes part in a webinar: has a seat, or is on its team."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, select

from bot.db.connection import Db
from bot.db.keys import of_account
from bot.db.people_schema import invitees, seats
from bot.model.people import Account
from bot.model.seat import REGISTERED_STATES
from bot.model.team import NotifiedBy


async def has_seat(db: Db, account: Account, session_id: str, user_id: str) -> bool:
    """Whether this Slack user has a seat."""
    return await _exists(db, account, seats, session_id, user_id, seats.c.state.in_(REGISTERED_STATES))


async def is_on_team(db: Db, account: Account, session_id: str, user_id: str) -> bool:
    """Whether this Slack user is on the team, and has not left it."""
    return await _exists(db, account, invitees, session_id, user_id, invitees.c.told != NotifiedBy.LEFT)


async def _exists(
    db: Db, account: Account, table: Table, session_id: str, user_id: str, condition: ColumnElement[bool]
) -> bool:
    if not user_id:
        return False
    key = *of_account(table, account), table.c.session_id == session_id, table.c.user_id == user_id
    found = await db.execute(select(table.c.user_id).where(*key, condition).limit(1))
    return found.first() is not None
