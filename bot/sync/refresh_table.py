"""The table of refreshes: when each user's Refresh caused its last two vendor calls."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql as postgres
from sqlalchemy.dialects import sqlite

from bot.db.connection import Db
from bot.db.keys import of_workspace, workspace_columns
from bot.db.shared_schema import refreshes
from bot.model.people import Workspace


async def take(db: Db, workspace: Workspace, user_id: str, now: datetime, window: timedelta) -> bool:
    """Record a call unless there were two within this window, in one statement. False, and nothing recorded, else."""
    free = refreshes.c.earlier_at <= now - window
    taken = _later(db, workspace, user_id, now - window, now, set_earlier=refreshes.c.latest_at, where=free)
    return (await db.execute(taken.returning(refreshes.c.user_id))).first() is not None


async def add_two(db: Db, workspace: Workspace, user_id: str, now: datetime) -> None:
    """Record as many calls as fit into the window, whether they are allowed or not."""
    await db.execute(_later(db, workspace, user_id, now, now, set_earlier=now, where=None))


async def earlier_of_two(db: Db, workspace: Workspace, user_id: str) -> datetime | None:
    """When the earlier of this user's last two calls was recorded."""
    mine = *of_workspace(refreshes, workspace), refreshes.c.user_id == user_id
    found: datetime | None = (await db.execute(select(refreshes.c.earlier_at).where(*mine))).scalar()
    return found


async def forget_before(db: Db, workspace: Workspace, moment: datetime) -> None:
    """Delete the rows of users without a call since."""
    await db.execute(delete(refreshes).where(*of_workspace(refreshes, workspace), refreshes.c.latest_at < moment))


def _later(
    db: Db, workspace: Workspace, user_id: str, earlier: datetime, now: datetime, *, set_earlier: Any, where: Any
) -> Any:
    insert = postgres.insert(refreshes) if db.is_postgresql else sqlite.insert(refreshes)
    row = {**workspace_columns(workspace), "user_id": user_id, "earlier_at": earlier, "latest_at": now}
    return insert.values(**row).on_conflict_do_update(
        index_elements=list(refreshes.primary_key), set_={"earlier_at": set_earlier, "latest_at": now}, where=where
    )
