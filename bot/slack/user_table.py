"""Remembers who is who in Slack, so that a person is looked up once and not at every command."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, select, type_coerce

from bot.db.columns import SealedText
from bot.db.connection import Db
from bot.db.keys import keyed, of_workspace, together, workspace_columns, workspace_of
from bot.db.schema import people
from bot.model.people import Person, Workspace

_KEY = list(people.primary_key)


async def save(db: Db, person: Person, now: datetime) -> None:
    """Remember a person as `users.info` told of them at `now`. The profile is encrypted: it holds an address."""
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
    """A person and when they were last looked up."""
    row = (
        await db.execute(
            select(people.c.profile, people.c.seen_at).where(
                *of_workspace(people, workspace), people.c.user_id == user_id
            )
        )
    ).first()
    return (Person.model_validate_json(row.profile), row.seen_at) if row else None


async def names(db: Db, keys: Collection[tuple[Workspace, str]]) -> dict[tuple[Workspace, str], str]:
    """What several people are called, in one query; those who are not known, or not readably, are left out."""
    if not keys:
        return {}
    wanted = {(*workspace_columns(workspace).values(), user_id) for workspace, user_id in keys}
    found: dict[tuple[Workspace, str], str] = {}
    for row in await db.execute(_by_keys(postgresql=db.is_postgresql), keyed(_KEY, "key", wanted, db)):
        if row.profile is not None:
            workspace = workspace_of(row.team_id, row.enterprise_id)
            found[workspace, row.user_id] = Person.model_validate_json(row.profile).name
    return found


@cache
def _by_keys(*, postgresql: bool) -> Select[Any]:
    # Text that mentions a person can do without the name, so a lost key must not stop it.
    profile = type_coerce(people.c.profile, SealedText(lost_key_is_null=True)).label("profile")
    return select(*_KEY, profile).where(together(_KEY, "key", postgresql=postgresql))
