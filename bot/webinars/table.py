"""The table of the mirror: our copy of webinars, sessions and counts."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from zlib import crc32

from pydantic import SecretStr, TypeAdapter
from sqlalchemy import Select, bindparam, func, or_, select, update

from bot.db.connection import Db
from bot.db.keys import (
    account_columns,
    account_of,
    columns_in,
    columns_in_parameters,
    of_account,
    of_bound_account,
    of_workspace,
)
from bot.db.schema import webinars
from bot.model.ability import ALL, Ability
from bot.model.lifecycle import ENDED_STATUSES
from bot.model.people import Account, Workspace
from bot.model.webinar import MAX_LENGTH, Audience, FixedOptions, Preferences, Registration, Status, Webinar

_KEY = list(webinars.primary_key)
_COLUMNS = [column for column in webinars.c if column not in (webinars.c.host_link, webinars.c.questions)]
"""All but the host's link, so that listing webinars decrypts nothing, and the questions, which are long."""
NO_LINK = SecretStr("")
AT_ONCE = 200
"""Rows converted before other tasks may run."""
_ABILITIES = TypeAdapter(frozenset[Ability])
_LOCKS = 3
"""The class of the advisory locks on the webinars of a workspace."""


async def save(db: Db, webinar: Webinar, host_link: SecretStr = NO_LINK) -> None:
    """Insert or update the row of a webinar. Empty or None values keep what is stored."""
    row: dict[str, Any] = {
        **account_columns(webinar.account),
        "session_id": webinar.session_id,
        "webinar_id": webinar.webinar_id,
        "title": webinar.title,
        "description": webinar.description,
        "start": webinar.start,
        "length_s": int(webinar.length.total_seconds()),
        "time_zone": webinar.time_zone,
        "status": webinar.status,
        "audience": webinar.audience,
        "host_user_id": webinar.host_user_id,
        "host_name": webinar.host_name or None,
        "created_by": webinar.created_by,
        "attendee_link": webinar.attendee_link,
        "panel_offset_s": int(webinar.panel_offset.total_seconds()),
        "abilities": _abilities_column(webinar.abilities),
        "live_from": webinar.live_from,
        "seen_at": webinar.seen_at,
    }
    if host_link.get_secret_value():
        row["host_link"] = host_link.get_secret_value()
    if webinar.registration:
        row |= _registration_columns(webinar.registration)
    names = ["audience", "host_name", "created_by"]
    if webinar.audience is not Audience.REGISTRANTS:  # a webinar with registration has no shared link any more
        names.append("attendee_link")
    unknown = [name for name in names if not row[name]]
    await db.upsert(webinars, row, keep=unknown)


async def save_fixed_options(db: Db, account: Account, session_id: str, fixed: FixedOptions) -> None:
    """Save the options that the account fixed for this webinar, to show them in the next form."""
    await db.execute(
        update(webinars)
        .where(*of_account(webinars, account), webinars.c.session_id == session_id)
        .values(fixed_options=fixed.model_dump_json())
    )


async def find(db: Db, account: Account, session_id: str, *, for_update: bool = False) -> Webinar | None:
    """Return the webinar with this session id.

    `for_update` locks it until this transaction ends, so that only one of two concurrent transactions sees a change.
    (SQLite has one writer at a time.)
    """
    values = {**account_columns(account), "session": session_id}
    row = (await db.execute(_find(for_update=for_update), values)).first()
    return _webinar(row) if row else None


@cache
def _find(*, for_update: bool) -> Select[Any]:
    query = select(*_COLUMNS).where(*of_bound_account(webinars), webinars.c.session_id == bindparam("session"))
    return query.with_for_update() if for_update else query


async def by_keys(db: Db, keys: Collection[tuple[Account, str]]) -> dict[tuple[Account, str], Webinar]:
    """Return several webinars by account and session id in one query, without unknown ones."""
    if not keys:
        return {}
    values = {(*account_columns(account).values(), session_id) for account, session_id in keys}
    query = _by_keys(postgresql=db.is_postgresql)
    found = [_webinar(row) for row in await db.execute(query, columns_in_parameters(_KEY, "key", values, db))]
    return {(webinar.account, webinar.session_id): webinar for webinar in found}


@cache
def _by_keys(*, postgresql: bool) -> Select[Any]:
    return select(*_COLUMNS).where(columns_in(_KEY, "key", postgresql=postgresql))


async def list_webinars(db: Db, workspace: Workspace, ending_after: datetime | None = None) -> list[Webinar]:
    """List the webinars of a workspace by start; with `ending_after`, only those that end later."""
    query = (
        select(*_COLUMNS).where(*of_workspace(webinars, workspace)).order_by(webinars.c.start, webinars.c.session_id)
    )
    if ending_after:
        # No session is longer than MAX_LENGTH, so the index on start narrows the rows before the exact test.
        query = query.where(webinars.c.start > ending_after - MAX_LENGTH)
    found = [_webinar(row) for row in await db.execute(query)]
    return [webinar for webinar in found if not ending_after or webinar.end > ending_after]


async def dates_of(db: Db, account: Account, webinar_id: str) -> list[Webinar]:
    """List the dates of a webinar by start."""
    query = select(*_COLUMNS).where(*of_account(webinars, account), webinars.c.webinar_id == webinar_id)
    return [_webinar(row) for row in await db.execute(query.order_by(webinars.c.start, webinars.c.session_id))]


