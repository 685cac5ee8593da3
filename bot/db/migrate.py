"""Migrates a database to the schema of this version, from empty or from any earlier version."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.db.connection import async_url, write_engine
from bot.db.problems import database_problem
from bot.db.vault import Vault
from bot.errors import SettingsError

LOCK = 4_703_881  # an arbitrary key of an advisory lock
CANNOT_BE_OPENED = (
    "The database at DATABASE_URL cannot be opened ({}). Check that it exists and that Greenroom may use it."
)
CANNOT_BE_USED = "The database at DATABASE_URL cannot be used now ({}). Check that it runs, and what DATABASE_URL says."


async def migrate(url: str, vault: Vault | None = None) -> None:
    """Run the migrations that are missing. Replicas that start at the same time wait for the first one.

    With `vault`, values that a migration encrypts are kept; otherwise it drops those that are read again anyway.
    """
    engine = write_engine(async_url(url), no_timeout=True)
    try:
        async with _connected(engine) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                await connection.execute(text(f"select pg_advisory_xact_lock({LOCK})"))
            await connection.run_sync(_upgrade, vault)
    finally:
        await engine.dispose()


class SchemaState(StrEnum):
    """How the schema of a database compares with this version."""

    EMPTY = "empty"
    BEHIND = "behind"
    CURRENT = "current"
    NEWER = "newer"
    """A later version has migrated it."""


async def schema_state(connection: AsyncConnection) -> SchemaState:
    """Compare the schema of a database with this version. Changes nothing."""
    heads = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_heads())
    if heads == _newest():
        return SchemaState.CURRENT
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if not heads:
        return SchemaState.EMPTY
    return SchemaState.BEHIND if known.issuperset(heads) else SchemaState.NEWER


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    try:
        connection = await engine.connect()
    except (OSError, DBAPIError) as error:
        if database_problem(error):
            raise  # it may become available
        raise SettingsError(CANNOT_BE_OPENED.format(type(error).__name__)) from error
    try:
        yield connection
    finally:
        await connection.close()


def _upgrade(connection: Connection, vault: Vault | None) -> None:
    # Most starts need no migration: then Alembic does not load its scripts.
    if MigrationContext.configure(connection).get_current_heads() != _newest():
        config = _config()
        config.attributes["connection"] = connection
        config.attributes["vault"] = vault
        command.upgrade(config, "head")


@cache
def _newest() -> tuple[str, ...]:
    return tuple(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
