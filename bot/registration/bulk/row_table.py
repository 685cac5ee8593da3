"""The rows of a batch: registration requests of one list, in its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update

from bot.db.connection import Db
from bot.db.keys import account_columns, of_account
from bot.db.people_schema import registration_requests
from bot.model.people import Account
from bot.model.registrant import RegistrantDetails
from bot.registration.request_table import RegistrationRequest, RequestState, content, read

REPEATED = "repeated"
"""The problem of a row whose address is in an earlier row."""


async def add_finished(
    db: Db,
    account: Account,
    session_id: str,
    rows: Sequence[tuple[int, RequestState, str, RegistrantDetails]],
    *,
    batch_id: str,
    now: datetime,
) -> None:
    """Save the rows that need no call, with their state and problem, and the person for the file of results."""
    shared = {**account_columns(account), "session_id": session_id, "batch_id": batch_id, "changed_at": now}
    values = [
        {**shared, "number": number, "state": state, "problem": problem, "address": "", "content": content(details)}
        for number, state, problem, details in rows
    ]
    if values:
        await db.execute(registration_requests.insert(), values)


async def find_rows(
    db: Db, account: Account, batch_id: str, *states: RequestState, after: int = 0, limit: int | None = None
) -> list[RegistrationRequest]:
    """The requests of a batch in one of these states (or all), in the order of the list.

    `after` is the id of the last request of the previous page.
    """
    query = select(registration_requests).where(*_of_batch(account, batch_id), registration_requests.c.id > after)
    if states:
        query = query.where(registration_requests.c.state.in_(states))
    return [read(row) for row in await db.execute(query.order_by(registration_requests.c.id).limit(limit))]


async def count_rows(db: Db, account: Account, batch_id: str) -> Counter[RequestState]:
    """The number of requests of a batch in each state."""
    query = select(registration_requests.c.state, func.count()).where(*_of_batch(account, batch_id))
    rows = await db.execute(query.group_by(registration_requests.c.state))
    return Counter({RequestState(state): count for state, count in rows})


async def count_repeated(db: Db, account: Account, batch_id: str) -> int:
    """The number of rows of a batch that repeat an address."""
    repeated = (*_of_batch(account, batch_id), registration_requests.c.problem == REPEATED)
    return int((await db.execute(select(func.count()).where(*repeated))).scalar_one())


async def stop_remaining(db: Db, account: Account, batch_id: str, now: datetime, *, unclear: str = "") -> None:
    """Stop the waiting requests of a batch, and delete their personal data.

    With `unclear`, requests with an unknown outcome are refused with it as their problem, too.
    """
    changes = {RequestState.WAITING: (RequestState.STOPPED, "")}
    if unclear:
        changes[RequestState.REGISTERING] = (RequestState.REFUSED, unclear)
    for before, (state, problem) in changes.items():
        in_it = (*_of_batch(account, batch_id), registration_requests.c.state == before)
        values = {"state": state, "problem": problem, "content": None, "changed_at": now}
        await db.execute(update(registration_requests).where(*in_it).values(**values))


async def delete_personal_data(db: Db, account: Account, batch_id: str) -> None:
    """Delete names, addresses and links of a batch after they were passed on.

    Links behind our own pages are kept.
    """
    of_batch = _of_batch(account, batch_id)
    await db.execute(update(registration_requests).where(*of_batch).values(content=None))
    await db.execute(
        update(registration_requests).where(*of_batch, registration_requests.c.page_key == "").values(links=None)
    )


async def delete_rows(db: Db, account: Account, batch_id: str) -> None:
    """Delete the requests of a batch."""
    await db.execute(delete(registration_requests).where(*_of_batch(account, batch_id)))


def _of_batch(account: Account, batch_id: str) -> list[ColumnElement[bool]]:
    return [*of_account(registration_requests, account), registration_requests.c.batch_id == batch_id]
