"""Checks the database: whether it can be used, its schema, and whether the key opens what is stored."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Column, LargeBinary, Table, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError

from bot.db import people_schema, schema  # noqa: F401 - they define the tables of `metadata`
from bot.db.columns import metadata
from bot.db.connection import Db, Store, async_url
from bot.db.migrate import SchemaState, schema_state
from bot.db.vault import SealedText, Vault
from bot.doctor.finding import Finding, note, ok, wrong
from bot.errors import SettingsError
from bot.settings import Settings

DATABASE, SCHEMA, KEY = "Database", "Database schema", "Encryption key"
TIMEOUT = 10.0
SAMPLE = 20
"""Values opened per column, the latest ones."""
MIGRATE = "`run` brings it up to date when it starts, or run `python -m bot migrate`."
OLD_KEY = "Add the earlier key to ENCRYPTION_KEY after a comma: new,old. Without it, those values are lost."


async def check_database(settings: Settings) -> list[Finding]:
    """All findings about the database. Creates no file and changes nothing."""
    try:
        url = async_url(settings.database_url)
    except SettingsError as error:
        return [wrong(DATABASE, error.sentence)]
    missing = _check_file(url.database or "") if url.get_backend_name() == "sqlite" else None
    if missing:
        return [missing]
    store = Store(settings.database_url, Vault(settings.encryption_key.get_secret_value()))
    try:
        async with asyncio.timeout(TIMEOUT), store.read() as db:
            return [ok(DATABASE, f"{url.get_backend_name()} answers"), *await _check_content(db)]
    except (TimeoutError, SQLAlchemyError, OSError) as error:
        remedy = "Check that it runs, and DATABASE_URL: host, name, user and password."
        return [wrong(DATABASE, f"it cannot be used ({type(error).__name__})", remedy)]
    finally:
        await store.close()


def _check_file(name: str) -> Finding | None:
    """The finding about a SQLite file that does not exist; opening it would create it."""
    if Path(name).exists():
        return None
    if not os.access(Path(name).absolute().parent, os.W_OK | os.X_OK):
        remedy = "Let the user that runs Greenroom write there, or set DATABASE_URL to another file."
        return wrong(DATABASE, "the SQLite file does not exist, and its folder cannot be written to", remedy)
    return note(DATABASE, "the SQLite file does not exist yet", "`run` creates it when it starts.")


async def _check_content(db: Db) -> list[Finding]:
    match await schema_state(db.connection):
        case SchemaState.EMPTY:
            return [note(SCHEMA, "the database is empty", MIGRATE)]
        case SchemaState.BEHIND:
            return [note(SCHEMA, "an earlier version made it", MIGRATE)]
        case SchemaState.NEWER:
            return [wrong(SCHEMA, "a later version made it", "Use that version of Greenroom, or restore a backup.")]
        case _:
            return [ok(SCHEMA, "up to date"), await _check_key(db)]


async def _check_key(db: Db) -> Finding:
    """Open a sample of each sealed column. One key serves all workspaces, so they are not told apart here."""
    opened, lost = 0, 0
    for table, column in _sealed_columns():
        raw = type_coerce(column, LargeBinary)
        newest = [key.desc() for key in table.primary_key]
        query = select(raw).where(column.is_not(None)).order_by(*newest).limit(SAMPLE)
        for value in (await db.execute(query)).scalars():
            try:
                db.vault.open(bytes(value))
            except SettingsError:
                lost += 1
            else:
                opened += 1
    if lost:
        return wrong(KEY, f"it does not open {lost} of {lost + opened} stored values", OLD_KEY)
    return ok(KEY, f"it opens what is stored ({opened} values)" if opened else "nothing is stored yet")


def _sealed_columns() -> Iterator[tuple[Table, Column[str]]]:
    for table in metadata.sorted_tables:
        yield from ((table, column) for column in table.columns if isinstance(column.type, SealedText))
