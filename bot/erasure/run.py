"""Runs an erasure on the database of the settings."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.db.connection import Store, async_url
from bot.db.migrate import CANNOT_BE_USED, SchemaState, schema_state
from bot.db.vault import Vault
from bot.erasure.address import SoughtAddress
from bot.erasure.service import Eraser, Erasure
from bot.errors import SettingsError
from bot.settings import Settings

OTHER_VERSION = "The database has the schema of another version. Run `python -m bot migrate`, then this again."
NO_FILE = "The SQLite file at DATABASE_URL does not exist. Run this where the bot runs, with the same settings."


async def erase(settings: Settings, address: SoughtAddress) -> Erasure:
    """Remove the person with this address. Creates no database and migrates none. Raises `SettingsError`."""
    _check_file(settings.database_url)
    store = Store(settings.database_url, Vault(settings.encryption_key.get_secret_value()))
    try:
        async with store.read() as db:
            if await schema_state(db.connection) is not SchemaState.CURRENT:
                raise SettingsError(OTHER_VERSION)
        return await Eraser(store).forget(address)
    except (SQLAlchemyError, OSError) as error:
        raise SettingsError(CANNOT_BE_USED.format(type(error).__name__)) from error
    finally:
        await store.close()


def _check_file(url: str) -> None:
    """Raise `SettingsError` if there is no SQLite file: a store would create it."""
    parsed = async_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        raise SettingsError(NO_FILE)
