"""Remembers who is on the team of a webinar, how each of them was told, and their own links; encrypted."""

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
from bot.db.schema import invitees, webinars
from bot.model.people import Account, Workspace
from bot.model.team import Invitee, NotifiedBy, Role
from bot.model.webinar import MAX_LENGTH
from bot.team.diff import Member, ordered


@dataclass(frozen=True)
class Team:
    """Everybody on a team as last read: the host, then co-hosts, then panelists."""

    members: Sequence[Member]
    read_at: datetime

    @property
    def others(self) -> list[Member]:
        """All but the host, who can be neither changed nor removed."""
        return [one for one in self.members if one.invitee.role is not Role.HOST]


async def find(db: Db, account: Account, session_id: str) -> Team | None:
    """The team of a session; nothing where it was never read."""
    rows = await _rows(db, account, session_id, invitees.c.told != NotifiedBy.LEFT)
    # The host is always listed (guide, webinar/invitees.md), so a team without one was not read yet.
    read_at = next((row.changed_at for row in rows if row.role == Role.HOST), None)
    return Team(ordered(_member(row) for row in rows), read_at) if read_at else None


async def members(db: Db, account: Account, session_id: str, ids: Collection[str]) -> list[Member]:
    """These of a team, also those who have left and do not know yet."""
    rows = await _rows(db, account, session_id, invitees.c.invitee_id.in_(ids))
    return ordered(_member(row) for row in rows)


async def keep_all(db: Db, account: Account, session_id: str, listed: Iterable[Invitee], now: datetime) -> list[Member]:
    """Bring the team to what was read, keeping what is known of people in Slack; returns those who are gone."""
    before = {row.invitee_id: _member(row) for row in await _rows(db, account, session_id)}
    there = {invitee.invitee_id: invitee for invitee in listed}
    for invitee in there.values():
        known = before.get(invitee.invitee_id, Member(invitee=invitee))
        told = NotifiedBy.ELSEWHERE if known.told is NotifiedBy.LEFT else known.told
        await save(db, account, session_id, known.model_copy(update={"invitee": invitee, "told": told}), now)
    gone = [one for key, one in before.items() if key not in there and one.told is not NotifiedBy.LEFT]
    await forget(db, account, session_id, [one.invitee.invitee_id for one in gone])
    return gone


async def save(db: Db, account: Account, session_id: str, member: Member, now: datetime) -> None:
    """Write somebody down, in the place of what was known of them."""
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
            "told": member.told,
            "told_what": member.notified_digest,
            "dm_channel_id": member.dm_channel_id,
            "invited_by": member.invited_by,
            "changed_at": now,
        },
    )


async def forget(db: Db, account: Account, session_id: str, ids: Collection[str]) -> None:
    """Remember nothing more of these."""
    which = [*of_account(invitees, account), invitees.c.session_id == session_id, invitees.c.invitee_id.in_(ids)]
    await db.execute(delete(invitees).where(*which))


async def forget_ended(db: Db, workspace: Workspace, before: datetime) -> None:
    """Forget the teams of all webinars that had surely ended by then."""
    # No session is longer than that, so its start says enough.
    ended = select(webinars.c.session_id).where(
        *of_workspace(webinars, workspace),
        webinars.c.provider == invitees.c.provider,
        webinars.c.account == invitees.c.account,
        webinars.c.start < before - MAX_LENGTH,
    )
    await db.execute(delete(invitees).where(*of_workspace(invitees, workspace), invitees.c.session_id.in_(ended)))


async def link_of(db: Db, account: Account, session_id: str, user_id: str) -> str:
    """The own link of somebody in Slack who is on the team; empty where they are not."""
    member = await of_person(db, account, session_id, user_id)
    return member.invitee.link.get_secret_value() if member else ""


async def of_person(db: Db, account: Account, session_id: str, user_id: str) -> Member | None:
    """Somebody in Slack as they are on the team; nothing where they are not, or not any more."""
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
        told=NotifiedBy(row.told),
        notified_digest=row.told_what,
        dm_channel_id=row.dm_channel_id,
        invited_by=row.invited_by,
    )
