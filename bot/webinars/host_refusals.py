"""The table of users whom the provider has refused as hosts: remembered across restarts, and for a day."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from bot.clock import Clock
from bot.db.connection import Store
from bot.db.keys import account_columns, of_account
from bot.db.shared_schema import host_refusals
from bot.model.people import Account

REMEMBERED = timedelta(days=1)
"""After this time, a host is tried again: they may have got a license."""


class HostRefusals:
    """The refused hosts of one account."""

    def __init__(self, account: Account, store: Store, clock: Clock) -> None:
        """Keep them in this store."""
        self._account = account
        self._store = store
        self._clock = clock

    async def recent(self) -> dict[str, str]:
        """The problem of each host who was refused within a day, by their id; older ones are deleted."""
        oldest = self._clock.now() - REMEMBERED
        mine = of_account(host_refusals, self._account)
        async with self._store.write() as db:
            await db.execute(delete(host_refusals).where(*mine, host_refusals.c.refused_at < oldest))
            rows = await db.execute(select(host_refusals).where(*mine))
            return {row.host_user_id: row.problem for row in rows}

    async def add(self, host_user_id: str, problem: str) -> None:
        """Remember that this user was refused; an empty id means the service user."""
        row = {**account_columns(self._account), "host_user_id": host_user_id, "problem": problem}
        async with self._store.write() as db:
            await db.upsert(host_refusals, {**row, "refused_at": self._clock.now()})
