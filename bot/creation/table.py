"""The table of creations: how far each has come, so that a crash leaves one complete webinar or none."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from secrets import token_hex
from typing import Any
from zlib import crc32

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, delete, func, select

from bot.db.connection import Db
from bot.db.keys import account_columns, of_account
from bot.db.leases import LeasedTable
from bot.db.records import record_of
from bot.db.schema import creations
from bot.model.people import Account, Coworker, Frozen
from bot.model.webinar import WebinarForm


class CreationStep(StrEnum):
    """How far a creation has come, saved before and after every vendor call."""

    BEGUN = "begun"
    WEBINAR_REQUESTED = "webinar_asked"
    WEBINAR_CREATED = "webinar_made"
    SESSION_REQUESTED = "session_asked"
    COMPLETE = "whole"
    CARD_REQUESTED = "card_asked"
    """Complete; its card was requested once, and is not requested again."""
    UNDOING = "undoing"
    UNDONE = "undone"
    NOT_FOUND = "not_found"
    """Requested and not listed: notify the user that there is no webinar."""
    WATCHED = "watched"
    """The user was notified that there is none; a webinar that appears late is removed."""
    REPORTED = "told"
    CARD_DUE = "card_due"
    """The user has the result; the card is to be posted."""
    CARD_UNCLEAR = "card_unclear"
    """The user has the result; whether the card was posted is to be looked up."""


UNDER_WAY = (
    CreationStep.BEGUN,
    CreationStep.WEBINAR_REQUESTED,
    CreationStep.WEBINAR_CREATED,
    CreationStep.SESSION_REQUESTED,
    CreationStep.UNDOING,
)
TO_REPORT = (CreationStep.COMPLETE, CreationStep.CARD_REQUESTED, CreationStep.UNDONE, CreationStep.NOT_FOUND)
ACTIVE = (*UNDER_WAY, *TO_REPORT)
CARD_OPEN = (CreationStep.CARD_DUE, CreationStep.CARD_UNCLEAR)
SCHEDULED = (CreationStep.WATCHED, *CARD_OPEN)
"""Steps at which the user has the result, and something is to be done at a certain time."""


class CreationRequest(Frozen):
    """The form, the host, and the view that shows the result."""

    form: WebinarForm
    host: Coworker | None = None
    view_id: str = ""
    team_of: str = ""
    """The session whose team is to be invited, too; empty for none."""


class Creation(Frozen):
    """One creation. `begun_at` is on the provider's clock, which dates its webinars."""

    account: Account
    draft_id: str
    user_id: str
    request: CreationRequest
    step: CreationStep
    begun_at: AwareDatetime
    webinar_id: str | None = None
    session_id: str | None = None
    problem: str = ""

    @property
    def ended_without_webinar(self) -> bool:
        """Whether it ended without a webinar, and the user was notified."""
        return self.step is CreationStep.WATCHED or (self.step is CreationStep.REPORTED and self.session_id is None)


async def lock_account(db: Db, account: Account) -> None:
    """Block other transactions from beginning a creation in this account until this one ends."""
    if db.is_postgresql:  # SQLite has one writer at a time anyway
        key = crc32(repr(sorted(account_columns(account).items())).encode())
        await db.execute(select(func.pg_advisory_xact_lock(key)))


async def begin(db: Db, creation: Creation, worker_id: str, until: datetime) -> bool:
    """Save a creation before its first vendor call. False if this form has begun one already."""
    content = creation.request.model_dump_json()
    first = {"user_id": creation.user_id, "title": creation.request.form.title, "content": content}
    return await LEASES.begin(db, creation, worker_id, until, **first)


async def save_request(db: Db, creation: Creation, worker_id: str) -> bool:
    """Save the request of a creation before its first vendor call. False if another worker owns it."""
    values = {"content": creation.request.model_dump_json()}
    return await LEASES.change(db, creation, values, *_at(worker_id, CreationStep.BEGUN))


async def archive(db: Db, creation: Creation) -> None:
    """Give a failed creation another key, so that its form can be submitted again."""
    aside = f"{creation.draft_id}~{token_hex(4)}"
    await LEASES.change(db, creation, {"draft_id": aside})


async def find(db: Db, account: Account, draft_id: str) -> Creation | None:
    """The creation of this form."""
    return await LEASES.first(db, account, creations.c.draft_id == draft_id)


async def is_title_under_way(db: Db, account: Account, title: str) -> bool:
    """Whether a webinar of this title is being created now."""
    return await LEASES.has(db, account, creations.c.title == title, creations.c.step.in_(UNDER_WAY))


async def is_title_watched(db: Db, creation: Creation) -> bool:
    """Whether another creation of this title was not found and may still appear late."""
    same = creations.c.title == creation.request.form.title, creations.c.draft_id != creation.draft_id
    return await LEASES.has(
        db, creation.account, *same, creations.c.step.in_((CreationStep.NOT_FOUND, CreationStep.WATCHED))
    )


async def created_webinar_ids(db: Db, account: Account) -> frozenset[str]:
    """The ids of all webinars that our creations made."""
    rows = await db.execute(
        select(creations.c.webinar_id).where(*of_account(creations, account), creations.c.webinar_id.is_not(None))
    )
    return frozenset(rows.scalars())


async def forget_ended(db: Db, account: Account, before: datetime) -> None:
    """Delete the creations that began before then and have ended."""
    is_old = creations.c.begun_at < before, creations.c.step == CreationStep.REPORTED
    await db.execute(delete(creations).where(*of_account(creations, account), *is_old))


async def record_card_request(db: Db, creation: Creation, worker_id: str) -> bool:
    """Record that its card is requested. True for one caller, once."""
    return await _move(db, creation, worker_id, CreationStep.COMPLETE, CreationStep.CARD_REQUESTED)


async def withdraw_card_request(db: Db, creation: Creation, worker_id: str) -> None:
    """Record that its card was not posted, so that it may be requested again."""
    await _move(db, creation, worker_id, CreationStep.CARD_REQUESTED, CreationStep.COMPLETE)


async def _move(db: Db, creation: Creation, worker_id: str, was: CreationStep, step: CreationStep) -> bool:
    return await LEASES.change(db, creation, {"step": step}, *_at(worker_id, was))


def _at(worker_id: str, step: CreationStep) -> list[ColumnElement[bool]]:
    """Conditions that hold while this worker owns a creation at this step."""
    return [creations.c.claimed_by == worker_id, creations.c.step == step]


def _creation(row: Any) -> Creation:
    return record_of(Creation, row, request=CreationRequest.model_validate_json(row.content))


def _progress(creation: Creation) -> dict[str, Any]:
    return {
        "step": creation.step,
        "webinar_id": creation.webinar_id,
        "session_id": creation.session_id,
        "problem": creation.problem,
    }


LEASES = LeasedTable(
    creations,
    # A form that is submitted again starts another creation: a worker on the earlier one must not touch it.
    key=("draft_id", "begun_at"),
    order=("begun_at", "draft_id"),
    resumable=creations.c.step.in_((*ACTIVE, *SCHEDULED)),
    read=_creation,
    write=_progress,
    renewable=creations.c.step.in_(ACTIVE),  # the others keep the time at which something is to be done
)
