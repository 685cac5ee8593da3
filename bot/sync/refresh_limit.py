"""How often a user may have figures read again: one user's Refresh must not use up the calls of the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.db.connection import Store
from bot.errors import GreenroomError
from bot.model.people import Workspace
from bot.model.retention import keep
from bot.providers.names import any_of
from bot.sync import refresh_table

FRESH = timedelta(seconds=15)
"""A figure younger than this is not read again."""
WINDOW = timedelta(minutes=1)
"""The time in which one user's Refresh may cause two vendor calls."""


class RefreshedOften(GreenroomError):
    """The user has refreshed too often, so nothing was read."""

    def __init__(self, seconds: float, providers: Sequence[str]) -> None:
        """Say when the next Refresh at one of these providers is possible."""
        when = f"in {max(1, math.ceil(seconds))} seconds"
        super().__init__(
            f"You have refreshed twice within a minute, and {any_of(providers)} allows only a few calls for everybody. "
            f"Greenroom also reads the figures on its own; you can refresh again {when}."
        )


class RefreshLimit:
    """The vendor calls that each user's Refresh has caused in the last minute, in all replicas together."""

    def __init__(self, store: Store, workspace: Workspace, clock: Clock, providers: Sequence[str]) -> None:
        """Keep the times in this store. `providers` are the names of those that are called."""
        self._providers = providers
        self._store = store
        self._workspace = workspace
        self._clock = clock

    async def take(self, who: str) -> RefreshCalls:
        """Record a call of this user's Refresh, and return what further ones need. Raises `RefreshedOften`."""
        if not await self.try_take(who):
            async with self._store.read() as db:
                earlier = await refresh_table.earlier_of_two(db, self._workspace, who)
            wait = (earlier or self._clock.now()) + WINDOW - self._clock.now()
            raise RefreshedOften(wait.total_seconds(), self._providers)
        return RefreshCalls(self, who)

    async def try_take(self, who: str) -> bool:
        """Record a call of this user's Refresh. False, and nothing recorded, if two were made in the last minute."""
        async with self._store.write() as db:
            return await refresh_table.take(db, self._workspace, who, self._clock.now(), WINDOW)

    async def use_up(self, who: str) -> None:
        """Record more calls than were allowed: the user can refresh again after a minute."""
        async with self._store.write() as db:
            await refresh_table.add_two(db, self._workspace, who, self._clock.now())

    async def forget_old(self) -> None:
        """Delete times that no longer matter."""
        async with self._store.write() as db:
            await refresh_table.forget_before(db, self._workspace, self._clock.now() - keep("refreshes"))


@dataclass(frozen=True)
class RefreshCalls:
    """The further calls of one Refresh, whose first call is recorded."""

    limit: RefreshLimit
    who: str

    async def take(self) -> bool:
        """Record one more call. False if it is not allowed."""
        return await self.limit.try_take(self.who)

    async def add(self, calls: int) -> None:
        """Record calls that were made already."""
        if calls > 0 and not (calls == 1 and await self.take()):
            await self.limit.use_up(self.who)


def is_fresh(read_at: datetime | None, now: datetime) -> bool:
    """Whether a figure that was read then is too young to be read again."""
    return read_at is not None and now - read_at < FRESH
