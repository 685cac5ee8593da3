"""Engines and transactions: SQLite for one process, PostgreSQL for replicas."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
from collections.abc import AsyncIterator, Collection, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import Executable, Table, bindparam, event, make_url, text
from sqlalchemy.dialects import postgresql as postgres
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, CursorResult
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.clock import monotonic
from bot.db.pool_check import check_pooled
from bot.db.problems import DatabaseProblem, database_problem
from bot.db.vault import Vault, attach
from bot.errors import SettingsError

logging.getLogger("aiosqlite").setLevel(logging.INFO)  # at DEBUG, it logs every statement with its values

T = TypeVar("T")
CHECK_TIMEOUT = 2.0
"""Seconds in which a usable database answers."""
FULL_FOR = 60.0
CLOSE_TIMEOUT = 2.0
"""Seconds that `Store.close` waits for open transactions."""
SQLITE_BUSY_TIMEOUT_MS = 15_000
OWNER_ONLY = 0o600
TRANSACTION_TIMEOUT_MS = 20_000
"""PostgreSQL ends a transaction that is idle for this long: its process is frozen or gone, and its locks block others.
From version 17 on, every transaction that lasts this long ends: a process frozen between preparing and running a
statement does not count as idle."""


@dataclass(frozen=True)
class Db:
    """One transaction: the first argument of every table function."""

    connection: AsyncConnection
    vault: Vault

    @property
    def is_postgresql(self) -> bool:
        """Whether the database supports row locks and `SKIP LOCKED`."""
        return self.connection.dialect.name == "postgresql"

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement; once per row if `values` is a list."""
        return await uninterrupted(self.connection.execute(statement, values))

    async def upsert(self, table: Table, row: Mapping[str, Any], *, keep: Collection[str] = ()) -> None:
        """Insert the row, or update the one with its primary key, except for the columns in `keep`."""
        statement = _upsert(table, tuple(row), frozenset(keep), postgresql=self.is_postgresql)
        await self.execute(statement, dict(row))


@cache
def _upsert(table: Table, names: tuple[str, ...], keep: frozenset[str], *, postgresql: bool) -> Any:
    insert = postgres.insert(table) if postgresql else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    changes = {name: insert.excluded[name] for name in names if name not in keys and name not in keep}
    # Cached, with a bound parameter per value: building a statement takes longer than running it.
    statement = insert.values({name: bindparam(name) for name in names})
    if not changes:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


