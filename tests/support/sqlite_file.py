"""SQLite files with the tables in them, and a driver for those of stories that does without a thread."""

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
"""What the file of a story is called; all others are opened as they are in earnest."""
_MIGRATED: list[bytes] = []


async def migrated(path: Path) -> str:
    """The address of this file, now with the tables in it: a copy, which is quicker than migrating."""
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
    """Takes the place of the queue to a connection's thread: what is put into it is done at once."""

    def put_nowait(self, work: tuple[Future[Any] | None, Callable[[], Any]]) -> None:
        told, function = work
        tell: Callable[[Future[Any], Any], None] = set_result
        try:
            what = function()
        except BaseException as error:  # noqa: BLE001 - as in the driver's own thread: it is for whoever waits
            tell, what = set_exception, error
        if told:
            tell(told, what)


class _ThreadlessConnection(aiosqlite.Connection):
    """The driver's connection without its thread, with which each query is an exchange of four messages.

    They are a fifth of all that a story does. Nobody but its one bot uses its file, so nothing ever waits for a lock,
    which would stop the loop; the store's own tests, and all that runs as a process, go through the thread.
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
