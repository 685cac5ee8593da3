"""Slack users who want no follow-ups of this workspace."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql as postgres
from sqlalchemy.dialects import sqlite

from bot.clock import Clock
from bot.db.connection import Db, Store
from bot.db.follow_up_schema import follow_up_opt_outs
from bot.db.keys import of_workspace, workspace_columns
from bot.model.people import Workspace
from bot.model.webinar import Webinar


class OptOuts:
    """Who gets no message that an organizer sends to people after a webinar: follow-ups, and shared recordings."""

    def __init__(self, workspace: Workspace, store: Store, clock: Clock) -> None:
        """Those of one workspace."""
        self._workspace = workspace
        self._store = store
        self._clock = clock

    async def add(self, user_id: str) -> None:
        """Send this user no more."""
        row = {**workspace_columns(self._workspace), "user_id": user_id, "since": self._clock.now()}
        async with self._store.write() as db:
            insert = postgres.insert(follow_up_opt_outs) if db.is_postgresql else sqlite.insert(follow_up_opt_outs)
            await db.execute(insert.values(**row).on_conflict_do_nothing())

    async def remove(self, user_id: str) -> None:
        """Send this user follow-ups again."""
        which = *of_workspace(follow_up_opt_outs, self._workspace), follow_up_opt_outs.c.user_id == user_id
        async with self._store.write() as db:
            await db.execute(delete(follow_up_opt_outs).where(*which))

    async def all(self) -> frozenset[str]:
        """Everybody who opted out."""
        async with self._store.read() as db:
            return await self.all_in(db)

    async def all_in(self, db: Db) -> frozenset[str]:
        """The same, within a transaction."""
        query = select(follow_up_opt_outs.c.user_id).where(*of_workspace(follow_up_opt_outs, self._workspace))
        return frozenset((await db.execute(query)).scalars())

    async def for_webinar(self, db: Db, _webinar: Webinar) -> frozenset[str]:
        """The same for the sharing of a recording: it makes no difference which webinar it is of."""
        return await self.all_in(db)

    async def among(self, user_ids: Collection[str]) -> frozenset[str]:
        """Those of these users who opted out."""
        return frozenset(user_ids) & await self.all()
