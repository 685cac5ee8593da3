"""A database comes from empty to the shape this version needs, once, on both databases."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.store import people
from bot.store.connection import Store, async_url
from bot.store.migrate import migrate
from bot.store.schema import metadata
from tests.store_samples import LATER
from tests.test_store import person
from tests.webinar_samples import ACCOUNT, NOW

if TYPE_CHECKING:
    from tests.databases import Postgres

pytest_plugins = ["tests.databases"]

HEAD = "0001"
INDEXES = {
    "sqlite": "select name, sql from sqlite_master where type = 'index' and sql is not null order by name",
    "postgresql": "select indexname, indexdef from pg_indexes where schemaname = 'public' order by indexname",
}


async def test_empty_database_becomes_the_schema(empty_url: str) -> None:
    """Every table, column, type, default and key that the queries rely on, and nothing else."""
    await migrate(empty_url)

    assert await _ask(empty_url, _versions) == [HEAD]
    assert await _ask(empty_url, _tables) == {*metadata.tables, "alembic_version"}
    assert await _ask(empty_url, _differences) == []


async def test_migrated_database_is_like_one_made_from_the_schema(empty_url: str) -> None:
    """With its defaults and the conditions of its indexes, which the comparison of Alembic does not look at well."""
    await migrate(empty_url)
    migrated = await _ask(empty_url, _columns), await _ask(empty_url, _indexes)
    await _ask(empty_url, metadata.drop_all)

    await _ask(empty_url, metadata.create_all)

    assert migrated == (await _ask(empty_url, _columns), await _ask(empty_url, _indexes))
    assert "uq_notices_post" in migrated[1]


async def test_migrating_again_does_nothing(store: Store) -> None:
    """What is stored stays as it is."""
    async with store.write() as db:
        await people.save(db, person(), NOW)
    url = store.url.render_as_string(hide_password=False)

    await migrate(url)

    assert await _ask(url, _versions) == [HEAD]
    assert await _ask(url, _differences) == []
    async with store.write() as db:
        assert await people.find(db, ACCOUNT.workspace, "U1") == (person(), NOW)
        await people.save(db, person(), LATER)


async def test_replicas_that_start_together_migrate_once(postgres: Postgres) -> None:
    """The others wait for the first, and find nothing to do."""
    url = await postgres.empty()

    await asyncio.gather(migrate(url), migrate(url), migrate(url))

    assert await _ask(url, _versions) == [HEAD]
    assert await _ask(url, _differences) == []


async def _ask(url: str, question: Any) -> Any:
    engine = create_async_engine(async_url(url))
    async with engine.begin() as connection:
        answer = await connection.run_sync(question)
    await engine.dispose()
    return answer


def _versions(connection: Connection) -> list[str]:
    return list(connection.execute(text("select version_num from alembic_version")).scalars())


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection)
    return list(compare_metadata(context, metadata))


def _columns(connection: Connection) -> list[tuple[Any, ...]]:
    found = inspect(connection)
    return [
        (table, column["name"], str(column["type"]), column["nullable"], column["default"])
        for table in sorted(metadata.tables)
        for column in found.get_columns(table)
    ]


def _indexes(connection: Connection) -> dict[str, str]:
    found = connection.execute(text(INDEXES[connection.dialect.name]))
    return {name: sql for name, sql in found if "alembic" not in name}
