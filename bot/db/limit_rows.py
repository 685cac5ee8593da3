"""The state of a gate with several limits: its rates as the gate rows, and what was counted per day in a table."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, tuple_

from bot.clock import monotonic
from bot.db.connection import Db, Store
from bot.db.day_count_schema import day_counts
from bot.db.gate_rows import StoredGateRows

DAY_ROW = "day:"
"""How the names of rows with days begin: `day:`, the name of the limit, `:`, the digest of its subject."""
COUNTING = "days"
"""A row that is locked while days are counted, so that two replicas do not add the same row."""

_key = tuple_(day_counts.c.limit_name, day_counts.c.subject)
_COUNTS = select(day_counts).where(
    day_counts.c.account_user == bindparam("user"), _key.in_(bindparam("keys", expanding=True))
)
_BEFORE = delete(day_counts).where(day_counts.c.day < bindparam("day"))


class StoredLimitRows:
    """The state of the gate of one account.

    On PostgreSQL, replicas share all of it. On SQLite, which one process uses, the rates are in memory, where a restart
    may forget them, and only days are stored.
    """

    def __init__(self, store: Store, account_user: str, monotonic: Callable[[], float] = monotonic) -> None:
        """`account_user` identifies the account at the provider, and is no secret."""
        self._store, self._user, self._monotonic = store, account_user, monotonic
        self._shared = StoredGateRows(store, account_user)
        self._memory: dict[str, Any] = {}
        self._changing = asyncio.Lock()

    async def read(self, groups: Sequence[str]) -> tuple[dict[str, Any], float]:
        """The values of these rows (`None` if new), and the time. Waits for no lock; raises the database's error."""
        days, rates = _parts(groups)
        if self._store.is_sqlite:
            values, now = {rate: self._memory.get(rate) for rate in rates}, self._monotonic()
        else:
            values, now = await self._shared.read(rates)
        if days:
            async with self._store.read() as db:
                values |= await self._counts(db, days)
        return values, now

    async def change(
        self, groups: Sequence[str], decide: Callable[[Mapping[str, Any], float], Mapping[str, Any]]
    ) -> None:
        """Replace the values of these rows by what `decide` makes of them and of the time, all or none.

        Raises the database's error if the change is not certainly stored.
        """
        days, rates = _parts(groups)
        if not self._store.is_sqlite:
            locked = [*rates, *([COUNTING] if days else [])]
            await self._shared.add(locked)
            async with self._store.write() as db:
                values, now = await self._shared.locked(db, locked)
                changed = decide(values | await self._counts(db, days), now)
                await self._shared.save(db, {name: value for name, value in changed.items() if name not in days})
                await self._save(db, {name: value for name, value in changed.items() if name in days})
            return
        async with self._changing:
            changed = await self._change_stored(rates, days, decide)
            self._memory.update({name: value for name, value in changed.items() if name not in days})

    async def _change_stored(
        self,
        rates: Sequence[str],
        days: Sequence[str],
        decide: Callable[[Mapping[str, Any], float], Mapping[str, Any]],
    ) -> Mapping[str, Any]:
        values = {rate: self._memory.get(rate) for rate in rates}
        if not days:
            return decide(values, self._monotonic())
        async with self._store.write() as db:
            changed = decide(values | await self._counts(db, days), self._monotonic())
            await self._save(db, {name: value for name, value in changed.items() if name in days})
        return changed

    async def _counts(self, db: Db, days: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = dict.fromkeys(days)
        if not days:
            return found
        keys = [_limit_and_subject(name) for name in days]
        for row in await db.execute(_COUNTS, {"user": self._user, "keys": keys}):
            count = {"used": row.used} if row.at_most is None else {"used": row.used, "limit": row.at_most}
            name = f"{DAY_ROW}{row.limit_name}:{row.subject}"
            found[name] = {**(found[name] or {}), str(row.day.date()): count}
        return found

    async def _save(self, db: Db, values: Mapping[str, Any]) -> None:
        for name, counts in values.items():
            limit_name, subject = _limit_and_subject(name)
            key = {"account_user": self._user, "limit_name": limit_name, "subject": subject}
            for day, count in counts.items():
                row = {**key, "day": _start_of(day), "used": count["used"], "at_most": count.get("limit")}
                await db.upsert(day_counts, row)


async def forget_days(db: Db, before: datetime) -> None:
    """Delete what was counted on days that began before this time."""
    await db.execute(_BEFORE, {"day": before})


def _parts(groups: Iterable[str]) -> tuple[list[str], list[str]]:
    """The rows of days, and the others."""
    names = list(groups)
    return [name for name in names if name.startswith(DAY_ROW)], [
        name for name in names if not name.startswith(DAY_ROW)
    ]


def _limit_and_subject(name: str) -> tuple[str, str]:
    limit_name, _, subject = name.removeprefix(DAY_ROW).partition(":")
    return limit_name, subject


def _start_of(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)
