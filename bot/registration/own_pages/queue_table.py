"""Count the queue of our own pages, and save links read for its registrants."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, select, update

from bot.db.connection import Db
from bot.db.keys import of_account
from bot.db.people_schema import is_in_queue, registration_requests
from bot.model.people import Account
from bot.registration.request_table import RegistrationRequest, RequestState


async def count_ahead(db: Db, request: RegistrationRequest) -> int:
    """The number of requests of the account, of any webinar, that are served before this one."""
    before = registration_requests.c.id < request.id
    query = select(func.count()).where(*of_account(registration_requests, request.account), is_in_queue, before)
    return int((await db.execute(query)).scalar_one())


async def queue_length(db: Db, account: Account, session_id: str) -> int:
    """The number of queued requests of one webinar."""
    this = registration_requests.c.session_id == session_id
    query = select(func.count()).where(*of_account(registration_requests, account), is_in_queue, this)
    return int((await db.execute(query)).scalar_one())


async def end_line(db: Db, account: Account, session_id: str, problem: str, now: datetime) -> int:
    """Refuse all people of a webinar who wait for their first call, and delete their data. Returns how many."""
    table = registration_requests
    this = table.c.session_id == session_id, table.c.state == RequestState.WAITING, table.c.problem == ""
    ended = {"state": RequestState.REFUSED, "problem": problem, "content": None, "changed_at": now}
    free: dict[str, Any] = {"claimed_by": "", "claimed_until": None}
    query = update(table).where(*of_account(table, account), is_in_queue, *this).values(**ended, **free)
    return (await db.execute(query)).rowcount


async def save_join_link(db: Db, request: RegistrationRequest, link: SecretStr) -> None:
    """Save the join link of a registrant, so that it is not read again."""
    links = [link.get_secret_value(), request.cancel_link.get_secret_value()]
    this = registration_requests.c.id == request.id, registration_requests.c.state == RequestState.REGISTERED
    await db.execute(update(registration_requests).where(*this).values(links=json.dumps(links)))
