"""Writes down how far each creation has come, so that a crash ends in one complete webinar or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, and_, or_, select, update

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
    UNDOING = "undoing"
    UNDONE = "undone"
    WATCHED = "watched"
    """Told that there is none; a webinar that still appears late will be removed."""
    TOLD = "told"


UNDER_WAY = (Step.BEGUN, Step.WEBINAR_ASKED, Step.WEBINAR_MADE, Step.SESSION_ASKED, Step.UNDOING)
OPEN = (*UNDER_WAY, Step.WHOLE, Step.UNDONE)


class Order(Frozen):
    """What was asked for, by whom it is to be hosted, and where the answer goes."""

    form: Form
    host: Coworker | None = None
    view_id: str = ""


class Creation(Frozen):
    """One creation as it is written down. `begun_at` is machine time."""

    account: Account
    draft_id: str
    user_id: str
    order: Order
    step: Step
    begun_at: AwareDatetime
    webinar_id: str | None = None
    session_id: str | None = None
    problem: str = ""


async def begin(db: Db, creation: Creation, by: str, until: datetime) -> bool:
    """Write a creation down before anything is asked. False where this form has begun one already."""
    if await find(db, creation.account, creation.draft_id):
        return False
    await db.connection.execute(
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


async def find(db: Db, account: Account, draft_id: str) -> Creation | None:
    """The creation that this form began."""
    row = (
        await db.connection.execute(
            select(creations).where(*of_account(creations, account), creations.c.draft_id == draft_id)
        )
    ).first()
    return _creation(db, row) if row else None


async def same_title_under_way(db: Db, account: Account, title: str) -> bool:
    """Whether a webinar of this title is being created at this moment."""
    return bool(
        (
            await db.connection.execute(
                select(creations.c.draft_id).where(
                    *of_account(creations, account), creations.c.title == title, creations.c.step.in_(UNDER_WAY)
                )
            )
        ).first()
    )


async def known_webinars(db: Db, account: Account) -> frozenset[str]:
    """The ids of all webinars that some creation of ours made."""
    rows = await db.connection.execute(
        select(creations.c.webinar_id).where(*of_account(creations, account), creations.c.webinar_id.is_not(None))
    )
    return frozenset(rows.scalars())


async def advance(db: Db, creation: Creation, until: datetime) -> None:
    """Write down how far it has come, and go on holding it until then."""
    await db.connection.execute(
        update(creations)
        .where(*of_account(creations, creation.account), creations.c.draft_id == creation.draft_id)
        .values(
            step=creation.step,
            webinar_id=creation.webinar_id,
            session_id=creation.session_id,
            problem=creation.problem,
            claimed_until=until,
        )
    )


async def claim(
    db: Db, by: str, now: datetime, until: datetime, watched_before: datetime, account: Account | None = None
) -> Sequence[Creation]:
    """Take over the creations that nobody works on any more, and the watched ones begun before then.

    Those of one account, or without one of all.
    """
    free = or_(creations.c.claimed_until.is_(None), creations.c.claimed_until < now)
    due = or_(
        creations.c.step.in_(OPEN),
        and_(creations.c.step == Step.WATCHED, creations.c.begun_at < watched_before),
    )
    whose = of_account(creations, account) if account else []
    return await _take(db, and_(free, due, *whose), by, until)


async def release_all(db: Db) -> None:
    """Free every claim: for a database that only one process uses, right after that process started."""
    await db.connection.execute(update(creations).where(creations.c.step.in_(OPEN)).values(claimed_until=None))


async def _take(db: Db, which: ColumnElement[bool], by: str, until: datetime) -> list[Creation]:
    keys = (creations.c.team_id, creations.c.enterprise_id, creations.c.provider, creations.c.account)
    chosen = select(creations.c.draft_id, *keys).where(which).limit(16)
    if db.is_postgresql:
        chosen = chosen.with_for_update(skip_locked=True)
    taken = []
    for row in (await db.connection.execute(chosen)).all():
        values = dict(zip(("draft_id", "team_id", "enterprise_id", "provider", "account"), row, strict=True))
        same = [creations.c[name] == value for name, value in values.items()]
        await db.connection.execute(update(creations).where(*same).values(claimed_by=by, claimed_until=until))
        full = (await db.connection.execute(select(creations).where(*same))).one()
        taken.append(_creation(db, full))
    return taken


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
