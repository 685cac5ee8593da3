"""The states of the gates that all replicas share, one row per account user and rate group. PostgreSQL only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Column, Double, String, Table, bindparam, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.db.columns import metadata
from bot.db.connection import Db, Store

gate_states = Table(
    "gate_states",
    metadata,
    # Without the workspace: the provider counts the calls of a user, regardless of the workspaces it works for.
    Column("account_user", String(64), primary_key=True),
    Column("rate_group", String(16), primary_key=True),
    Column("state", JSON, nullable=False),
)

_key = gate_states.c.account_user == bindparam("user")
# In one order, so that transactions that lock several rows cannot deadlock.
_locked = (
    select(gate_states.c.rate_group, gate_states.c.state)
    .where(_key, gate_states.c.rate_group.in_(bindparam("groups", expanding=True)))
    .order_by(gate_states.c.rate_group)
    .with_for_update()
    .cte("locked")
)
# The time is read after the lock was granted, however long that took: a part with FOR UPDATE is evaluated first.
_LOCK = select(_locked.c.rate_group, _locked.c.state, cast(func.extract("epoch", func.clock_timestamp()), Double))
_READ = select(gate_states.c.rate_group, gate_states.c.state).where(
    _key, gate_states.c.rate_group.in_(bindparam("groups", expanding=True))
)
_NOW = select(cast(func.extract("epoch", func.clock_timestamp()), Double))
_SAVE = update(gate_states).where(_key, gate_states.c.rate_group == bindparam("group")).values(state=bindparam("value"))
_ADD = insert(gate_states).on_conflict_do_nothing()


class StoredGateRows:
    """The states of the gate of one account user. The clock of the database is the clock of all replicas."""

    def __init__(self, store: Store, account_user: str) -> None:
        """`account_user` identifies the user and the app at the provider, and is no secret."""
        self._store = store
        self._user = account_user
        self._added: set[str] = set()

    async def read(self, groups: Sequence[str]) -> tuple[dict[str, Any], float]:
        """The states of these groups (`None` if new), and the time. Waits for no lock; raises the database's error."""
        async with self._store.read() as db:
            rows = await db.execute(_READ, {"user": self._user, "groups": list(groups)})
            states = {group: state or None for group, state in rows}
            now = (await db.execute(_NOW)).scalar_one()
        return {group: states.get(group) for group in groups}, now

    async def change(
        self, groups: Sequence[str], decide: Callable[[Mapping[str, Any], float], Mapping[str, Any]]
    ) -> None:
        """Lock the rows of these groups, and replace their states by what `decide` makes of them and of the time.

        Raises the database's error if the change is not certainly stored.
        """
        async with self._store.write() as db:
            values, now = await self.locked(db, groups)
            await self.save(db, decide(values, now))

    async def add(self, groups: Sequence[str]) -> None:
        """Add the rows of these groups that do not exist, without keeping a lock.

        A transaction that adds a row while it has locked another one can cause a deadlock.
        """
        if new := sorted(set(groups) - self._added):
            async with self._store.write() as db:
                await self._add(db, new)
            self._added.update(new)

    async def _add(self, db: Db, groups: Sequence[str]) -> None:
        rows = [{"account_user": self._user, "rate_group": group, "state": {}} for group in sorted(groups)]
        await db.execute(_ADD, rows)

    async def save(self, db: Db, values: Mapping[str, Any]) -> None:
        """Replace the states of rows that are locked."""
        for group, value in values.items():
            await db.execute(_SAVE, {"user": self._user, "group": group, "value": value})

    async def locked(self, db: Db, groups: Sequence[str]) -> tuple[dict[str, Any], float]:
        """Lock the rows of these groups; return their states, and the time after that."""
        key = {"user": self._user, "groups": list(groups)}
        rows = (await db.execute(_LOCK, key)).all()
        if len(rows) < len(groups):
            await self._add(db, groups)
            rows = (await db.execute(_LOCK, key)).all()
        return {group: state or None for group, state, _ in rows}, max(now for *_, now in rows)
