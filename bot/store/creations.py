"""Writes down how far each creation has come, so that a crash ends in one complete webinar or none."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from secrets import token_hex
from typing import Any
from zlib import crc32

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, func, or_, select, update

from bot.models import Account, Coworker, Form, Frozen
from bot.store.connection import Db
from bot.store.keys import account_columns, account_in, of_account
from bot.store.schema import creations


class Step(StrEnum):
    """How far a creation has come. What is asked is written before the call, what came of it after."""

    BEGUN = "begun"
    WEBINAR_ASKED = "webinar_asked"
    WEBINAR_MADE = "webinar_made"
    SESSION_ASKED = "session_asked"
    WHOLE = "whole"
    CARD_ASKED = "card_asked"
    """Whole, and its card has been asked for, once and never again."""
    UNDOING = "undoing"
    UNDONE = "undone"
    NOT_FOUND = "not_found"
    """Asked for and not to be seen: the person is to be told that there is none."""
    WATCHED = "watched"
    """Told that there is none; a webinar that still appears late will be removed."""
    TOLD = "told"


UNDER_WAY = (Step.BEGUN, Step.WEBINAR_ASKED, Step.WEBINAR_MADE, Step.SESSION_ASKED, Step.UNDOING)
TO_BE_TOLD = (Step.WHOLE, Step.CARD_ASKED, Step.UNDONE, Step.NOT_FOUND)
WORKED_ON = (*UNDER_WAY, *TO_BE_TOLD)


class Order(Frozen):
    """What was asked for, by whom it is to be hosted, and where the answer goes."""

    form: Form
    host: Coworker | None = None
    view_id: str = ""


class Creation(Frozen):
    """One creation as it is written down. `begun_at` is on the clock by which RingCentral dates a webinar."""

    account: Account
    draft_id: str
    user_id: str
    order: Order
    step: Step
    begun_at: AwareDatetime
    webinar_id: str | None = None
    session_id: str | None = None
    problem: str = ""

    @property
    def came_to_nothing(self) -> bool:
        """Whether it has ended without a webinar, and the person knows."""
        return self.step is Step.WATCHED or (self.step is Step.TOLD and self.session_id is None)


async def one_at_a_time(db: Db, account: Account) -> None:
    """Let nobody else begin a creation in this account before this transaction ends."""
    if db.is_postgresql:  # SQLite has one writer at a time anyway
        key = crc32(repr(sorted(account_columns(account).items())).encode())
        await db.execute(select(func.pg_advisory_xact_lock(key)))


async def begin(db: Db, creation: Creation, by: str, until: datetime) -> bool:
    """Write a creation down before anything is asked. False where this form has begun one already."""
    if await find(db, creation.account, creation.draft_id):
        return False
    await db.execute(
        creations.insert().values(
            **account_columns(creation.account),
            draft_id=creation.draft_id,
            user_id=creation.user_id,
            title=creation.order.form.title,
            content=db.vault.seal(creation.order.model_dump_json()),
            step=creation.step,
            begun_at=creation.begun_at,
            claimed_by=by,
            claimed_until=until,
        )
    )
    return True


async def set_aside(db: Db, creation: Creation) -> None:
    """Give a creation that came to nothing another key, so that the same form can be sent once more."""
    aside = f"{creation.draft_id}~{token_hex(4)}"
    await db.execute(update(creations).where(*_same(creation)).values(draft_id=aside))


async def find(db: Db, account: Account, draft_id: str) -> Creation | None:
    """The creation that this form began."""
    row = (
        await db.execute(select(creations).where(*of_account(creations, account), creations.c.draft_id == draft_id))
    ).first()
    return _creation(db, row) if row else None


async def same_title_under_way(db: Db, account: Account, title: str) -> bool:
    """Whether a webinar of this title is being created at this moment."""
    return await _any(db, account, creations.c.title == title, creations.c.step.in_(UNDER_WAY))


async def same_title_watched(db: Db, creation: Creation) -> bool:
    """Whether another creation of this title was not found and may still come late."""
    same = creations.c.title == creation.order.form.title, creations.c.draft_id != creation.draft_id
    return await _any(db, creation.account, *same, creations.c.step.in_((Step.NOT_FOUND, Step.WATCHED)))


async def known_webinars(db: Db, account: Account) -> frozenset[str]:
    """The ids of all webinars that some creation of ours made."""
    rows = await db.execute(
        select(creations.c.webinar_id).where(*of_account(creations, account), creations.c.webinar_id.is_not(None))
    )
    return frozenset(rows.scalars())


async def advance(db: Db, creation: Creation, by: str, until: datetime) -> bool:
    """Write down how far it has come, and go on holding it until then. False where somebody else has taken it over."""
    changed = await db.execute(
        update(creations)
        .where(*_same(creation), creations.c.claimed_by == by)
        .values(
            step=creation.step,
            webinar_id=creation.webinar_id,
            session_id=creation.session_id,
            problem=creation.problem,
            claimed_until=until,
        )
    )
    return changed.rowcount == 1


async def ask_for_card(db: Db, creation: Creation, by: str) -> bool:
    """Write down that its card is asked for. True for one caller, once."""
    changed = await db.execute(
        update(creations)
        .where(*_same(creation), creations.c.claimed_by == by, creations.c.step == Step.WHOLE)
        .values(step=Step.CARD_ASKED)
    )
    return changed.rowcount == 1


async def hold(db: Db, creation: Creation, by: str, until: datetime) -> None:
    """Go on holding what is worked on; a watched one keeps the time at which it will be looked for."""
    await db.execute(
        update(creations)
        .where(*_same(creation), creations.c.claimed_by == by, creations.c.step.in_(WORKED_ON))
        .values(claimed_until=until)
    )


async def claim(db: Db, account: Account, by: str, now: datetime, until: datetime) -> Creation | None:
    """Take over the oldest creation that nobody works on any more, or a watched one whose time has come."""
    free = or_(creations.c.claimed_until.is_(None), creations.c.claimed_until < now)
    open_ = creations.c.step.in_((*WORKED_ON, Step.WATCHED))
    chosen = select(creations).where(*of_account(creations, account), open_, free)
    chosen = chosen.order_by(creations.c.begun_at, creations.c.draft_id).limit(1)
    if db.is_postgresql:
        chosen = chosen.with_for_update(skip_locked=True)
    row = (await db.execute(chosen)).first()
    if row is None:
        return None
    creation = _creation(db, row)
    values = {"claimed_by": by, "claimed_until": until}
    await db.execute(update(creations).where(*_same(creation)).values(**values))
    return creation


async def release_all(db: Db) -> None:
    """Free every claim: for a database that only one process uses, right after that process started."""
    await db.execute(update(creations).where(creations.c.step.in_(WORKED_ON)).values(claimed_until=None))


async def _any(db: Db, account: Account, *which: ColumnElement[bool]) -> bool:
    found = await db.execute(select(creations.c.draft_id).where(*of_account(creations, account), *which))
    return found.first() is not None


def _same(creation: Creation) -> list[ColumnElement[bool]]:
    # A form sent once more is a creation of its own: whoever still works on the earlier one must not touch it.
    began = creations.c.begun_at == creation.begun_at
    return [*of_account(creations, creation.account), creations.c.draft_id == creation.draft_id, began]


def _creation(db: Db, row: Any) -> Creation:
    return Creation(
        account=account_in(row),
        draft_id=row.draft_id,
        user_id=row.user_id,
        order=Order.model_validate_json(db.vault.open(row.content)),
        step=Step(row.step),
        begun_at=row.begun_at,
        webinar_id=row.webinar_id,
        session_id=row.session_id,
        problem=row.problem,
    )
