"""Migration from empty, and from the first version, to the current schema, on both databases."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from cryptography.fernet import Fernet
from sqlalchemy import Connection, MetaData, insert, inspect, select, text
from sqlalchemy.ext.asyncio import create_async_engine

import bot.db
from bot.clock import machine_now
from bot.db.columns import UtcDateTime
from bot.db.connection import Store, async_url
from bot.db.gate_rows import gate_states
from bot.db.keys import account_columns
from bot.db.migrate import migrate
from bot.db.people_schema import calendar_entries
from bot.db.schema import metadata
from bot.db.vault import Vault
from bot.notices.model import DeliveryMethod, MessageState, NoticeKind, NoticeState
from bot.notices.outbox import claims, notice_table
from bot.notices.outbox.claims import Claim
from bot.notices.schedule import from_unix
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import DEFAULT_FEATURES, Scope, Subscription
from bot.slack import user_table
from bot.webinars import calendar_table
from bot.webinars import table as webinar_table
from tests.db.test_connection import person
from tests.support.db_samples import HOUR, LATER, notice
from tests.support.webinar_samples import ACCOUNT, NOW, START

if TYPE_CHECKING:
    from tests.support.databases import Postgres

pytest_plugins = ["tests.support.databases"]

HEAD = "0026"
for _module in pkgutil.iter_modules(bot.db.__path__):
    if _module.name.endswith("_schema"):
        importlib.import_module(f"bot.db.{_module.name}")  # so that `metadata` has its tables
INDEXES = {
    "sqlite": "select name, sql from sqlite_master where type = 'index' and sql is not null order by name",
    "postgresql": "select indexname, indexdef from pg_indexes where schemaname = 'public' order by indexname",
}


async def test_empty_database_becomes_the_schema(empty_url: str) -> None:
    """Exactly the tables, columns, types, defaults and keys of the schema."""
    await migrate(empty_url)

    assert await _ask(empty_url, _versions) == [HEAD]
    assert await _ask(empty_url, _tables) == {*metadata.tables, "alembic_version"}
    assert gate_states.name in metadata.tables
    assert await _ask(empty_url, _differences) == []


async def test_migrated_database_is_like_one_made_from_the_schema(empty_url: str) -> None:
    """Including defaults and index conditions, which Alembic compares only partly."""
    await migrate(empty_url)
    migrated = await _ask(empty_url, _columns), await _ask(empty_url, _indexes)
    await _ask(empty_url, metadata.drop_all)

    await _ask(empty_url, metadata.create_all)

    assert migrated == (await _ask(empty_url, _columns), await _ask(empty_url, _indexes))
    assert "uq_parcels_post" in migrated[1]


async def test_outbox_of_the_first_version_is_carried_over(empty_url: str) -> None:
    """Notices scheduled, being scheduled or being withdrawn at Slack become messages; others stay unchanged."""
    await _ask(empty_url, _to_first_version)
    await _ask(empty_url, _fill_first_version)

    await migrate(empty_url)

    assert await _ask(empty_url, _differences) == []
    store = Store(empty_url, Vault(Fernet.generate_key().decode()))
    async with store.read() as db:
        rows = await notice_table.of_session(db, ACCOUNT, "s1")
        lines = await subscription_table.all_subscriptions(db, ACCOUNT.workspace)
    packed = [(row.message.state, row.message.scheduled_id) if row.message else None for row in rows]
    assert [(row.state, parcel) for row, parcel in zip(rows, packed, strict=True)] == [
        (NoticeState.POSTED, None),
        (NoticeState.BATCHED, (MessageState.SENDING, None)),
        (NoticeState.BATCHED, (MessageState.SCHEDULED, "Q2")),
        (NoticeState.WITHDRAWN, (MessageState.WITHDRAWING, "Q3")),
        (NoticeState.PLANNED, None),
        (NoticeState.FAILED, None),
    ]
    assert {row.notice.kind for row in rows} == {NoticeKind.REMINDER}
    (held,) = [row.message for row in rows if row.message and row.message.scheduled_id == "Q2"]
    second = int(START.timestamp()) + 2
    assert (held.way, held.post_at, held.text_digest, held.wake_at) == (
        DeliveryMethod.SCHEDULED,
        second,
        "digest",
        from_unix(second),
    )
    shared = {"workspace": ACCOUNT.workspace, "scope": Scope.WEBINAR, "subject": "s1", "account": ACCOUNT}
    assert lines == [
        Subscription(**shared, channel_id="C1", features=DEFAULT_FEATURES, set_by="U1", set_at=NOW, by_share=True),
        Subscription(**shared, channel_id="C2", features=DEFAULT_FEATURES, set_by="U3", set_at=LATER, by_share=True),
    ]
    async with store.write() as db:
        # The claim of who was handing it over still holds, and new rows get ids of their own.
        assert await claims.claim_unknown(db, Claim(by="me", lease=HOUR)) == []
        await notice_table.plan(db, [notice(session_id="s2")])
        assert (await notice_table.of_session(db, ACCOUNT, "s2"))[0].id == 7
    await store.close()


async def test_calendar_sequences_of_earlier_versions_continue(empty_url: str) -> None:
    """Everyone who has a file gets higher numbers than those sealed in their seat; others begin at the first."""
    await _ask(empty_url, partial(_to_version, version="0003"))
    await _ask(empty_url, _fill_with_people)

    await migrate(empty_url)

    assert await _ask(empty_url, _differences) == []
    store = Store(empty_url, Vault(Fernet.generate_key().decode()))
    async with store.write() as db:
        people = [await calendar_table.next_sequence(db, ACCOUNT, "s1", user, 0) for user in ("U1", "U2", "U3", "U4")]
        assert people == [1008, 1008, 0, 1008]
        assert await calendar_table.next_sequence(db, ACCOUNT, "s2", "U1", 0) == 0
        query = select(calendar_entries.c.user_id).where(calendar_entries.c.is_of_team)
        assert set((await db.execute(query)).scalars()) == {"U2", "U4"}
    await store.close()


async def test_names_of_hosts_are_encrypted(empty_url: str, tmp_path: Path) -> None:
    """Names stored by an earlier version are kept, and stand nowhere in plain text any more."""
    await _ask(empty_url, partial(_to_version, version="0004"))
    await _ask(empty_url, _add_hosts)
    vault = Vault(Fernet.generate_key().decode())

    await migrate(empty_url, vault)

    assert await _ask(empty_url, _differences) == []
    store = Store(empty_url, vault)
    async with store.write() as db:
        found = [await webinar_table.find(db, ACCOUNT, session_id) for session_id in ("s1", "s2")]
        assert [one.host_name for one in found if one] == ["Ana Ruiz-Secretova", ""]
        stored = (await db.execute(text("select host_name from webinars order by session_id"))).scalars().all()
    await store.close()
    assert stored[1] is None
    assert b"Secretova" not in stored[0]
    assert b"Secretova" not in _content(tmp_path)


async def test_without_the_key_names_of_hosts_are_dropped(empty_url: str) -> None:
    """The next list of sessions has them."""
    await _ask(empty_url, partial(_to_version, version="0004"))
    await _ask(empty_url, _add_hosts)

    await migrate(empty_url)

    store = Store(empty_url, Vault(Fernet.generate_key().decode()))
    async with store.read() as db:
        webinar = await webinar_table.find(db, ACCOUNT, "s1")
    await store.close()
    assert webinar
    assert (webinar.title, webinar.host_name) == ("Launch day", "")


async def test_migrating_again_does_nothing(store: Store) -> None:
    """Stored rows stay unchanged."""
    async with store.write() as db:
        await user_table.save(db, person(), NOW)
    url = store.url.render_as_string(hide_password=False)

    await migrate(url)

    assert await _ask(url, _versions) == [HEAD]
    assert await _ask(url, _differences) == []
    async with store.write() as db:
        assert await user_table.find(db, ACCOUNT.workspace, "U1") == (person(), NOW)
        await user_table.save(db, person(), LATER)


async def test_replicas_that_start_together_migrate_once(postgres: Postgres) -> None:
    """The others wait for the first, then have nothing to migrate."""
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


def _to_first_version(connection: Connection) -> None:
    _to_version(connection, "0001")


def _to_version(connection: Connection, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(bot.db.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def _content(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("*.db*"))


def _add_hosts(connection: Connection) -> None:
    table = MetaData()
    table.reflect(connection, only=["webinars"])
    for session_id, name in (("s1", "Ana Ruiz-Secretova"), ("s2", "")):
        row = {
            **account_columns(ACCOUNT),
            "session_id": session_id,
            "webinar_id": f"w-{session_id}",
            "title": "Launch day",
            "description": "",
            "length_s": 60,
            "time_zone": "UTC",
            "status": "Scheduled",
            "host_user_id": "h1",
            "host_name": name,
            "created_by": "",
            "attendee_link": "",
            "start": START,
            "seen_at": NOW,
        }
        connection.execute(insert(table.tables["webinars"]).values(_stored(connection, row)))


def _fill_first_version(connection: Connection) -> None:
    tables = MetaData()
    tables.reflect(connection, only=["notices", "cards"])
    for number, state in enumerate(("said", "handing", "held", "withdrawing", "planned", "dead")):
        at_slack = state in ("handing", "held", "withdrawing")
        row = {
            **account_columns(ACCOUNT),
            "session_id": "s1",
            "kind": "reminder",
            "channel_id": "C1",
            "before_s": 60 - number,
            "state": state,
            "post_at": int(START.timestamp()) + number if at_slack else None,
            "scheduled_id": f"Q{number}" if state in ("held", "withdrawing") else None,
            "text_digest": "digest" if state == "held" else None,
            "claimed_by": "them" if state == "handing" else "",
            "claimed_until": machine_now() + HOUR if state == "handing" else None,
        }
        times = {"start": START, "due_at": START + timedelta(seconds=number), "hand_at": NOW, "expires_at": START}
        connection.execute(insert(tables.tables["notices"]).values(_stored(connection, {**row, **times})))
    shares = [("C1", "2.0", "U2", LATER), ("C1", "1.0", "U1", NOW), ("C2", "3.0", "U3", LATER)]
    for channel, ts, by, shared_at in shares:
        row = {**account_columns(ACCOUNT), "session_id": "s1", "channel_id": channel, "message_ts": ts}
        card = {**row, "shown": "", "shared_by": by, "shared_at": shared_at}
        connection.execute(insert(tables.tables["cards"]).values(_stored(connection, card)))


def _fill_with_people(connection: Connection) -> None:
    """A seat, a team member, one who is both, and one of each who were not notified."""
    tables = MetaData()
    tables.reflect(connection, only=["webinars", "seats", "invitees"])
    key = {**account_columns(ACCOUNT), "session_id": "s1"}
    shared = {**key, "content": b"sealed", "changed_at": NOW}
    about = {"webinar_id": "w1", "title": "Launch day", "description": "", "start": START, "length_s": 60}
    mirrored = {**key, **about, "time_zone": "UTC", "status": "Scheduled", "seen_at": NOW, "sequence": 7}
    mirrored |= dict.fromkeys(("host_user_id", "host_name", "created_by", "attendee_link"), "")
    rows = [
        ("webinars", mirrored),
        *(("seats", {**shared, "user_id": user, "state": "held", "told_what": "x"}) for user in ("U1", "U4")),
        ("seats", {**shared, "user_id": "U3", "state": "taken", "told_what": ""}),
    ]
    for user, digest in (("U2", "x"), ("U3", ""), ("U4", "x"), ("", "")):
        member = {"invitee_id": f"i{user}", "role": "Panelist", "user_id": user, "told": "message"}
        rows.append(("invitees", {**shared, **member, "told_what": digest}))
    for name, row in rows:
        connection.execute(insert(tables.tables[name]).values(_stored(connection, row)))


def _stored(connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    moment = UtcDateTime()
    moments = {name for name, value in row.items() if isinstance(value, datetime)}
    return {
        name: moment.process_bind_param(value, connection.dialect) if name in moments else value
        for name, value in row.items()
    }


def _versions(connection: Connection) -> list[str]:
    return list(connection.execute(text("select version_num from alembic_version")).scalars())


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection)
    return list(compare_metadata(context, metadata))


def _columns(connection: Connection) -> list[tuple[Any, ...]]:
    found = inspect(connection)
    # Not in their order: a column that came later stands last.
    return sorted(
        (table, column["name"], str(column["type"]), column["nullable"], str(column["default"]))
        for table in metadata.tables
        for column in found.get_columns(table)
    )


def _indexes(connection: Connection) -> dict[str, str]:
    found = connection.execute(text(INDEXES[connection.dialect.name]))
    return {name: sql for name, sql in found if "alembic" not in name}
