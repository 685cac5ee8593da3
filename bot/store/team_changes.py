"""Writes down each change of a team before it is asked for, so that a crash leaves nobody untold."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, delete, or_, select, update

from bot.casting import Order
from bot.models import Account, Frozen, Workspace
from bot.store.connection import Db
from bot.store.keys import account_columns, account_in, of_account, of_workspace
from bot.store.schema import team_changes


class Step(StrEnum):
    """How far a change has come; what nobody has to wait for any more is forgotten."""

    DRAFT = "draft"
    """Somebody is being asked whether they mean it."""
    ASKED = "asked"
    """To be asked for at the webinar system; perhaps it was."""
    MADE = "made"
    """It is so, and people are to be told."""


class Change(Frozen):
    """A change of a team as it is written down."""

    account: Account
    change_id: str
    session_id: str
    user_id: str
    """Who asked for it."""
    order: Order
    step: Step
    begun_at: AwareDatetime
    made: tuple[str, ...] = ()
    """The ids of those who were added, once it is made."""
    view_id: str = ""

    @property
    def concerned(self) -> frozenset[str]:
        """The ids of all whom it concerns, once it is made."""
        return frozenset((*self.made, *(one.invitee_id for one in self.order.updated), *self.order.deleted))


class _Content(Frozen):
    order: Order
    made: tuple[str, ...]


async def begin(db: Db, change: Change, by: str = "", until: datetime | None = None) -> None:
    """Write a change down."""
    row = {"change_id": change.change_id, "user_id": change.user_id, "begun_at": change.begun_at}
    claim = {"claimed_by": by, "claimed_until": until}
    values = {**account_columns(change.account), **row, "session_id": change.session_id, **_state(db, change), **claim}
    await db.execute(team_changes.insert().values(**values))


async def find(db: Db, account: Account, change_id: str) -> Change | None:
    """The change of this id, as long as it is under way."""
    which = [*of_account(team_changes, account), team_changes.c.change_id == change_id]
    row = (await db.execute(select(team_changes).where(*which))).first()
    return _change(db, row) if row else None


async def confirm(db: Db, change: Change, by: str, until: datetime) -> bool:
    """Make a draft one that is to be asked for. True for one caller, once."""
    mine = [*_same(change), team_changes.c.step == Step.DRAFT]
    values = {**_state(db, change), "step": Step.ASKED, "claimed_by": by, "claimed_until": until}
    return (await db.execute(update(team_changes).where(*mine).values(**values))).rowcount == 1


async def advance(db: Db, change: Change, by: str, until: datetime) -> bool:
    """Write down how far it has come, and go on holding it. False where somebody else has taken it over."""
    mine = [*_same(change), team_changes.c.claimed_by == by]
    values = {**_state(db, change), "claimed_until": until}
    return (await db.execute(update(team_changes).where(*mine).values(**values))).rowcount == 1


async def hold(db: Db, change: Change, by: str, until: datetime) -> None:
    """Go on holding what is worked on."""
    mine = [*_same(change), team_changes.c.claimed_by == by]
    await db.execute(update(team_changes).where(*mine).values(claimed_until=until))


async def claim(db: Db, account: Account, by: str, now: datetime, until: datetime) -> Change | None:
    """Take over the oldest change that nobody works on any more."""
    free = or_(team_changes.c.claimed_until.is_(None), team_changes.c.claimed_until < now)
    chosen = select(team_changes).where(*of_account(team_changes, account), team_changes.c.step != Step.DRAFT, free)
    chosen = chosen.order_by(team_changes.c.begun_at, team_changes.c.change_id).limit(1)
    row = (await db.execute(chosen.with_for_update(skip_locked=True) if db.is_postgresql else chosen)).first()
    if row is None:
        return None
    change = _change(db, row)
    await db.execute(update(team_changes).where(*_same(change)).values(claimed_by=by, claimed_until=until))
    return change


async def forget(db: Db, change: Change) -> None:
    """There is nothing more to do about it."""
    await db.execute(delete(team_changes).where(*_same(change)))


async def forget_drafts(db: Db, workspace: Workspace, before: datetime) -> None:
    """Forget what nobody has confirmed since then."""
    old = team_changes.c.begun_at < before
    await db.execute(
        delete(team_changes).where(*of_workspace(team_changes, workspace), team_changes.c.step == Step.DRAFT, old)
    )


async def release_all(db: Db) -> None:
    """Free every claim: for a database that only one process uses, right after that process started."""
    await db.execute(update(team_changes).values(claimed_until=None))


def _same(change: Change) -> list[ColumnElement[bool]]:
    return [*of_account(team_changes, change.account), team_changes.c.change_id == change.change_id]


def _state(db: Db, change: Change) -> dict[str, Any]:
    content = _Content(order=change.order, made=change.made).model_dump_json()
    return {"step": change.step, "content": db.vault.seal(content), "view_id": change.view_id}


def _change(db: Db, row: Any) -> Change:
    content = _Content.model_validate_json(db.vault.open(row.content))
    return Change(
        account=account_in(row),
        change_id=row.change_id,
        session_id=row.session_id,
        user_id=row.user_id,
        order=content.order,
        made=content.made,
        step=Step(row.step),
        begun_at=row.begun_at,
        view_id=row.view_id,
    )
