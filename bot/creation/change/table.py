"""The table of edits of webinars: how far each has come, so that a crash leaves all of it applied or nothing."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import delete

from bot.db.change_schema import webinar_changes
from bot.db.connection import Db
from bot.db.keys import of_workspace
from bot.db.leases import LeasedTable
from bot.db.records import record_of
from bot.model.people import Account, Frozen, Workspace
from bot.model.webinar_edit import WebinarEdit, WebinarFields


class ChangeStep(StrEnum):
    """How far a change has come, saved before and after every vendor call that changes something."""

    BEGUN = "begun"
    WEBINAR_REQUESTED = "webinar_requested"
    WEBINAR_CHANGED = "webinar_changed"
    SESSION_REQUESTED = "session_requested"
    COMPLETE = "complete"
    RESTORING = "restoring"
    """The session was refused: the webinar is given its values of before."""
    NOT_APPLIED = "not_applied"
    CONFLICT = "conflict"
    """Nothing was applied: the user is to choose between their values and those of somebody else."""
    APPLIED = "applied"
    """Complete, and its user was notified: it can be undone for some minutes."""
    CLOSED = "closed"
    """Nothing was applied, and its user was notified."""


UNDER_WAY = (
    ChangeStep.BEGUN,
    ChangeStep.WEBINAR_REQUESTED,
    ChangeStep.WEBINAR_CHANGED,
    ChangeStep.SESSION_REQUESTED,
    ChangeStep.RESTORING,
)
TO_REPORT = (ChangeStep.COMPLETE, ChangeStep.NOT_APPLIED, ChangeStep.CONFLICT)
ENDED_APPLIED = (ChangeStep.COMPLETE, ChangeStep.APPLIED)


class _Content(Frozen):
    webinar_id: str
    read: WebinarFields
    edit: WebinarEdit
    base: WebinarFields | None = None
    made: WebinarFields | None = None
    has_read_session: bool = False
    view_id: str = ""
    draft_id: str = ""
    undoes: str = ""


class Change(Frozen):
    """One change of a webinar."""

    account: Account
    change_id: str
    webinar_id: str
    session_id: str
    user_id: str
    read: WebinarFields
    """The webinar as its user saw it."""
    edit: WebinarEdit
    base: WebinarFields | None = None
    """The webinar as read before the first call that changes it, which Undo restores."""
    made: WebinarFields | None = None
    """The webinar as the provider returned it after the calls so far."""
    has_read_session: bool = False
    """Whether the session in `base` was read with it; otherwise it is as the user saw it."""
    view_id: str = ""
    """The modal that shows the result."""
    draft_id: str = ""
    """The form, to reopen it filled; empty if there was none."""
    undoes: str = ""
    """The id of the change that this one takes back; empty for all others."""
    step: ChangeStep = ChangeStep.BEGUN
    problem: str = ""
    begun_at: AwareDatetime
    done_at: AwareDatetime | None = None

    @property
    def before(self) -> WebinarFields:
        """The webinar before this change, as last read."""
        return self.base or self.read

    @property
    def current(self) -> WebinarFields:
        """The webinar after the calls so far."""
        return self.made or self.before

    @property
    def is_half_applied(self) -> bool:
        """Whether the webinar is changed and its session is not, as far as we know."""
        is_past_webinar = self.step in (ChangeStep.WEBINAR_CHANGED, ChangeStep.SESSION_REQUESTED, ChangeStep.RESTORING)
        return is_past_webinar and bool(self.edit.webinar_names)

    @property
    def ended_without_effect(self) -> bool:
        """Whether it has ended, and nothing was applied."""
        return self.step in (ChangeStep.NOT_APPLIED, ChangeStep.CONFLICT, ChangeStep.CLOSED)


async def begin(db: Db, change: Change, worker_id: str, until: datetime) -> None:
    """Save a change before its first vendor call."""
    first = change.model_dump(include={"session_id", "user_id", "begun_at"})
    await LEASES.add(db, change, **first, claimed_by=worker_id, claimed_until=until)


async def find(db: Db, account: Account, change_id: str) -> Change | None:
    """The change of this id."""
    return await LEASES.find(db, account, change_id)


async def forget(db: Db, change: Change) -> None:
    """Delete a change."""
    await LEASES.delete(db, change)


async def is_under_way(db: Db, account: Account, session_id: str) -> bool:
    """Whether this webinar is being changed now."""
    is_busy = webinar_changes.c.session_id == session_id, webinar_changes.c.step.in_(UNDER_WAY)
    return await LEASES.has(db, account, *is_busy)


async def forget_ended(db: Db, workspace: Workspace, before: datetime) -> None:
    """Delete the changes that began before then and have ended."""
    is_old = webinar_changes.c.begun_at < before, webinar_changes.c.step.in_((ChangeStep.APPLIED, ChangeStep.CLOSED))
    await db.execute(delete(webinar_changes).where(*of_workspace(webinar_changes, workspace), *is_old))


def _change(row: Any) -> Change:
    return record_of(Change, row, **dict(_Content.model_validate_json(row.content)))


def _progress(change: Change) -> dict[str, Any]:
    content = _Content(**{name: getattr(change, name) for name in _Content.model_fields})
    return {
        "content": content.model_dump_json(),
        "step": change.step,
        "problem": change.problem,
        "done_at": change.done_at,
    }


LEASES = LeasedTable(
    webinar_changes,
    key=("change_id",),
    order=("begun_at", "change_id"),
    resumable=webinar_changes.c.step.in_((*UNDER_WAY, *TO_REPORT)),
    read=_change,
    write=_progress,
)


def session_of(change_id: str) -> str:
    """The id of the session that this change is about."""
    return change_id.partition(".")[0]


def change_id_after(change_id: str) -> str:
    """The id of the change that follows when a conflict is decided: deciding twice begins one change."""
    base, _, number = change_id.partition("~")
    return f"{base}~{int(number or 1) + 1}"
