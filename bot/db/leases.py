"""The lease engine of durable operations: claim a row, renew the lease, advance the row, resume expired ones."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Generic

from sqlalchemy import ColumnElement, Table, TextClause, and_, false, or_, select, true, update
from sqlalchemy.dialects import postgresql as postgres
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import machine_now
from bot.db.connection import Db, Store
from bot.db.keys import of_account
from bot.db.records import Record, RecordTable
from bot.errors import GreenroomError
from bot.model.people import Account

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
"""How long a row stays with a worker that has stopped; a live worker renews three times per lease."""
RETRY = timedelta(seconds=30)
"""The shortest wait before an operation without a clear result is resumed."""
LONGEST_RETRY = timedelta(hours=1)
DATABASE_UNAVAILABLE = (SQLAlchemyError, OSError)
"""Errors raised while the database cannot be reached."""


class LeaseLost(Exception):
    """Another worker owns the row now, or its state no longer allows this work."""


def retry_wait(age: timedelta, shortest: timedelta = RETRY) -> timedelta:
    """Wait before an operation of this age is resumed: a quarter of its age, at least `shortest`, at most an hour."""
    return max(shortest, min(age / 4, LONGEST_RETRY))


class LeasedTable(RecordTable[Record]):
    """A table with the columns `claimed_by` and `claimed_until` whose rows are the records of one operation.

    Every time here is machine time. Each method runs in the caller's transaction.
    """

    def __init__(
        self,
        table: Table,
        *,
        key: Sequence[str],
        order: Sequence[str],
        resumable: ColumnElement[bool] | TextClause,
        read: Callable[[Any], Record],
        write: Callable[[Record], Mapping[str, Any]] = lambda _record: {},
        renewable: ColumnElement[bool] | None = None,
    ) -> None:
        """Rows that are `resumable` are claimed in `order`. `write` returns the columns that `advance` saves.

        In rows that are not `renewable`, `claimed_until` is a wake-up time that renewing and `release_all` leave alone.
        """
        super().__init__(table, key=key, read=read, write=write)
        self._order = [table.c[name] for name in order]
        self._resumable = resumable
        self._renewable = true() if renewable is None else renewable

    def owned(self, record: Record, worker_id: str) -> list[ColumnElement[bool]]:
        """Select the row of this record if this worker owns it."""
        return [*self.same(record), self._table.c.claimed_by == worker_id]

    async def begin(self, db: Db, record: Record, worker_id: str, until: datetime, **more: Any) -> bool:
        """Insert the row of this record, owned by this worker until then. False if there is one already."""
        insert = postgres.insert(self._table) if db.is_postgresql else sqlite.insert(self._table)
        claim = {"claimed_by": worker_id, "claimed_until": until}
        begun = insert.values(**self._row(record), **more, **claim).on_conflict_do_nothing()
        return (await db.execute(begun)).rowcount == 1

    async def claim(
        self, db: Db, account: Account, worker_id: str, now: datetime, until: datetime, *which: ColumnElement[bool]
    ) -> Record | None:
        """Claim the first row whose lease expired before `now`: a resumable one, or one for which `which` holds."""
        return next(iter(await self.claim_many(db, account, worker_id, now, until, *which, most=1)), None)

    async def claim_many(
        self,
        db: Db,
        account: Account,
        worker_id: str,
        now: datetime,
        until: datetime,
        *which: ColumnElement[bool],
        most: int,
    ) -> list[Record]:
        """Claim up to `most` rows at once. Workers on PostgreSQL skip each other's rows instead of waiting."""
        chosen = select(self._table).where(*of_account(self._table, account), *(which or (self._resumable,)))
        chosen = chosen.where(self._is_expired(now)).order_by(*self._order).limit(most)
        if db.is_postgresql:
            chosen = chosen.with_for_update(skip_locked=True)
        claimed = [self._read(row) for row in await db.execute(chosen)]
        if claimed:
            await db.execute(self._update(self._any(claimed)).values(claimed_by=worker_id, claimed_until=until))
        return claimed

    async def take(
        self, db: Db, record: Record, worker_id: str, now: datetime, until: datetime, *unchanged: ColumnElement[bool]
    ) -> bool:
        """Claim this row. False if another worker owns it, or if `unchanged` no longer holds."""
        is_free = or_(self._table.c.claimed_by == worker_id, self._is_expired(now))
        taken = self._update(*self.same(record), *unchanged, is_free).values(claimed_by=worker_id, claimed_until=until)
        return (await db.execute(taken)).rowcount == 1

    async def advance(self, db: Db, record: Record, worker_id: str, until: datetime | None) -> bool:
        """Save the record and own it until then. False, and nothing saved, if another worker owns it."""
        values = {**self._write(record), "claimed_until": until}
        return (await db.execute(self._update(*self.owned(record, worker_id)).values(**values))).rowcount == 1

    async def renew(self, db: Db, records: Sequence[Record], worker_id: str, until: datetime | None) -> None:
        """Own these rows until then, as far as this worker still owns them; `None` releases them."""
        mine = self._table.c.claimed_by == worker_id, self._renewable
        await db.execute(self._update(self._any(records), *mine).values(claimed_until=until))

    async def is_owned(self, db: Db, record: Record, worker_id: str, *unchanged: ColumnElement[bool]) -> bool:
        """Whether this worker still owns the row, and `unchanged` still holds."""
        found = await db.execute(select(self._table.c.claimed_by).where(*self.owned(record, worker_id), *unchanged))
        return found.first() is not None

    async def release_all(self, db: Db) -> None:
        """Release every lease of every account."""
        claimed = self._table.c.claimed_until.is_not(None)
        await db.execute(self._update(claimed, self._renewable).values(claimed_by="", claimed_until=None))

    def _update(self, *where: ColumnElement[bool]) -> Any:
        return update(self._table).where(*where)

    def _any(self, records: Sequence[Record]) -> ColumnElement[bool]:
        return or_(false(), *(and_(*self.same(record)) for record in records))

    def _is_expired(self, now: datetime) -> ColumnElement[bool]:
        return or_(self._table.c.claimed_until.is_(None), self._table.c.claimed_until < now)


