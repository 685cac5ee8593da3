"""The table of team changes: saved before the vendor call, so that a crash leaves every member notified."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import delete, select, update

from bot.db.connection import Db
from bot.db.keys import account_columns, account_of, of_account, of_workspace
from bot.db.leases import LeasedTable
from bot.db.people_schema import team_changes
from bot.model.people import Account, Frozen, Workspace
from bot.team.diff import TeamDiff


class TeamStep(StrEnum):
    """How far a change has come. A change is deleted when everyone was notified."""

    DRAFT = "draft"
    """The user is asked to confirm it."""
    REQUESTED = "asked"
    """To be requested at the provider; it may have been."""
    APPLIED = "made"
    """Applied; its members are to be notified."""


class TeamOperation(Frozen):
    """One change of a team."""

    account: Account
    change_id: str
    session_id: str
    user_id: str
    """The user who requested it."""
    diff: TeamDiff
    step: TeamStep
    begun_at: AwareDatetime
    added_ids: tuple[str, ...] = ()
    """The ids of the members added, once it is applied."""
    view_id: str = ""

    @property
    def affected_ids(self) -> frozenset[str]:
        """The ids of all affected members, once it is applied."""
        return frozenset((*self.added_ids, *(one.invitee_id for one in self.diff.updated), *self.diff.deleted))


class _SealedChange(Frozen):
    order: TeamDiff
    made: tuple[str, ...]


async def begin(db: Db, change: TeamOperation, worker_id: str = "", until: datetime | None = None) -> None:
    """Save a change."""
    row = {"change_id": change.change_id, "user_id": change.user_id, "begun_at": change.begun_at}
    claim = {"claimed_by": worker_id, "claimed_until": until}
    values = {**account_columns(change.account), **row, "session_id": change.session_id, **_state(change), **claim}
    await db.execute(team_changes.insert().values(**values))


async def find(db: Db, account: Account, change_id: str) -> TeamOperation | None:
    """The change of this id, until it is deleted."""
    which = [*of_account(team_changes, account), team_changes.c.change_id == change_id]
    row = (await db.execute(select(team_changes).where(*which))).first()
    return _change(row) if row else None


async def confirm(db: Db, change: TeamOperation, worker_id: str, until: datetime) -> bool:
    """Turn a draft into a change to be requested. True for one caller, once."""
    mine = [*LEASES.same(change), team_changes.c.step == TeamStep.DRAFT]
    values = {**_state(change), "step": TeamStep.REQUESTED, "claimed_by": worker_id, "claimed_until": until}
    return (await db.execute(update(team_changes).where(*mine).values(**values))).rowcount == 1


async def is_changing(db: Db, account: Account, session_id: str) -> bool:
    """Whether a change of this team is in progress."""
    which = [*of_account(team_changes, account), team_changes.c.session_id == session_id]
    query = select(team_changes.c.change_id).where(*which, team_changes.c.step != TeamStep.DRAFT).limit(1)
    return (await db.execute(query)).first() is not None


async def forget(db: Db, change: TeamOperation) -> None:
    """Delete a change that is done."""
    await db.execute(delete(team_changes).where(*LEASES.same(change)))


async def forget_drafts(db: Db, workspace: Workspace, before: datetime) -> None:
    """Delete drafts begun before then."""
    old = team_changes.c.begun_at < before
    await db.execute(
        delete(team_changes).where(*of_workspace(team_changes, workspace), team_changes.c.step == TeamStep.DRAFT, old)
    )


def _state(change: TeamOperation) -> dict[str, Any]:
    content = _SealedChange(order=change.diff, made=change.added_ids).model_dump_json()
    return {"step": change.step, "content": content, "view_id": change.view_id}


def _change(row: Any) -> TeamOperation:
    content = _SealedChange.model_validate_json(row.content)
    return TeamOperation(
        account=account_of(row),
        change_id=row.change_id,
        session_id=row.session_id,
        user_id=row.user_id,
        diff=content.order,
        added_ids=content.made,
        step=TeamStep(row.step),
        begun_at=row.begun_at,
        view_id=row.view_id,
    )


LEASES = LeasedTable(
    team_changes,
    key=("change_id",),
    order=("begun_at", "change_id"),
    resumable=team_changes.c.step != TeamStep.DRAFT,
    read=_change,
    write=_state,
)