async def due_for_count(db: Db, account: Account, read_before: datetime, now: datetime) -> list[Webinar]:
    """List the account's scheduled and active webinars whose registration was not read after `read_before`, by start.

    Includes webinars whose audience is not known yet; excludes those without registration.
    """
    unread = or_(webinars.c.counted_at.is_(None), webinars.c.counted_at <= read_before)
    for_registrants = or_(webinars.c.audience.is_(None), webinars.c.audience != Audience.ANYONE)
    is_on = webinars.c.status.not_in(ENDED_STATUSES)
    late = webinars.c.start > now - MAX_LENGTH
    query = select(*_COLUMNS).where(*of_account(webinars, account), late, is_on, for_registrants, unread)
    found = []
    for row in await db.execute(query.order_by(webinars.c.start, webinars.c.session_id)):
        found.append(_webinar(row))
        if len(found) % AT_ONCE == 0:
            await asyncio.sleep(0)  # this query runs several times a minute: let other tasks run
    return found


async def ended_since(db: Db, account: Account, since: datetime, now: datetime) -> list[Webinar]:
    """List the account's webinars that may have ended between `since` and `now`, without canceled ones.

    Includes some that are still running or ended up to a day earlier, and none that needs no registration.
    """
    within = webinars.c.start.between(since - MAX_LENGTH, now)
    for_registrants = or_(webinars.c.audience.is_(None), webinars.c.audience != Audience.ANYONE)
    is_alive = webinars.c.status != Status.CANCELED
    query = select(*_COLUMNS).where(*of_account(webinars, account), within, is_alive, for_registrants)
    return [_webinar(row) for row in await db.execute(query)]


async def lock_workspace(db: Db, workspace: Workspace, ending_after: datetime) -> None:
    """Block changes and additions of webinars that end later, until this transaction ends.

    A change of subscriptions needs this: otherwise a concurrent change of a webinar and it would not see each other.
    """
    if not db.is_postgresql:
        return  # SQLite has one writer at a time
    in_order = (webinars.c.provider, webinars.c.account, webinars.c.session_id)
    late = webinars.c.start > ending_after - MAX_LENGTH
    query = select(webinars.c.session_id).where(*of_workspace(webinars, workspace), late).order_by(*in_order)
    await db.execute(query.with_for_update())
    await db.execute(select(func.pg_advisory_xact_lock(_LOCKS, _key(workspace))))


async def wait_for_workspace_lock(db: Db, workspace: Workspace) -> None:
    """Wait for `lock_workspace` of other transactions, before planning the notices of an added webinar.

    Call it after locking every row that this transaction changes: `lock_workspace` locks in the same order.
    """
    if db.is_postgresql:
        await db.execute(select(func.pg_advisory_xact_lock_shared(_LOCKS, _key(workspace))))


async def host_link(db: Db, account: Account, session_id: str) -> str:
    """Return the host's personal link, for the creator only; empty if unknown."""
    link = (
        await db.execute(
            select(webinars.c.host_link).where(*of_account(webinars, account), webinars.c.session_id == session_id)
        )
    ).scalar()
    return link or ""


async def latest_fixed_options(db: Db, account: Account) -> tuple[FixedOptions, datetime] | None:
    """Return the options fixed by the account, and when they were read."""
    row = (
        await db.execute(
            select(webinars.c.fixed_options, webinars.c.seen_at)
            .where(*of_account(webinars, account), webinars.c.fixed_options.is_not(None))
            .order_by(webinars.c.seen_at.desc())
            .limit(1)
        )
    ).first()
    return (FixedOptions.model_validate_json(row.fixed_options), row.seen_at) if row else None


def _key(workspace: Workspace) -> int:
    return crc32(repr(tuple(workspace.model_dump().values())).encode()) - 2**31


def _registration_columns(registration: Registration) -> dict[str, Any]:
    return {
        "page_uri": registration.page_uri,
        "registrant_count": registration.count,
        "registrant_limit": registration.limit,
        "registration_open": registration.is_open,
        "has_real_registrants": registration.has_real_registrants,
        "counted_at": registration.read_at,
        "limit_since": registration.limit_since,
        "full_since": registration.full_since,
        "preferences": registration.preferences.model_dump_json() if registration.preferences else None,
        "after_count": registration.after_count,
        "after_closes_at": registration.closes_at,
        "sequence": registration.sequence,
    }


def _webinar(row: Any) -> Webinar:
    return Webinar(
        account=account_of(row),
        webinar_id=row.webinar_id,
        session_id=row.session_id,
        title=row.title,
        description=row.description,
        start=row.start,
        length=timedelta(seconds=row.length_s),
        time_zone=row.time_zone,
        status=Status(row.status),
        audience=Audience(row.audience) if row.audience else None,
        host_user_id=row.host_user_id,
        host_name=row.host_name or "",
        created_by=row.created_by,
        attendee_link=row.attendee_link,
        registration=_registration(row) if row.counted_at else None,
        panel_offset=timedelta(seconds=row.panel_offset_s),
        abilities=_abilities(row.abilities) if row.abilities else ALL,
        live_from=row.live_from,
        seen_at=row.seen_at,
    )


def _registration(row: Any) -> Registration:
    return Registration(
        page_uri=row.page_uri,
        count=row.registrant_count,
        limit=row.registrant_limit,
        is_open=row.registration_open,
        has_real_registrants=row.has_real_registrants,
        read_at=row.counted_at,
        limit_since=row.limit_since,
        full_since=row.full_since,
        preferences=_preferences(row.preferences) if row.preferences else None,
        after_count=row.after_count,
        closes_at=row.after_closes_at,
        sequence=row.sequence,
    )


@lru_cache(maxsize=1_000)
def _abilities_column(abilities: frozenset[Ability]) -> str | None:
    return None if abilities == ALL else _ABILITIES.dump_json(abilities).decode()


@lru_cache(maxsize=1_000)
def _abilities(text: str) -> frozenset[Ability]:
    return _ABILITIES.validate_json(text)


@lru_cache(maxsize=1_000)
def _preferences(text: str) -> Preferences:
    return Preferences.model_validate_json(text)
