"""Migrated SQLite files, and a driver without a thread for stories."""

from __future__ import annotations

import sqlite3
from asyncio import Future
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import aiosqlite
from aiosqlite.core import set_exception, set_result
from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine

from bot.db.migrate import migrate

STORY_FILE = "story.db"
"""File name that selects the driver without a thread; all other files use the usual driver."""
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


class _DirectQueue:
    """Replaces the queue to a connection's thread: runs what is put into it at once."""

    def put_nowait(self, work: tuple[Future[Any] | None, Callable[[], Any]]) -> None:
        future, function = work
        finish: Callable[[Future[Any], Any], None] = set_result
        try:
            result = function()
        except BaseException as error:  # noqa: BLE001 - as in the driver's own thread: passed to the future
            finish, result = set_exception, error
        if future:
            finish(future, result)


class _ThreadlessConnection(aiosqlite.Connection):
    """The driver's connection without its thread, with which each query is an exchange of four messages.

    Those are a fifth of a story's time. Only one bot uses a story's file, so nothing ever waits for a lock, which would
    block the loop. Tests of the store, and everything that runs as a process, use the thread.
    """

    def __init__(self, *where: Any, **how: Any) -> None:
        super().__init__(lambda: sqlite3.connect(*where, **how), iter_chunk_size=64)
        self._tx = _DirectQueue()  # type: ignore[assignment] # all that is ever done with it here

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        return self._connect().__await__()


@event.listens_for(Engine, "do_connect")
def _open(dialect: Dialect, _: Any, where: list[Any], how: dict[str, Any]) -> None:
    if dialect.driver == "aiosqlite" and Path(where[0]).name == STORY_FILE:
        how["async_creator_fn"] = _ThreadlessConnection
