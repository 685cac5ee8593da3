"""What decides who can see a webinar: where it is announced, who takes part, and the workspace's setting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, CompoundSelect, Table, and_, bindparam, func, literal, or_, select, union_all

from bot.db.connection import Db
from bot.db.keys import account_columns, of_bound_account, of_bound_workspace, of_workspace, workspace_columns
from bot.db.people_schema import invitees, seats, suggestions
from bot.db.schema import cards, subscriptions, visibility, webinars
from bot.model.people import Account, Workspace
from bot.model.team import FORMER
from bot.model.visibility import Unannounced


@dataclass(frozen=True)
class Announcements:
    """Where the webinars of an account are announced, and in which of them one person takes part."""

    places: Mapping[str, frozenset[str]]
    """The channels that hold the card of a webinar or get its notices, by session id."""
    takes_part: frozenset[str]
    """Session ids."""


async def find(db: Db, account: Account, user_id: str, session_id: str = "") -> Announcements:
    """Return the announcements of all webinars of the account, or of one, in one query."""
    query = _query(one=bool(session_id))
    rows = await db.execute(query, {**account_columns(account), "user": user_id, "session": session_id})
    places: defaultdict[str, set[str]] = defaultdict(set)
    takes_part = set()
    for session, channel_id in rows:
        if channel_id:
            places[session].add(channel_id)
        else:
            takes_part.add(session)
    return Announcements({key: frozenset(value) for key, value in places.items()}, frozenset(takes_part))


async def unannounced(db: Db, workspace: Workspace) -> Unannounced:
    """Return who sees the webinars that were announced nowhere."""
    stored = (await db.execute(select(visibility.c.unannounced).where(*of_workspace(visibility, workspace)))).scalar()
    return Unannounced(stored) if stored else Unannounced.PEOPLE


async def save_unannounced(db: Db, workspace: Workspace, choice: Unannounced, by: str, now: datetime) -> None:
    """Store who sees the webinars that were announced nowhere."""
    row = {**workspace_columns(workspace), "unannounced": choice, "set_by": by, "set_at": now}
    await db.upsert(visibility, row)


@cache
def _query(*, one: bool) -> CompoundSelect[tuple[str, str]]:
    def of(table: Table) -> list[ColumnElement[bool]]:
        return [*of_bound_account(table), *([table.c.session_id == bindparam("session")] if one else [])]

    nowhere = literal("")
    # As in bot.notices.subscriptions.model.covers.
    covers = or_(
        and_(
            subscriptions.c.scope == "webinar",
            subscriptions.c.subject == webinars.c.session_id,
            subscriptions.c.provider == webinars.c.provider,
            subscriptions.c.account == webinars.c.account,
        ),
        and_(
            subscriptions.c.scope == "mine",
            webinars.c.created_by != "",
            subscriptions.c.subject == webinars.c.created_by,
        ),
        and_(
            subscriptions.c.scope == "all",
            or_(
                subscriptions.c.by_organizer,
                and_(webinars.c.created_by != "", subscriptions.c.set_by == webinars.c.created_by),
            ),
        ),
    )
    return union_all(
        select(cards.c.session_id, cards.c.channel_id).where(*of(cards)),
        select(webinars.c.session_id, subscriptions.c.channel_id)
        .join_from(webinars, subscriptions, and_(*of_bound_workspace(subscriptions), covers))
        .where(*of(webinars), func.substr(subscriptions.c.channel_id, 1, 1).in_(("C", "G"))),
        select(invitees.c.session_id, nowhere).where(
            *of(invitees), invitees.c.user_id == bindparam("user"), invitees.c.told.not_in(FORMER)
        ),
        *(
            select(table.c.session_id, nowhere).where(*of(table), table.c.user_id == bindparam("user"))
            for table in (seats, suggestions)
        ),
    )
