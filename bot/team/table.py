"""The table of team members: their role, how they were notified, and their personal link, encrypted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import ColumnElement, delete, select

from bot.db.connection import Db
from bot.db.keys import account_columns, of_account, of_workspace
from bot.db.people_schema import invitees
from bot.db.schema import webinars
from bot.model.people import Account, Workspace
from bot.model.team import Invitee, NotifiedBy, Role
from bot.model.webinar import MAX_LENGTH
from bot.team.diff import Member, sort_members


@dataclass(frozen=True)
class Team:
    """A team as last read: the host, then co-hosts, then panelists."""

    members: Sequence[Member]
    read_at: datetime

    @property
    def others(self) -> list[Member]:
        """All members but the host, who can be neither changed nor removed."""
        return [one for one in self.members if one.invitee.role is not Role.HOST]


async def find(db: Db, account: Account, session_id: str) -> Team | None:
    """The team of a session; None if it was never read."""
    rows = await _rows(db, account, session_id, invitees.c.told != NotifiedBy.LEFT)
    # The host is always listed (guide, webinar/invitees.md), so without one the team was never read.
    read_at = next((row.changed_at for row in rows if row.role == Role.HOST), None)
    return Team(sort_members(_member(row) for row in rows), read_at) if read_at else None


async def members(db: Db, account: Account, session_id: str, ids: Collection[str]) -> list[Member]:
    """The members with these ids, including removed ones still to be notified."""
    rows = await _rows(db, account, session_id, invitees.c.invitee_id.in_(ids))
    return sort_members(_member(row) for row in rows)


async def replace_all(
    db: Db, account: Account, session_id: str, listed: Iterable[Invitee], now: datetime
) -> list[Member]:
    """Replace the team by `listed`, keeping what we know of Slack users; return the members that are gone."""
    before = {row.invitee_id: _member(row) for row in await _rows(db, account, session_id)}
    current = {invitee.invitee_id: invitee for invitee in listed}
    for invitee in current.values():
        known = before.get(invitee.invitee_id, Member(invitee=invitee))
        notified_by = NotifiedBy.ELSEWHERE if known.notified_by is NotifiedBy.LEFT else known.notified_by
        await save(
            db, account, session_id, known.model_copy(update={"invitee": invitee, "notified_by": notified_by}), now
        )
    gone = [one for key, one in before.items() if key not in current and one.notified_by is not NotifiedBy.LEFT]
    await forget(db, account, session_id, [one.invitee.invitee_id for one in gone])
    return gone


async def save(db: Db, account: Account, session_id: str, member: Member, now: datetime) -> None:
    """Insert or update a member."""
    invitee = member.invitee
    private = {
        "name": invitee.name,
        "email": invitee.email,
        "coworker_id": invitee.coworker_id,
        "link": invitee.link.get_secret_value(),
        "is_mailed": invitee.is_mailed,
    }
    await db.upsert(
        invitees,
        {
            **account_columns(account),
            "session_id": session_id,
            "invitee_id": invitee.invitee_id,
            "role": invitee.role,
            "user_id": member.user_id,
            "content": json.dumps(private),
            "told": member.notified_by,
            "told_what": member.notified_digest,
            "dm_channel_id": member.dm_channel_id,
            "invited_by": member.invited_by,
            "changed_at": now,
        },
    )


async def forget(db: Db, account: Account, session_id: str, ids: Collection[str]) -> None:
    """Delete the members with these ids."""
    which = [*of_account(invitees, account), invitees.c.session_id == session_id, invitees.c.invitee_id.in_(ids)]
    await db.execute(delete(invitees).where(*which))


async def forget_ended(db: Db, workspace: Workspace, before: datetime) -> None:
    """Delete the teams of webinars that ended before then."""
    # No session is longer than MAX_LENGTH, so the start decides.
    ended = select(webinars.c.session_id).where(
        *of_workspace(webinars, workspace),
        webinars.c.provider == invitees.c.provider,
        webinars.c.account == invitees.c.account,
        webinars.c.start < before - MAX_LENGTH,
    )
    await db.execute(delete(invitees).where(*of_workspace(invitees, workspace), invitees.c.session_id.in_(ended)))


async def link_for_user(db: Db, account: Account, session_id: str, user_id: str) -> str:
    """The personal link of a Slack user on the team; empty if they are not on it."""
    member = await find_by_user(db, account, session_id, user_id)
    return member.invitee.link.get_secret_value() if member else ""


async def find_by_user(db: Db, account: Account, session_id: str, user_id: str) -> Member | None:
    """The member that is this Slack user; None if they are not on the team."""
    rows = await _rows(db, account, session_id, invitees.c.user_id == user_id, invitees.c.told != NotifiedBy.LEFT)
    return _member(rows[0]) if user_id and rows else None


async def _rows(db: Db, account: Account, session_id: str, *which: ColumnElement[bool]) -> Sequence[Any]:
    query = select(invitees).where(*of_account(invitees, account), invitees.c.session_id == session_id, *which)
    return (await db.execute(query.order_by(invitees.c.invitee_id))).all()


def _member(row: Any) -> Member:
    private = json.loads(row.content)
    return Member(
        invitee=Invitee(
            invitee_id=row.invitee_id,
            role=Role(row.role),
            name=private["name"],
            email=private["email"],
            coworker_id=private["coworker_id"],
            link=SecretStr(private["link"]),
            is_mailed=private["is_mailed"],
        ),
        user_id=row.user_id,
        notified_by=NotifiedBy(row.told),
        notified_digest=row.told_what,
        dm_channel_id=row.dm_channel_id,
        invited_by=row.invited_by,
    )
