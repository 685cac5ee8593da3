"""Brings a database to the shape this version needs, from empty or from any version before."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.store.connection import async_url

LOCK = 4_703_881  # any number that nothing else in the database locks on


async def migrate(url: str) -> None:
    """Run what is missing of bot/store/migrations. Replicas that start together wait for the first of them."""
    engine = create_async_engine(async_url(url))
    try:
        async with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text(f"select pg_advisory_xact_lock({LOCK})"))
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