class Store:
    """The database of one installation. `read()` and `write()` each are one transaction."""

    def __init__(self, url: str, vault: Vault) -> None:
        """Prepare the engines; nothing connects before the first transaction."""
        self.url = async_url(url)
        self.vault = vault
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # SQLite allows one writer at a time: a pool of one queues writers instead of failing with "database is locked".
        self._writer = write_engine(self.url)
        self._reader = _engine(self.url, size=4) if self.is_sqlite else self._writer
        for engine in (self._writer, self._reader):
            attach(engine, vault)
        self.full_until = -math.inf
        """Until when (monotonic) the disk of the database counts as full."""
        self._open: set[AsyncExitStack] = set()
        self._ended = asyncio.Event()

    @property
    def engines(self) -> tuple[AsyncEngine, AsyncEngine]:
        """The engines of transactions that write and of those that only read; the same one on PostgreSQL."""
        return self._writer, self._reader

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Db]:
        """Open a transaction that is committed unless the block raises."""
        async with self._transaction(self._writer.begin()) as db:
            yield db

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Db]:
        """Open a read-only transaction."""
        async with self._transaction(self._reader.connect()) as db:
            yield db

    @asynccontextmanager
    async def _transaction(self, transaction: AbstractAsyncContextManager[AsyncConnection]) -> AsyncIterator[Db]:
        stack = AsyncExitStack()
        self._open.add(stack)
        try:
            try:
                connection = await uninterrupted(stack.enter_async_context(transaction))
                yield Db(connection, self.vault)
            except BaseException as error:
                self._note(error)
                await uninterrupted(stack.__aexit__(type(error), error, error.__traceback__))
                raise
            await self._end(stack)
        finally:
            self._open.discard(stack)
            self._ended.set()

    async def _end(self, stack: AsyncExitStack) -> None:
        try:
            await uninterrupted(stack.aclose())
        except Exception as error:
            self._note(error)
            raise

    def _note(self, error: BaseException) -> None:
        if database_problem(error) is DatabaseProblem.FULL:
            self.full_until = monotonic() + FULL_FOR

    async def is_usable(self) -> bool:
        """Whether the database answers, and nothing failed of late because its disk is full.

        On a full disk, most transactions still succeed: those that need no more space.
        """
        try:
            async with asyncio.timeout(CHECK_TIMEOUT), self.read() as db:
                await db.execute(text("select 1"))
        except (TimeoutError, SQLAlchemyError, OSError):
            return False
        return monotonic() >= self.full_until

    async def close(self) -> None:
        """Close every connection, after canceled transactions have ended."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                while self._open:
                    self._ended.clear()
                    await self._ended.wait()
        await self._writer.dispose()
        await self._reader.dispose()


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Complete `work` even if the caller is canceled, and raise `CancelledError` only then.

    A driver canceled in the middle of a call leaks its connection and its locks; on SQLite that blocks every writer.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # retrieved, or the loop logs that it never was
        raise


def async_url(url: str) -> URL:
    """Return the URL with our driver. Raises `SettingsError` for a malformed URL or another database."""
    try:
        parsed = make_url(url)
    except Exception:  # noqa: BLE001 - any of SQLAlchemy's errors, whose text may contain a password
        raise SettingsError("DATABASE_URL is no database URL; write sqlite:///file.db or postgresql://…") from None
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    backend = parsed.drivername.split("+")[0]
    if backend not in drivers:
        raise SettingsError("DATABASE_URL must name SQLite (sqlite:///file.db) or PostgreSQL (postgresql://…).")
    return parsed.set(drivername=drivers[backend])


def write_engine(url: URL, *, no_timeout: bool = False) -> AsyncEngine:
    """Return an engine for transactions that write; on SQLite they run one at a time.

    With `no_timeout`, a transaction may take any time, as a migration does.
    """
    if url.get_backend_name() != "sqlite":
        return _engine(url, size=10, no_timeout=no_timeout)
    _protect_file(url.database or "")
    engine = _engine(url, size=1)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _protect_file(path: str) -> None:
    """Let nobody but the owner read a SQLite file, which contains titles and ids in plain text; create it so."""
    if not path or path == ":memory:" or path.startswith("file:"):
        return
    # Never opened if it exists: closing it would release the locks of other connections of this process.
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY))
    for file in (path, f"{path}-wal", f"{path}-shm", f"{path}-journal"):
        with contextlib.suppress(OSError):
            Path(file).chmod(OWNER_ONLY)


def _engine(url: URL, size: int, *, no_timeout: bool = False) -> AsyncEngine:
    if url.get_backend_name() == "postgresql":
        # A generic plan cached while the tables were small scans them when they have grown.
        settings = {"plan_cache_mode": "force_custom_plan"}
        if not no_timeout:
            settings["idle_in_transaction_session_timeout"] = str(TRANSACTION_TIMEOUT_MS)
        engine = create_async_engine(
            url,
            pool_size=size,
            max_overflow=0,
            hide_parameters=True,
            connect_args={"server_settings": settings},
        )
        check_pooled(engine.sync_engine)
        if not no_timeout:
            event.listen(engine.sync_engine, "connect", _end_transactions)
        return engine
    # Parameters contain names and addresses, and error texts are logged.
    engine = create_async_engine(url, pool_size=size, max_overflow=0, hide_parameters=True)
    event.listen(engine.sync_engine, "do_connect", _connect_sqlite)
    event.listen(engine.sync_engine, "connect", _tune_sqlite)
    return engine


def _connect_sqlite(dialect: Any, _: Any, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
    return dialect.dbapi.connect(*arguments, async_creator_fn=_open_sqlite, **options)


async def _open_sqlite(*arguments: Any, **options: Any) -> aiosqlite.Connection:
    connection = aiosqlite.connect(*arguments, **options)
    thread = connection._thread  # noqa: SLF001 - the driver offers no other way to wait for its end
    thread.daemon = True
    try:
        return await connection
    except BaseException:
        # The driver leaves its thread behind, which prints a stack trace if the loop is closed before it has ended.
        await asyncio.to_thread(thread.join)
        raise


def _end_transactions(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(
        f"select set_config('transaction_timeout', '{TRANSACTION_TIMEOUT_MS}', false)"
        " where current_setting('server_version_num')::int >= 170000"
    )
    cursor.close()
    connection.commit()


def _tune_sqlite(connection: Any, _: Any) -> None:
    # The driver must not begin transactions: `_begin_immediate` does for writers.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("pragma journal_mode=wal")
    # FULL: a claim lost in a power failure would post a reminder twice.
    cursor.execute("pragma synchronous=full")
    cursor.execute(f"pragma busy_timeout={SQLITE_BUSY_TIMEOUT_MS}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    # A transaction that reads before it writes would fail if another one has written in between.
    connection.exec_driver_sql("begin immediate")