class WorkerLeases(Generic[Record]):
    """The leases of one worker on the operations of one account in one table."""

    def __init__(
        self, store: Store, table: LeasedTable[Record], account: Account, worker_id: str, *, subject: str
    ) -> None:
        """`worker_id` distinguishes the replicas that share the database; `subject` starts the name of log events."""
        self._store = store
        self._table = table
        self._account = account
        self.worker_id = worker_id
        self._subject = subject
        self.lease, self.retry = LEASE, RETRY

    def until(self) -> datetime:
        """When a lease that begins now expires."""
        return machine_now() + self.lease

    async def expired(self) -> AsyncIterator[Record]:
        """Claim each resumable row whose lease expired before this call, one after the other."""
        began = machine_now()
        while True:
            async with self._store.write() as db:
                record = await self._table.claim(db, self._account, self.worker_id, began, self.until())
            if record is None:
                return
            yield record

    async def claim_many(self, most: int) -> list[Record]:
        """Claim up to `most` resumable rows whose lease has expired."""
        now = machine_now()
        async with self._store.write() as db:
            return await self._table.claim_many(db, self._account, self.worker_id, now, self.until(), most=most)

    async def take(self, db: Db, record: Record, *unchanged: ColumnElement[bool]) -> bool:
        """Claim this row. False if another worker owns it, or if `unchanged` no longer holds."""
        return await self._table.take(db, record, self.worker_id, machine_now(), self.until(), *unchanged)

    async def advance(self, db: Db, record: Record, *, wait: timedelta | None = None) -> None:
        """Save the record and renew its lease, or own it for `wait`. Raises `LeaseLost` if another worker owns it."""
        until = self.until() if wait is None else machine_now() + wait
        if not await self._table.advance(db, record, self.worker_id, until):
            raise LeaseLost

    async def finish(self, db: Db, record: Record) -> None:
        """Save the record and release it. No effect if another worker owns it."""
        await self._table.advance(db, record, self.worker_id, None)

    async def release(self, *records: Record, until: datetime | None = None) -> None:
        """Let any worker claim these rows, now or after `until`."""
        async with self._store.write() as db:
            await self._table.renew(db, records, self.worker_id, until)

    async def resume_later(self, record: Record, age: timedelta = timedelta()) -> None:
        """Leave this row as last saved, to be resumed after the wait for an operation of this age."""
        await self.release(record, until=machine_now() + retry_wait(age, self.retry))

    async def report(self, record: Record, send: Awaitable[None], later: Callable[[Record], Awaitable[Record]]) -> str:
        """Notify the user of a result while the lease is renewed; without a clear answer, leave it to be done `later`.

        Twice rather than never: what fails may have reached Slack. Returns the name of the error, empty if none.
        """
        async with self.keep(record):
            try:
                await send
            except (GreenroomError, *DATABASE_UNAVAILABLE) as error:
                with contextlib.suppress(*DATABASE_UNAVAILABLE):
                    await later(record)
                return type(error).__name__
        return ""

    @asynccontextmanager
    async def owned(
        self, record: Record, changed: Record, *unchanged: ColumnElement[bool], busy: Exception
    ) -> AsyncIterator[Record]:
        """Claim this row, save it as `changed`, and keep it while the block runs.

        Raises `busy` if another worker owns it, or if `unchanged` no longer holds.
        """
        async with self._store.write() as db:
            if not await self.take(db, record, *unchanged):
                raise busy
            if changed != record:
                await self.advance(db, changed)
        async with self.keep(changed):
            yield changed

    def keep(self, *records: Record) -> AbstractAsyncContextManager[None]:
        """Renew the leases of these rows while the block runs, however long its vendor calls wait."""
        return self._keep(records)

    @asynccontextmanager
    async def _keep(self, records: Sequence[Record]) -> AsyncIterator[None]:
        renewing = asyncio.create_task(self._renew(records))
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.wait({renewing})

    async def _renew(self, records: Sequence[Record]) -> None:
        while True:
            await asyncio.sleep(self.lease.total_seconds() / 3)
            try:
                async with self._store.write() as db:
                    await self._table.renew(db, records, self.worker_id, self.until())
            except DATABASE_UNAVAILABLE as error:
                log.warning("%s.lease_not_renewed", self._subject, extra={"reason": type(error).__name__})


async def release_all(db: Db, tables: Iterable[LeasedTable[Any]]) -> None:
    """Release every lease: for a database that only this process uses, right after it has started."""
    for table in tables:
        await table.release_all(db)
