"""The table of registration requests made by other users or on our own pages; a completed one keeps only ids."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, Field, SecretStr
from sqlalchemy import delete, select, update

from bot.db.connection import Db
from bot.db.keys import account_columns, account_of, of_account
from bot.db.leases import LeasedTable
from bot.db.people_schema import has_page, is_in_queue, registration_requests
from bot.db.schema import webinars
from bot.model.people import Account, Frozen
from bot.model.registrant import Registrant, RegistrantDetails
from bot.registration.request_state import RequestState as RequestState
from bot.registration.request_state import state_after_cancel

MAX_PROBLEM = 64


QUEUED = (RequestState.WAITING, RequestState.REGISTERING)


class RegistrationRequest(Frozen):
    """A person to be registered. `details` is kept only until the request is completed, or its list is.

    Links are kept while our own pages redirect to them, otherwise until they were passed on.
    """

    id: int
    account: Account
    session_id: str
    batch_id: str = ""
    number: int = 0
    page_key: str = Field(default="", repr=False)
    state: RequestState
    details: RegistrantDetails | None = Field(default=None, repr=False)
    join_link: SecretStr = SecretStr("")
    cancel_link: SecretStr = SecretStr("")
    registrant_id: str | None = None
    problem: str = ""
    changed_at: AwareDatetime


async def add(
    db: Db,
    account: Account,
    session_id: str,
    people: Sequence[tuple[int, RegistrantDetails, str]],
    *,
    batch_id: str,
    now: datetime,
    worker_id: str = "",
    until: datetime | None = None,
) -> None:
    """Save these people as waiting: for each the row in the list, the details, and the page key ("" for none).

    `worker_id` owns them until `until` (machine time), so that no other worker sends them.
    """
    shared = {**account_columns(account), "session_id": session_id, "batch_id": batch_id, "changed_at": now}
    shared |= {"state": RequestState.WAITING, "claimed_by": worker_id, "claimed_until": until}
    rows = [
        {
            **shared,
            "number": number,
            "page_key": page_key,
            "address": db.vault.digests(details.address)[0],
            "content": content(details),
        }
        for number, details, page_key in people
    ]
    if rows:
        await db.execute(registration_requests.insert(), rows)


async def find_by_page_key(db: Db, page_key: str) -> RegistrationRequest | None:
    """The request with this page key; `None` for an empty key."""
    if not page_key:
        return None
    row = (
        await db.execute(select(registration_requests).where(registration_requests.c.page_key == page_key, has_page))
    ).first()
    return read(row) if row else None


async def find_by_address(db: Db, account: Account, session_id: str, address: str) -> list[RegistrationRequest]:
    """The applications with this address, oldest first."""
    query = select(registration_requests).where(
        *of_account(registration_requests, account), registration_requests.c.session_id == session_id
    )
    query = query.where(registration_requests.c.address.in_(db.vault.digests(address.strip().lower())))
    return [read(row) for row in await db.execute(query.order_by(registration_requests.c.id))]


async def mark_registering(db: Db, request: RegistrationRequest, now: datetime) -> bool:
    """Save that its call is about to be made. False if it is no longer queued.

    After a call with an unknown outcome, the time of that call is kept: it may have succeeded.
    """
    values: dict[str, Any] = {"state": RequestState.REGISTERING}
    return await _move(db, request, QUEUED, values if request.problem else values | {"changed_at": now})


async def mark_waiting(db: Db, request: RegistrationRequest, problem: str = "") -> None:
    """Return it to waiting. `problem` is set if the outcome of its call is unknown."""
    await _move(db, request, QUEUED, {"state": RequestState.WAITING, "problem": problem})


async def save_result(
    db: Db,
    request: RegistrationRequest,
    state: RequestState,
    now: datetime,
    *,
    registrant: Registrant | None = None,
    keep_links: bool = False,
    problem: str = "",
) -> bool:
    """Save the result and delete the personal data; that of a list is kept for its file of results.

    False if it was completed already.
    """
    values: dict[str, Any] = {"state": state, "changed_at": now, "problem": problem[:MAX_PROBLEM]}
    values |= {} if request.batch_id else {"content": None}
    if registrant:
        values["registrant_id"] = registrant.registrant_id
        if keep_links:
            links = [registrant.join_link.get_secret_value(), registrant.cancel_link.get_secret_value()]
            values["links"] = json.dumps(links)
    return await _move(db, request, QUEUED, values | _NO_LEASE)


async def cancel(db: Db, page_key: str, now: datetime) -> RequestState | None:
    """Move a request to its `state_after_cancel`, by the key of its own pages; return its state, None if unknown."""
    request = await find_by_page_key(db, page_key)
    if request is None:
        return None
    target = state_after_cancel(request.state)
    values: dict[str, Any] = {"state": target, "changed_at": now, **_CLEARED.get(target, {})}
    if target is not request.state and await _move(db, request, [request.state], values | _NO_LEASE):
        return target
    current = await find_by_page_key(db, page_key)
    return current.state if current else None


async def mark_removed(db: Db, request: RegistrationRequest, now: datetime) -> None:
    """Save that the registrant was removed."""
    from_ = [RequestState.REGISTERED, RequestState.CANCELING]
    await _move(db, request, from_, {"state": RequestState.CANCELED, "links": None, "changed_at": now} | _NO_LEASE)


async def mark_not_removed(db: Db, request: RegistrationRequest, now: datetime, problem: str) -> None:
    """Save that the registrant could not be removed, and the reason."""
    values = {"state": RequestState.REGISTERED, "changed_at": now, "problem": problem[:MAX_PROBLEM]}
    await _move(db, request, [RequestState.CANCELING], values | _NO_LEASE)


async def delete_before(db: Db, account: Account, before: datetime) -> None:
    """Delete the requests that have not changed since `before`, except those of webinars that start later."""
    coming = select(webinars.c.session_id).where(*of_account(webinars, account), webinars.c.start >= before)
    outdated = registration_requests.c.changed_at < before, registration_requests.c.session_id.not_in(coming)
    await db.execute(delete(registration_requests).where(*of_account(registration_requests, account), *outdated))


_CLEARED: dict[RequestState, dict[str, Any]] = {
    RequestState.CANCELED: {"content": None},
    RequestState.CANCELING: {"problem": ""},
}
"""What a canceled request no longer keeps."""
_NO_LEASE: dict[str, Any] = {"claimed_by": "", "claimed_until": None}


async def _move(db: Db, request: RegistrationRequest, from_: Sequence[RequestState], values: dict[str, Any]) -> bool:
    this = registration_requests.c.id == request.id, registration_requests.c.state.in_(from_)
    moved = await db.execute(update(registration_requests).where(*this).values(**values))
    return moved.rowcount == 1


def content(details: RegistrantDetails) -> str:
    """The value of the sealed column `content` for this person."""
    # pydantic dumps a SecretStr as asterisks; the encrypted column needs the value.
    pages = details.join_page.get_secret_value(), details.cancel_page.get_secret_value()
    content = details.model_dump(exclude={"join_page", "cancel_page"})
    return json.dumps([content, *pages])


def _details(text: str) -> RegistrantDetails:
    content, join_page, cancel_page = json.loads(text)
    return RegistrantDetails(**content, join_page=SecretStr(join_page), cancel_page=SecretStr(cancel_page))


def read(row: Any) -> RegistrationRequest:
    """The request of a row."""
    join_link, cancel_link = json.loads(row.links) if row.links else ("", "")
    return RegistrationRequest(
        id=row.id,
        account=account_of(row),
        session_id=row.session_id,
        batch_id=row.batch_id,
        number=row.number,
        page_key=row.page_key,
        state=RequestState(row.state),
        details=_details(row.content) if row.content else None,
        join_link=SecretStr(join_link),
        cancel_link=SecretStr(cancel_link),
        registrant_id=row.registrant_id,
        problem=row.problem,
        changed_at=row.changed_at,
    )


LEASES = LeasedTable(registration_requests, key=("id",), order=("id",), resumable=is_in_queue, read=read)
"""The queue of our own pages."""
