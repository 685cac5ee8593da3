"""The tables of deliveries as received and of those seen before, and which sessions their ids belong to."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select, type_coerce

from bot.clock import machine_now
from bot.db.connection import Db
from bot.db.keys import account_columns, of_account
from bot.db.people_schema import registration_requests, seats
from bot.db.schema import webinars
from bot.db.vault import SealedText
from bot.db.webhook_schema import webhook_deliveries, webhook_seen
from bot.model.people import Account
from bot.model.webinar import Status


async def add(db: Db, account: Account, bodies: Sequence[bytes]) -> None:
    """Save these bodies, whatever they contain."""
    now = machine_now()
    rows = [
        # Latin-1 has a character for each byte, so any body comes back as it was.
        {**account_columns(account), "delivery_id": secrets.token_hex(16), "content": body.decode("latin-1"),
         "received_at": now}
        for body in bodies
    ]  # fmt: skip
    await db.execute(webhook_deliveries.insert(), rows)


async def take(db: Db, account: Account, most: int) -> list[bytes]:
    """Delete up to `most` deliveries, oldest first, and return their bodies; empty for one with a lost key."""
    content = type_coerce(webhook_deliveries.c.content, SealedText(lost_key_is_null=True)).label("content")
    oldest = (
        select(webhook_deliveries.c.delivery_id, content)
        .where(*of_account(webhook_deliveries, account))
        .order_by(webhook_deliveries.c.received_at, webhook_deliveries.c.delivery_id)
        .limit(most)
    )
    if db.is_postgresql:  # replicas take different ones
        oldest = oldest.with_for_update(skip_locked=True)
    rows = (await db.execute(oldest)).all()
    taken = webhook_deliveries.c.delivery_id.in_([row.delivery_id for row in rows])
    if rows:
        await db.execute(delete(webhook_deliveries).where(*of_account(webhook_deliveries, account), taken))
    return [(row.content or "").encode("latin-1") for row in rows]


async def forget_before(db: Db, account: Account, moment: datetime) -> None:
    """Delete deliveries received before this machine time, and that they were seen."""
    for table in (webhook_deliveries, webhook_seen):
        await db.execute(delete(table).where(*of_account(table, account), table.c.received_at < moment))


async def unseen(db: Db, account: Account, keys: Collection[str]) -> set[str]:
    """Those of these keys of deliveries that were not seen before; now they are."""
    new = set(keys)
    if new:
        named = webhook_seen.c.key.in_(new)
        query = select(webhook_seen.c.key).where(*of_account(webhook_seen, account), named)
        new -= set((await db.execute(query)).scalars())
    for key in sorted(new):
        row = {**account_columns(account), "key": key, "received_at": machine_now()}
        await db.upsert(webhook_seen, row, keep=set(row))
    return new


async def waiting_sessions(db: Db, account: Account, session_ids: Collection[str]) -> set[str]:
    """Those of these sessions that have not started, as far as is known."""
    is_waiting = [webinars.c.session_id.in_(list(session_ids)), webinars.c.status == Status.SCHEDULED]
    query = select(webinars.c.session_id).where(*of_account(webinars, account), *is_waiting)
    return set((await db.execute(query)).scalars())


async def sessions_by_id(db: Db, account: Account, ids: Collection[str]) -> dict[str, set[str]]:
    """The known sessions of these ids of sessions, webinars and registrants; unknown ids are missing."""
    found: dict[str, set[str]] = {}
    chosen = list(ids)
    is_named = or_(webinars.c.session_id.in_(chosen), webinars.c.webinar_id.in_(chosen))
    query = select(webinars.c.session_id, webinars.c.webinar_id).where(*of_account(webinars, account), is_named)
    for row in await db.execute(query):
        for one in (row.session_id, row.webinar_id):
            found.setdefault(one, set()).add(row.session_id)
    for table in (seats, registration_requests):
        people = select(table.c.registrant_id, table.c.session_id).where(*of_account(table, account))
        for row in await db.execute(people.where(table.c.registrant_id.in_(chosen))):
            found.setdefault(row.registrant_id, set()).add(row.session_id)
    return found
