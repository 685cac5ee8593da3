"""The table of organizers: people and user groups who may manage every webinar of a workspace."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zlib import crc32

from pydantic import AwareDatetime
from sqlalchemy import delete, func, select

from bot.db.connection import Db
from bot.db.keys import of_workspace, workspace_columns
from bot.db.people_schema import organizers
from bot.model.people import Frozen, Workspace


class UserGroup(Frozen):
    """A user group of the workspace; `handle` is without the @."""

    group_id: str
    handle: str


_LOCKS = 4


class Organizers(Frozen):
    """The chosen people (U…, W…) and user groups (S…); `set_by` is empty if none were ever chosen."""

    subjects: frozenset[str] = frozenset()
    set_by: str = ""
    set_at: AwareDatetime | None = None

    @property
    def people(self) -> list[str]:
        """The ids of the people."""
        return sorted(subject for subject in self.subjects if not subject.startswith("S"))

    @property
    def groups(self) -> list[str]:
        """The ids of the user groups."""
        return sorted(subject for subject in self.subjects if subject.startswith("S"))


async def find(db: Db, workspace: Workspace) -> Organizers:
    """Return the organizers of this workspace."""
    rows = (await db.execute(select(organizers).where(*of_workspace(organizers, workspace)))).all()
    if not rows:
        return Organizers()
    return Organizers(subjects=frozenset(row.subject for row in rows), set_by=rows[0].set_by, set_at=rows[0].set_at)


async def save(db: Db, workspace: Workspace, subjects: Collection[str], by: str, now: datetime) -> None:
    """Replace the organizers."""
    if db.is_postgresql:  # two concurrent writers would leave both sets; SQLite has one writer at a time
        key = crc32(repr(tuple(workspace.model_dump().values())).encode())
        await db.execute(select(func.pg_advisory_xact_lock(_LOCKS, key - 2**31)))
    await db.execute(delete(organizers).where(*of_workspace(organizers, workspace)))
    for subject in sorted(set(subjects)):
        row = {**workspace_columns(workspace), "subject": subject, "set_by": by, "set_at": now}
        await db.upsert(organizers, row)
