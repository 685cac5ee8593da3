"""The mirror: our copy of webinars, sessions and counts, which answers every question without a vendor call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select, update

from bot.models import Account, Audience, FixedOptions, Registration, Status, Webinar, Workspace
from bot.store.connection import Db
from bot.store.keys import account_columns, account_in, of_account, of_workspace
from bot.store.schema import webinars

NO_LINK = SecretStr("")


async def save(db: Db, webinar: Webinar, host_link: SecretStr = NO_LINK) -> None:
    """Bring the mirror's row to these facts. What is not known here (empty, None) leaves what is there."""
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
        "host_name": webinar.host_name,
        "created_by": webinar.created_by,
        "attendee_link": webinar.attendee_link,
        "seen_at": webinar.seen_at,
    }
    if host_link.get_secret_value():
        row["host_link"] = db.vault.seal(host_link.get_secret_value())
    if webinar.registration:
        row |= _registration_columns(webinar.registration)
    unknown = [name for name in ("audience", "host_name", "created_by", "attendee_link") if not row[name]]
    await db.upsert(webinars, row, keep=unknown)


async def save_registration(db: Db, account: Account, session_id: str, registration: Registration) -> None:
    """Keep the figures of a session's registration as they were just read."""
    await db.connection.execute(
        update(webinars)
        .where(*of_account(webinars, account), webinars.c.session_id == session_id)
        .values(**_registration_columns(registration))
    )


async def save_fixed_options(db: Db, account: Account, session_id: str, fixed: FixedOptions) -> None:
    """Keep what the vendor's account decided for this webinar, to show it in the next form."""
    await db.connection.execute(
        update(webinars)
        .where(*of_account(webinars, account), webinars.c.session_id == session_id)
        .values(fixed_options=fixed.model_dump_json())
    )


async def find(db: Db, account: Account, session_id: str) -> Webinar | None:
    """The webinar with this session id."""
    row = (
        await db.connection.execute(
            select(webinars).where(*of_account(webinars, account), webinars.c.session_id == session_id)
        )
    ).first()
    return _webinar(row) if row else None


async def everything(db: Db, workspace: Workspace, ending_after: datetime | None = None) -> list[Webinar]:
    """The workspace's webinars by start; with `ending_after`, only those that end later."""
    query = select(webinars).where(*of_workspace(webinars, workspace)).order_by(webinars.c.start, webinars.c.session_id)
    if ending_after:
        # No session is longer than 12 hours, so the index on start narrows it down before the exact test.
        query = query.where(webinars.c.start > ending_after - timedelta(hours=12))
    found = [_webinar(row) for row in await db.connection.execute(query)]
    return [webinar for webinar in found if not ending_after or webinar.end > ending_after]


async def host_link(db: Db, account: Account, session_id: str) -> str:
    """The host's personal link, decrypted: for the one person who may see it. Empty where none is known."""
    sealed = (
        await db.connection.execute(
            select(webinars.c.host_link).where(*of_account(webinars, account), webinars.c.session_id == session_id)
        )
    ).scalar()
    return db.vault.open(sealed) if sealed else ""


async def latest_fixed_options(db: Db, account: Account) -> tuple[FixedOptions, datetime] | None:
    """What the vendor's account decides, as last read, and when that was."""
    row = (
        await db.connection.execute(
            select(webinars.c.fixed_options, webinars.c.seen_at)
            .where(*of_account(webinars, account), webinars.c.fixed_options.is_not(None))
            .order_by(webinars.c.seen_at.desc())
            .limit(1)
        )
    ).first()
    return (FixedOptions.model_validate_json(row.fixed_options), row.seen_at) if row else None


async def set_status(db: Db, account: Account, session_ids: Sequence[str], status: Status, now: datetime) -> None:
    """Say of these sessions what became of them."""
    await db.connection.execute(
        update(webinars)
        .where(*of_account(webinars, account), webinars.c.session_id.in_(session_ids))
        .values(status=status, seen_at=now)
    )


def _registration_columns(registration: Registration) -> dict[str, Any]:
    return {
        "page_uri": registration.page_uri,
        "registrant_count": registration.count,
        "registrant_limit": registration.limit,
        "registration_open": registration.is_open,
        "has_real_registrants": registration.has_real_registrants,
        "counted_at": registration.read_at,
    }


def _webinar(row: Any) -> Webinar:
    return Webinar(
        account=account_in(row),
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
        host_name=row.host_name,
        created_by=row.created_by,
        attendee_link=row.attendee_link,
        registration=_registration(row) if row.counted_at else None,
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
    )
