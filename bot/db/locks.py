"""Locks that all replicas share, each a row that is claimed by one statement and expires."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql as postgres
from sqlalchemy.dialects import sqlite

from bot.clock import machine_now
from bot.concurrency import KeyedLocks
from bot.db.connection import Db, Store
from bot.db.keys import of_workspace
from bot.db.leases import DATABASE_UNAVAILABLE, LEASE
from bot.db.shared_schema import locks
from bot.model.people import Workspace

log = logging.getLogger(__name__)

DOUBLE_CLICK = timedelta(seconds=2)
"""Within this time, a second click of the same button counts as a double click."""
PAUSE = 0.1
"""Seconds between two tries to get a lock that another replica holds."""


class SharedLocks:
    """The locks of one workspace. Each is named by some texts, of which only a digest is stored."""

    def __init__(
        self, store: Store, workspace: Workspace, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """Keep the locks in this store."""
        self._store = store
        self._workspace = workspace
        self._sleep = sleep
        self.lease = LEASE
        """When a lock that is held expires: a process that has ended released it by then."""
        self._local = KeyedLocks()

    async def is_first(self, *name: str) -> bool:
        """Whether nobody has asked this about the same name within the time of a double click."""
        return await self._claim(_digest("click", *name), "", DOUBLE_CLICK)

    @asynccontextmanager
    async def hold(self, *name: str) -> AsyncIterator[None]:
        """Hold the lock while the block runs, which must take less than a minute; wait until it is free."""
        digest, owner = _digest("hold", *name), secrets.token_hex(8)
        async with self._local[digest]:
            while not await self._claim(digest, owner, self.lease):
                await self._sleep(PAUSE)
            try:
                yield
            finally:
                await self._release(digest, owner)

    async def forget_expired(self) -> None:
        """Delete the rows of locks that nobody holds."""
        async with self._store.write() as db:
            await db.execute(delete(locks).where(*of_workspace(locks, self._workspace), locks.c.until <= machine_now()))

    async def _claim(self, digest: str, owner: str, lease: timedelta) -> bool:
        now = machine_now()
        async with self._store.write() as db:
            return await _claim(db, self._workspace, digest, owner, now, now + lease)

    async def _release(self, digest: str, owner: str) -> None:
        mine = locks.c.name == digest, locks.c.owner == owner
        try:
            async with self._store.write() as db:
                await db.execute(delete(locks).where(*of_workspace(locks, self._workspace), *mine))
        except DATABASE_UNAVAILABLE as error:  # it expires
            log.warning("lock.not_released", extra={"reason": type(error).__name__})


async def release_all(db: Db) -> None:
    """Release every lock: for a database that only this process uses, right after it has started."""
    await db.execute(delete(locks))


async def _claim(db: Db, workspace: Workspace, digest: str, owner: str, now: datetime, until: datetime) -> bool:
    """Claim a lock that is free or expired, in one statement. False if it is held."""
    row = {**workspace.model_dump(), "name": digest, "owner": owner, "until": until}
    insert = postgres.insert(locks) if db.is_postgresql else sqlite.insert(locks)
    claimed = insert.values(**row).on_conflict_do_update(
        index_elements=list(locks.primary_key), set_={"owner": owner, "until": until}, where=locks.c.until <= now
    )
    return (await db.execute(claimed.returning(locks.c.name))).first() is not None


def _digest(*name: str) -> str:
    return hashlib.sha256(repr(name).encode()).hexdigest()
