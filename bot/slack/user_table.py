"""The table of Slack users: a cache of `users.info`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, delete, select, type_coerce

from bot.db.connection import Db
from bot.db.keys import columns_in, columns_in_parameters, of_workspace, workspace_columns, workspace_of
from bot.db.schema import people
from bot.db.vault import SealedText
from bot.model.people import Person, Workspace

LATEST = 500
"""How many people are looked at to find admins."""
_KEY = list(people.primary_key)


async def save(db: Db, person: Person, now: datetime) -> None:
    """Save a person as read from `users.info` at `now`."""
    await db.upsert(
        people,
        {
            **person.workspace.model_dump(),
            "user_id": person.user_id,
            "profile": person.model_dump_json(),
            "seen_at": now,
        },
    )


async def find(db: Db, workspace: Workspace, user_id: str) -> tuple[Person, datetime] | None:
    """Return a person and when they were last looked up."""
    row = (
        await db.execute(
            select(people.c.profile, people.c.seen_at).where(
                *of_workspace(people, workspace), people.c.user_id == user_id
            )
        )
    ).first()
    return (Person.model_validate_json(row.profile), row.seen_at) if row else None


async def forget_before(db: Db, workspace: Workspace, moment: datetime) -> None:
    """Delete the people who were last looked up before then."""
    await db.execute(delete(people).where(*of_workspace(people, workspace), people.c.seen_at < moment))


async def recent_admins(db: Db, workspace: Workspace, most: int) -> list[Person]:
    """Return admins and owners of the workspace among those who have used Greenroom lately, the latest first."""
    latest = select(people.c.profile).where(*of_workspace(people, workspace)).order_by(people.c.seen_at.desc())
    known = [Person.model_validate_json(row.profile) for row in await db.execute(latest.limit(LATEST))]
    return [one for one in known if one.is_admin and not (one.is_stranger or one.is_deactivated)][:most]


async def names(db: Db, keys: Collection[tuple[Workspace, str]]) -> dict[tuple[Workspace, str], str]:
    """Return the names of several people in one query, without those that are unknown or not decryptable."""
    if not keys:
        return {}
    ids = {(*workspace_columns(workspace).values(), user_id) for workspace, user_id in keys}
    found: dict[tuple[Workspace, str], str] = {}
    for row in await db.execute(_by_keys(postgresql=db.is_postgresql), columns_in_parameters(_KEY, "key", ids, db)):
        if row.profile is not None:
            workspace = workspace_of(row.team_id, row.enterprise_id)
            found[workspace, row.user_id] = Person.model_validate_json(row.profile).name
    return found


@cache
def _by_keys(*, postgresql: bool) -> Select[Any]:
    # Text that mentions a person can do without the name, so a lost key must not stop it.
    profile = type_coerce(people.c.profile, SealedText(lost_key_is_null=True)).label("profile")
    return select(*_KEY, profile).where(columns_in(_KEY, "key", postgresql=postgresql))
