"""Opens the database and hands out connections: SQLite embedded, PostgreSQL when one machine is too small."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Executable, Table, bindparam, event, make_url
from sqlalchemy.dialects import postgresql as postgres
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.db.vault import Vault, attach
from bot.errors import SettingsError

T = TypeVar("T")
GOODBYE = 2.0
"""Seconds for which a store that is closed waits for transactions under way."""
SQLITE_PATIENCE_MS = 15_000
FORGOTTEN_MS = 20_000
"""PostgreSQL ends a transaction in which nothing happens for so long: whoever began it is frozen or gone, and what it
has locked is for others to go on with. From version 17 on it ends all that last so long, which is surer: who is frozen
with a statement prepared and not yet run does not count as doing nothing."""


@dataclass(frozen=True)
class Db:
    """One transaction: what every function of the store takes first."""

    connection: AsyncConnection
    vault: Vault

    @property
    def is_postgresql(self) -> bool:
        """Whether row locks and `SKIP LOCKED` are to be had."""
        return self.connection.dialect.name == "postgresql"

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement, once for each row where `values` is a list."""
        return await unbroken(self.connection.execute(statement, values))

    async def upsert(self, table: Table, row: Mapping[str, Any], *, keep: Collection[str] = ()) -> None:
        """Insert the row, or bring the one with its primary key to these values, except for the columns in `keep`."""
        statement = _upsert(table, tuple(row), frozenset(keep), postgresql=self.is_postgresql)
        await self.execute(statement, dict(row))


@cache
def _upsert(table: Table, names: tuple[str, ...], keep: frozenset[str], *, postgresql: bool) -> Any:
    insert = postgres.insert(table) if postgresql else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    changes = {name: insert.excluded[name] for name in names if name not in keys and name not in keep}
    # Made once, with a name for each value: to make it takes longer than to run it.
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
        # SQLite takes one writer at a time: waiting for it in a queue of one beats "database is locked".
        self._writer = writer(self.url)
        self._reader = _engine(self.url, size=4) if self.is_sqlite else self._writer
        for engine in (self._writer, self._reader):
            attach(engine, vault)
        self._under_way: set[AsyncExitStack] = set()
        self._ended = asyncio.Event()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Db]:
        """A transaction that is committed when the block ends well."""
        async with self._unbroken(self._writer.begin()) as db:
            yield db

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Db]:
        """A transaction for looking."""
        async with self._unbroken(self._reader.connect()) as db:
            yield db

    @asynccontextmanager
    async def _unbroken(self, transaction: AbstractAsyncContextManager[AsyncConnection]) -> AsyncIterator[Db]:
        stack = AsyncExitStack()
        self._under_way.add(stack)
        try:
            try:
                connection = await unbroken(stack.enter_async_context(transaction))
                yield Db(connection, self.vault)
            except BaseException as error:
                await unbroken(stack.__aexit__(type(error), error, error.__traceback__))
                raise
            await unbroken(stack.aclose())
        finally:
            self._under_way.discard(stack)
            self._ended.set()

    async def close(self) -> None:
        """Let go of every connection, when those who were cancelled have come to the end of what they were at."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE):
                while self._under_way:
                    self._ended.clear()
                    await self._ended.wait()
        await self._writer.dispose()
        await self._reader.dispose()


async def unbroken(work: Coroutine[Any, Any, T]) -> T:
    """Do this to its end, even if who waits for it is cancelled: only then do they hear of that.

    A driver that is cancelled in the middle of something leaves a connection, and what it has locked, to nobody: on
    SQLite nothing can be written any more then.
    """
    doing = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        while not doing.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({doing})
        if not doing.cancelled():
            doing.exception()  # looked at, or the loop complains that nobody has
        raise


def async_url(url: str) -> URL:
    """The URL with the driver we use. Raises `SettingsError` where it names another kind of database."""
    try:
        parsed = make_url(url)
    except Exception:  # noqa: BLE001 - whatever SQLAlchemy makes of a malformed URL, which may hold a password
        raise SettingsError("DATABASE_URL is no database URL; write sqlite:///file.db or postgresql://…") from None
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    backend = parsed.drivername.split("+")[0]
    if backend not in drivers:
        raise SettingsError("DATABASE_URL must name SQLite (sqlite:///file.db) or PostgreSQL (postgresql://…).")
    return parsed.set(drivername=drivers[backend])


def writer(url: URL, *, patient: bool = False) -> AsyncEngine:
    """An engine for transactions that write: on SQLite one at a time, each waiting for the one before.

    A `patient` one is for what may take as long as it takes.
    """
    if url.get_backend_name() != "sqlite":
        return _engine(url, size=10, patient=patient)
    engine = _engine(url, size=1)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _engine(url: URL, size: int, *, patient: bool = False) -> AsyncEngine:
    if url.get_backend_name() == "postgresql":
        # A plan that was made once and kept, while the tables were small, reads all of them when they have grown.
        settings = {"plan_cache_mode": "force_custom_plan"}
        if not patient:
            settings["idle_in_transaction_session_timeout"] = str(FORGOTTEN_MS)
        engine = create_async_engine(
            url,
            pool_size=size,
            max_overflow=0,
            # A restarted database breaks the pooled connections; asking first costs a round trip and saves a failure.
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"server_settings": settings},
        )
        if not patient:
            event.listen(engine.sync_engine, "connect", _end_transactions)
        return engine
    # Parameters hold names and addresses, and an error's text ends up in the log.
    engine = create_async_engine(url, pool_size=size, max_overflow=0, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _tune_sqlite)
    return engine


def _end_transactions(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(
        f"select set_config('transaction_timeout', '{FORGOTTEN_MS}', false)"
        " where current_setting('server_version_num')::int >= 170000"
    )
    cursor.close()
    connection.commit()


def _tune_sqlite(connection: Any, _: Any) -> None:
    # The driver must not begin transactions by itself: `begin` does it, immediately, for writers.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("pragma journal_mode=wal")
    # FULL: a claim forgotten in a power cut would be a reminder said twice.
    cursor.execute("pragma synchronous=full")
    cursor.execute(f"pragma busy_timeout={SQLITE_PATIENCE_MS}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    # A transaction that reads first and then writes fails at once when another has written meanwhile.
    connection.exec_driver_sql("begin immediate")
