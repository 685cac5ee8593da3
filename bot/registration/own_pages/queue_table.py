"""Count the queue of our own pages, and save links read for its registrants."""

from __future__ import annotations

import json

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


async def save_join_link(db: Db, request: RegistrationRequest, link: SecretStr) -> None:
    """Save the join link of a registrant, so that it is not read again."""
    links = [link.get_secret_value(), request.cancel_link.get_secret_value()]
    this = registration_requests.c.id == request.id, registration_requests.c.state == RequestState.REGISTERED
    await db.execute(update(registration_requests).where(*this).values(links=json.dumps(links)))
