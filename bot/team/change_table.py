"""The table of team changes: saved before the vendor call, so that a crash leaves every member notified."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import delete

from bot.db.connection import Db
from bot.db.keys import of_workspace
from bot.db.leases import LeasedTable
from bot.db.people_schema import team_changes
from bot.db.records import record_of
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
    first = change.model_dump(include={"session_id", "user_id", "begun_at"})
    await LEASES.add(db, change, **first, claimed_by=worker_id, claimed_until=until)


async def find(db: Db, account: Account, change_id: str) -> TeamOperation | None:
    """The change of this id, until it is deleted."""
    return await LEASES.find(db, account, change_id)


async def confirm(db: Db, change: TeamOperation, worker_id: str, until: datetime) -> bool:
    """Turn a draft into a change to be requested. True for one caller, once."""
    values = {**_state(change), "step": TeamStep.REQUESTED, "claimed_by": worker_id, "claimed_until": until}
    return await LEASES.change(db, change, values, team_changes.c.step == TeamStep.DRAFT)


async def is_changing(db: Db, account: Account, session_id: str) -> bool:
    """Whether a change of this team is in progress."""
    is_busy = team_changes.c.session_id == session_id, team_changes.c.step != TeamStep.DRAFT
    return await LEASES.has(db, account, *is_busy)


async def forget(db: Db, change: TeamOperation) -> None:
    """Delete a change that is done."""
    await LEASES.delete(db, change)


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
    return record_of(TeamOperation, row, diff=content.order, added_ids=content.made)


LEASES = LeasedTable(
    team_changes,
    key=("change_id",),
    order=("begun_at", "change_id"),
    resumable=team_changes.c.step != TeamStep.DRAFT,
    read=_change,
    write=_state,
)
