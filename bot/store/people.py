"""Remembers who is who in Slack, so that a person is looked up once and not at every command."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from bot.models import Person, Workspace
from bot.store.connection import Db
from bot.store.keys import of_workspace
from bot.store.schema import people


async def save(db: Db, person: Person, now: datetime) -> None:
    """Remember a person as `users.info` told of them at `now`. The profile is encrypted: it holds an address."""
    await db.upsert(
        people,
        {
            **person.workspace.model_dump(),
            "user_id": person.user_id,
            "profile": db.vault.seal(person.model_dump_json()),
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
    return (Person.model_validate_json(db.vault.open(row.profile)), row.seen_at) if row else None
