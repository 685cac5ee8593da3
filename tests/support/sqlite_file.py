"""Migrated SQLite files, and a driver without a thread for most of them; none of them waits for the disk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Generator
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.pool import ConnectionPoolEntry, Pool
from sqlalchemy.util import await_only

from bot.db.migrate import migrate

STORY_FILE = "story.db"
TEST_FILE = "test.db"
BOT_FILE = "greenroom.db"
"""File name with which the bot's own driver is used: it has a thread. The other two are opened without one."""
LOCKED_FOR = 15.0
"""Seconds to wait for another writer, as the bot does (`SQLITE_BUSY_TIMEOUT_MS`)."""
RETRY_S = 0.001
_MIGRATED: list[bytes] = []


async def migrated(path: Path) -> str:
    """Create this file with the tables in it and return its URL: a copy, which is faster than migrating."""
    url = f"sqlite:///{path}"
    if not _MIGRATED:
        await migrate(url)
    _copy(path)
    return url


def _copy(path: Path) -> None:
    if not _MIGRATED:
        _MIGRATED.append(path.read_bytes())
    path.write_bytes(_MIGRATED[0])


class _Nothing:
    """Something to wait for, for no time: SQLAlchemy refuses an asynchronous driver that never waits."""

    def __await__(self) -> Generator[None, None, None]:
        yield from ()


_NOTHING = _Nothing()


class _DirectCursor(sqlite3.Cursor):
    """Reads all rows at once, as the usual driver does, so that none is left to read after the transaction."""

    _rows: deque[Any]

    def execute(self, statement: str, values: Any = ()) -> _DirectCursor:
        tries = int(LOCKED_FOR / RETRY_S)
        while True:
            try:
                super().execute(statement, values or ())
                return self._read()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or not (tries := tries - 1):
                    raise
                await_only(asyncio.sleep(RETRY_S))  # the owner of the lock may run in this loop

    def executemany(self, statement: str, values: Any) -> _DirectCursor:
        super().executemany(statement, values)
        return self._read()

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        rows, self._rows = list(self._rows), deque()
        return rows

    async def _async_soft_close(self) -> None:
        return

    def _read(self) -> _DirectCursor:
        await_only(_NOTHING)
        self._rows = deque(super().fetchall()) if self.description else deque()
        return self


class _DirectConnection(sqlite3.Connection):
    """A connection without a thread, and without the awaitable wrappers around each of its calls.

    Those are a third of a story's time. A wait for a lock does not block the loop, so two bots may use one file. Tests
    of the store, and everything that runs as a process, use the thread.
    """

    def cursor(self, *_: Any, **__: Any) -> Any:
        return super().cursor(_DirectCursor)

    def terminate(self) -> None:
        self.close()

    @property
    def _connection(self) -> _DirectConnection:
        return self


@event.listens_for(Engine, "do_connect")
def _open(dialect: Dialect, _: Any, where: list[Any], how: dict[str, Any]) -> _DirectConnection | None:
    if dialect.driver == "aiosqlite" and Path(where[0]).name in (STORY_FILE, TEST_FILE):
        return sqlite3.connect(*where, **how, factory=_DirectConnection)
    return None


@event.listens_for(Pool, "checkout")
def _skip_sync(connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
    """Write without waiting for the disk: no test cuts the power, and a killed process loses nothing."""
    if "is_relaxed" not in record.info:
        record.info["is_relaxed"] = True
        if isinstance(connection, _DirectConnection | AsyncAdapt_aiosqlite_connection):
            cursor = connection.cursor()
            cursor.execute("pragma synchronous=off")
            if isinstance(connection, _DirectConnection):
                cursor.execute("pragma busy_timeout=0")
            cursor.close()
