"""The table of team members: their role, how they were notified, and their personal link, encrypted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import ColumnElement, and_, delete, false, or_, select, update

from bot.db.connection import Db
from bot.db.keys import account_columns, account_of, of_account, of_workspace
from bot.db.leases import LeasedTable
from bot.db.people_schema import invitees
from bot.db.schema import webinars
from bot.model.people import Account, Frozen, Workspace
from bot.model.team import FORMER, Invitee, NotifiedBy, Role
from bot.model.webinar import MAX_LENGTH
from bot.team.diff import Member, merge_listed, sort_members

OUTDATED = "outdated"
"""In place of the digest of what a message shows."""
_LAST_MESSAGE = ("told_what", "shown_digest", "dm_channel_id", "dm_ts", "role_ts")
"""The columns about the last message to a member: only the worker that sends it changes them."""


class StoredMember(Frozen):
    """A member with the key of their row."""

    account: Account
    session_id: str
    member: Member

    @property
    def invitee_id(self) -> str:
        """The last part of the key."""
        return self.member.invitee.invitee_id


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
    rows = await _rows(db, account, session_id, invitees.c.told.not_in(FORMER))
    # The host is always listed (guide, webinar/invitees.md), so without one the team was never read.
    read_at = next((row.changed_at for row in rows if row.role == Role.HOST), None)
    return Team(sort_members(_member(row) for row in rows), read_at) if read_at else None


async def read_times(db: Db, account: Account) -> dict[str, datetime]:
    """When each team was last read as a whole, by session id."""
    query = select(invitees.c.session_id, invitees.c.changed_at).where(
        *of_account(invitees, account), invitees.c.role == Role.HOST, invitees.c.told.not_in(FORMER)
    )
    return {row.session_id: row.changed_at for row in await db.execute(query)}


async def was_saved_since(db: Db, account: Account, session_id: str, moment: datetime) -> bool:
    """Whether a member of this team was saved after `moment`."""
    rows = await _rows(db, account, session_id, invitees.c.changed_at > moment)
    return bool(rows)


async def mark_outdated(db: Db, account: Account, session_id: str, ids: Collection[str]) -> None:
    """Have the messages of these members rewritten, with a new calendar file."""
    which = [*of_account(invitees, account), invitees.c.session_id == session_id, invitees.c.invitee_id.in_(ids)]
    await db.execute(update(invitees).where(*which, _HAS_MESSAGE).values(shown_digest=OUTDATED, told_what=OUTDATED))


async def members(db: Db, account: Account, session_id: str, ids: Collection[str]) -> list[Member]:
    """The members with these ids, including removed ones still to be notified."""
    rows = await _rows(db, account, session_id, invitees.c.invitee_id.in_(ids))
    return sort_members(_member(row) for row in rows)


async def everyone(db: Db, account: Account, session_id: str) -> list[Member]:
    """All rows of a team, including removed members."""
    return [_member(row) for row in await _rows(db, account, session_id)]


async def replace_all(
    db: Db, account: Account, session_id: str, listed: Iterable[Invitee], now: datetime
) -> list[Member]:
    """Save the team as `listed`, merged with what is stored (`merge_listed`); return the members that are gone."""
    merged = merge_listed(await everyone(db, account, session_id), listed)
    for member in merged.saved:
        await save(db, account, session_id, member, now)
    await forget(db, account, session_id, merged.forgotten)
    return merged.gone


async def save(db: Db, account: Account, session_id: str, member: Member, now: datetime) -> None:
    """Insert a member, or update one except for their last message, which another worker may be sending."""
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
            "invited_by": member.invited_by,
            "changed_at": now,
            **_last_message(member),
        },
        keep=_LAST_MESSAGE,
    )


def is_unchanged(stored: StoredMember) -> list[ColumnElement[bool]]:
    """Conditions that hold until the member gets another role, leaves, or is notified."""
    member = stored.member
    return [
        invitees.c.told == member.notified_by,
        invitees.c.role == member.invitee.role,
        invitees.c.told_what == member.notified_digest,
    ]


async def finish(db: Db, before: StoredMember, after: Member, worker_id: str) -> None:
    """Save how a member was notified, unless they have another role since or left, and release the row."""
    told = {"told": after.notified_by, **_last_message(after)}
    mine = LEASES.owned(before, worker_id)
    await db.execute(update(invitees).where(*mine, *is_unchanged(before)).values(**told))
    await db.execute(update(invitees).where(*mine).values(claimed_until=None))


async def forget_gone(db: Db, stored: StoredMember, worker_id: str) -> None:
    """Delete a member who was notified of their removal, unless they are listed again."""
    await db.execute(delete(invitees).where(*LEASES.owned(stored, worker_id), _IS_GONE))


async def sessions_to_update(db: Db, account: Account) -> frozenset[str]:
    """The sessions with members whose message may be outdated."""
    query = select(invitees.c.session_id).where(*of_account(invitees, account), or_(_HAS_MESSAGE, _IS_GONE)).distinct()
    return frozenset((await db.execute(query)).scalars())


async def claim_outdated(
    db: Db,
    account: Account,
    session_id: str,
    current: Collection[str],
    worker_id: str,
    now: datetime,
    until: datetime,
) -> StoredMember | None:
    """Claim a member of this session whose message has none of the `current` digests, or who was removed elsewhere."""
    is_outdated = or_(and_(_HAS_MESSAGE, invitees.c.shown_digest.not_in(current)), _IS_GONE)
    return await LEASES.claim(db, account, worker_id, now, until, invitees.c.session_id == session_id, is_outdated)


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


async def links_of_user(db: Db, account: Account, user_id: str) -> dict[str, SecretStr]:
    """For each session on whose team this Slack user is: their personal link, empty if it has none."""
    which = invitees.c.user_id == user_id, invitees.c.told.not_in(FORMER)
    rows = (await db.execute(select(invitees).where(*of_account(invitees, account), *which))).all()
    return {row.session_id: _member(row).invitee.link for row in rows if user_id}


async def find_by_user(db: Db, account: Account, session_id: str, user_id: str) -> Member | None:
    """The member that is this Slack user; None if they are not on the team."""
    rows = await _rows(db, account, session_id, invitees.c.user_id == user_id, invitees.c.told.not_in(FORMER))
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
        shown_digest=row.shown_digest,
        dm_channel_id=row.dm_channel_id,
        dm_ts=row.dm_ts,
        role_ts=row.role_ts,
        invited_by=row.invited_by,
    )


def _stored(row: Any) -> StoredMember:
    return StoredMember(account=account_of(row), session_id=row.session_id, member=_member(row))


def _last_message(member: Member) -> dict[str, str]:
    position = member.dm_channel_id, member.dm_ts, member.role_ts
    values = (member.notified_digest, member.shown_digest, *position)
    return dict(zip(_LAST_MESSAGE, values, strict=True))


def _message_position(stored: StoredMember) -> dict[str, str]:
    return {"dm_channel_id": stored.member.dm_channel_id, "dm_ts": stored.member.dm_ts}


_HAS_MESSAGE = and_(invitees.c.told == NotifiedBy.MESSAGE, invitees.c.dm_channel_id != "")
_IS_GONE = invitees.c.told == NotifiedBy.GONE

LEASES = LeasedTable(
    invitees,
    key=("session_id", "invitee_id"),
    order=("session_id", "invitee_id"),
    resumable=false(),
    read=_stored,
    write=_message_position,
)
"""The leases on members who are being notified."""
