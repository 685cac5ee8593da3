"""Whether a Slack user takes part in a webinar: has a seat, or is on its team."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import ColumnElement, Table, and_, exists, func, select

from bot.db.connection import Db
from bot.db.keys import of_account
from bot.db.people_schema import calendar_entries, invitees, seats
from bot.model.people import Account
from bot.model.registrant import RegistrantStatus
from bot.model.seat import REGISTERED_STATES
from bot.model.team import FORMER, NotifiedBy, Role

_SPEAKERS = (Role.COHOST, Role.PANELIST)
_NOTIFIED_IN_SLACK = (NotifiedBy.WAITING, NotifiedBy.MESSAGE)


async def has_seat(db: Db, account: Account, session_id: str, user_id: str) -> bool:
    """Whether this Slack user has a seat, also one that waits for approval."""
    is_denied = seats.c.status == RegistrantStatus.DENIED
    return await _exists(db, account, seats, session_id, user_id, seats.c.state.in_(REGISTERED_STATES) & ~is_denied)


async def seat_holders(db: Db, account: Account, session_id: str) -> list[str]:
    """The Slack users who have a seat that is approved."""
    is_valid = seats.c.state.in_(REGISTERED_STATES), seats.c.status == RegistrantStatus.APPROVED
    which = *of_account(seats, account), seats.c.session_id == session_id, *is_valid
    return list((await db.execute(select(seats.c.user_id).where(*which).order_by(seats.c.user_id))).scalars())


async def is_on_team(db: Db, account: Account, session_id: str, user_id: str) -> bool:
    """Whether this Slack user is on the team, and has not left it."""
    return await _exists(db, account, invitees, session_id, user_id, invitees.c.told.not_in(FORMER))


async def speaker_names(db: Db, account: Account, session_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The names of the co-hosts and panelists of these sessions, in this order; no addresses.

    Those who have left a team, and those without a name, are left out.
    """
    which = invitees.c.session_id.in_(session_ids), invitees.c.role.in_(_SPEAKERS), invitees.c.told.not_in(FORMER)
    query = select(invitees.c.session_id, invitees.c.role, invitees.c.content).where(*of_account(invitees, account))
    rows = (await db.execute(query.where(*which).order_by(invitees.c.invitee_id))).all()
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: _SPEAKERS.index(row.role)):
        name = str(json.loads(row.content)["name"]).strip()
        if name and "@" not in name:
            found[row.session_id].append(name)
    return {session_id: tuple(names) for session_id, names in found.items()}


async def team_user_ids(db: Db, account: Account, session_id: str) -> frozenset[str]:
    """The Slack users on the team, without those who have left it."""
    key = *of_account(invitees, account), invitees.c.session_id == session_id
    found = await db.execute(select(invitees.c.user_id).where(*key, invitees.c.told.not_in(FORMER)))
    return frozenset(user_id for user_id in found.scalars() if user_id)


async def seats_of(db: Db, account: Account, user_id: str) -> frozenset[str]:
    """The sessions in which this Slack user has a seat."""
    which = *of_account(seats, account), seats.c.user_id == user_id, seats.c.state.in_(REGISTERED_STATES)
    return frozenset((await db.execute(select(seats.c.session_id).where(*which))).scalars())


async def waiting_for_approval(db: Db, account: Account, session_ids: Collection[str]) -> dict[str, int]:
    """How many Slack users wait for approval in each of these sessions; those without any are left out."""
    which = seats.c.session_id.in_(session_ids), seats.c.status == RegistrantStatus.PENDING
    query = select(seats.c.session_id, func.count()).where(*of_account(seats, account), *which)
    registered = seats.c.state.in_(REGISTERED_STATES)
    rows = (await db.execute(query.where(registered).group_by(seats.c.session_id))).all()
    return {str(session_id): int(count) for session_id, count in rows}


async def has_team_entry(db: Db, account: Account, session_id: str, user_id: str) -> bool:
    """Whether this Slack user has a calendar entry as a member of the team, or is about to get one."""
    return await _exists(db, account, invitees, session_id, user_id, invitees.c.told.in_(_NOTIFIED_IN_SLACK))


def has_outdated_entry_of(table: Table) -> ColumnElement[bool]:
    """Whether the user of a row has the calendar entry of a team that they are not on any more."""
    is_member = exists().where(*_same_person(invitees, table), invitees.c.told.in_(_NOTIFIED_IN_SLACK))
    has_entry = exists().where(*_same_person(calendar_entries, table), calendar_entries.c.is_of_team)
    return and_(has_entry.correlate(table), ~is_member.correlate(table))


def _same_person(table: Table, other: Table) -> list[ColumnElement[bool]]:
    columns = ("team_id", "enterprise_id", "provider", "account", "session_id", "user_id")
    return [table.c[name] == other.c[name] for name in columns]


async def is_cohost(db: Db, account: Account, session_id: str, user_id: str, coworker_ids: frozenset[str]) -> bool:
    """Whether this person is a co-host: as a Slack user, or as a coworker invited elsewhere."""
    key = *of_account(invitees, account), invitees.c.session_id == session_id
    current = invitees.c.role == Role.COHOST, invitees.c.told.not_in(FORMER)
    rows = await db.execute(select(invitees.c.user_id, invitees.c.content).where(*key, *current))
    return any(
        (user_id and row.user_id == user_id) or json.loads(row.content)["coworker_id"] in coworker_ids for row in rows
    )


async def _exists(
    db: Db, account: Account, table: Table, session_id: str, user_id: str, condition: ColumnElement[bool]
) -> bool:
    if not user_id:
        return False
    key = *of_account(table, account), table.c.session_id == session_id, table.c.user_id == user_id
    found = await db.execute(select(table.c.user_id).where(*key, condition).limit(1))
    return found.first() is not None
