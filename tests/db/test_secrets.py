"""Secrets are encrypted in the database, with a key that can be changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from bot.db.connection import Store, async_url, write_engine
from bot.db.schema import metadata, people
from bot.db.vault import Vault
from bot.errors import SettingsError
from bot.slack import user_table
from bot.webinars import table as webinar_table
from tests.db.test_connection import person
from tests.support.webinar_samples import ACCOUNT, NOW, webinar
from tests.support.world import World, running_world

pytest_plugins = ["tests.support.databases"]

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
PASSWORD = "s3same-0pen"
LINK = SecretStr("https://host.example/personal")


@pytest_asyncio.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    """Slack, RingCentral and the bot, on either database."""
    async with running_world(tmp_path, database_url=database_url) as started:
        yield started


async def test_database_holds_no_secret_in_clear(world: World, tmp_path: Path) -> None:
    """After one creation and one failed form: no address, no name, no personal link, no password."""
    await _create(world, "Launch day")
    world.ringcentral.fail("POST", "/sessions$", status=403)
    await _create(world, "Never made")

    services = world.bot.services
    (made,) = world.ringcentral.webinars()
    async with services.store.read() as db:
        link = await webinar_table.host_link(db, services.account, str(made["session_id"]))
    raw = await _raw(services.store) + _files(tmp_path)
    assert link.startswith(world.ringcentral.url)
    host = (await services.mirror.find(str(made["session_id"]))).host_name
    assert host
    secrets = [PASSWORD, link, link.rsplit("/", 1)[1], "@acme.example", host]
    assert [secret for secret in secrets if secret.encode() in raw] == []
    assert b"Launch day" in raw


async def test_key_can_be_changed(database_url: str) -> None:
    """The new key, put first, encrypts; values encrypted with the old one stay readable."""
    store = Store(database_url, Vault(OLD))
    async with store.write() as db:
        await webinar_table.save(db, webinar(), LINK)
    await store.close()

    store = Store(database_url, Vault(f"{NEW}, {OLD}"))
    async with store.write() as db:
        assert await webinar_table.host_link(db, ACCOUNT, "s1") == LINK.get_secret_value()
        await webinar_table.save(db, webinar(), LINK)
    await store.close()

    store = Store(database_url, Vault(NEW))
    async with store.read() as db:
        assert await webinar_table.host_link(db, ACCOUNT, "s1") == LINK.get_secret_value()
    await store.close()


async def test_lost_key_raises_a_sentence_for_the_admin(database_url: str) -> None:
    """The error names the setting to correct, and reveals nothing stored."""
    store = Store(database_url, Vault(OLD))
    async with store.write() as db:
        await webinar_table.save(db, webinar(), LINK)
    await store.close()

    store = Store(database_url, Vault(NEW))
    async with store.read() as db:
        with pytest.raises(SettingsError, match="Add the earlier key after a comma"):
            await webinar_table.host_link(db, ACCOUNT, "s1")
        assert await webinar_table.find(db, ACCOUNT, "s1"), "a webinar is shown without its host's link"
    await store.close()


async def test_sealed_columns_hold_fernet_tokens(store: Store) -> None:
    """The stored bytes are those that `Vault.seal` returns, as in databases of earlier versions."""
    async with store.write() as db:
        await webinar_table.save(db, webinar(), LINK)
        raw = (await db.execute(text("select host_link from webinars"))).scalar_one()
        assert db.vault.open(raw) == LINK.get_secret_value()
        await db.execute(
            text("update webinars set host_link = :link"), {"link": db.vault.seal("https://host.example/2")}
        )
        assert await webinar_table.host_link(db, ACCOUNT, "s1") == "https://host.example/2"


async def test_sealed_columns_need_a_vault(database_url: str) -> None:
    """An engine without one raises, and stores nothing in clear."""
    engine = write_engine(async_url(database_url))
    row = {"team_id": "T1", "user_id": "U1", "profile": "Ana", "seen_at": NOW}
    async with engine.begin() as connection:
        with pytest.raises(StatementError, match="has no vault"):
            await connection.execute(people.insert().values(**row))
        await connection.rollback()
    await engine.dispose()


async def test_name_under_a_lost_key_is_omitted(database_url: str) -> None:
    """Texts that mention the person omit the name."""
    store = Store(database_url, Vault(OLD))
    async with store.write() as db:
        await user_table.save(db, person(), NOW)
    await store.close()

    store = Store(database_url, Vault(NEW))
    async with store.read() as db:
        assert await user_table.names(db, {(ACCOUNT.workspace, "U1")}) == {}
    await store.close()


def test_person_is_not_shown_with_their_address() -> None:
    """Neither in a log nor in an error."""
    assert "ana@acme.example" not in repr(person())


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///greenroom.db", "sqlite+aiosqlite:///greenroom.db"),
        ("postgres://ana:s3cret@db/greenroom", "postgresql+asyncpg://ana:***@db/greenroom"),
        ("postgresql+psycopg://db/greenroom", "postgresql+asyncpg://db/greenroom"),
    ],
)
def test_database_url_gets_our_driver(given: str, used: str) -> None:
    """In the forms that hosting panels show, with any driver."""
    assert str(async_url(given)) == used


@pytest.mark.parametrize("given", ["mysql://ana:s3cret@db/greenroom", "s3cret", "postgresql://ana:s3cret@db:port/x"])
def test_invalid_database_url_raises_a_sentence_for_the_admin(given: str) -> None:
    """With a correct example, and without the password."""
    with pytest.raises(SettingsError, match="DATABASE_URL") as refused:
        async_url(given)
    assert "s3cret" not in refused.value.sentence


async def _create(world: World, title: str) -> None:
    await world.command("chloe", "#launch", "create")
    root = world.slack.view("chloe")
    await world.slack.fill("chloe", root, {"Title": title})
    await world.click("chloe", root, "More Settings")
    await world.slack.submit("chloe", world.slack.view("chloe"), {"password": PASSWORD})
    await world.settled()
    starts = world.clock.now() + timedelta(days=1)
    await world.slack.submit("chloe", world.slack.view("chloe"), {"Starts": starts})
    await world.settled()
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)


async def _raw(store: Store) -> bytes:
    """Return every value of every table, as stored."""
    values: list[object] = []
    async with store.read() as db:
        for table in metadata.tables:
            for row in await db.execute(text(f"select * from {table}")):  # noqa: S608 - names of ours
                values += row
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


def _files(folder: Path) -> bytes:
    """Return the database files, for SQLite."""
    return b"".join(path.read_bytes() for path in folder.glob("greenroom.db*"))
