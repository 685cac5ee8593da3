"""Counts those who are in line on our own page, in the order in which they are registered."""

from __future__ import annotations

import json

from pydantic import SecretStr
from sqlalchemy import func, select, update

from bot.db.connection import Db
from bot.db.keys import of_account
from bot.db.people_schema import applications, is_in_line
from bot.model.people import Account
from bot.registration.request_table import RegistrationRequest, RequestState


async def ahead(db: Db, application: RegistrationRequest) -> int:
    """How many of the account come before somebody, whatever webinar they want to come to, or to leave."""
    before = applications.c.id < application.id
    query = select(func.count()).where(*of_account(applications, application.account), is_in_line, before)
    return int((await db.execute(query)).scalar_one())


async def length(db: Db, account: Account, session_id: str) -> int:
    """How many wait for one webinar."""
    this = applications.c.session_id == session_id
    query = select(func.count()).where(*of_account(applications, account), is_in_line, this)
    return int((await db.execute(query)).scalar_one())


async def keep_join_link(db: Db, application: RegistrationRequest, link: SecretStr) -> None:
    """Remember the link that was read for somebody who is registered, so that it need not be read again."""
    links = [link.get_secret_value(), application.cancel_link.get_secret_value()]
    this = applications.c.id == application.id, applications.c.state == RequestState.REGISTERED
    await db.execute(update(applications).where(*this).values(links=json.dumps(links)))
