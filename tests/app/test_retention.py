"""Whatever docs/privacy.md says is deleted after a time is deleted then, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete, select

from bot.db.connection import Db, Store
from bot.model.people import Account
from bot.model.retention import RULES, keep
from bot.model.webinar import MAX_LENGTH
from bot.retention import Retention
from sandbox.clock import SandboxClock
from tests.support.personal_data import KEYS, TABLES, add, personal
from tests.support.webinar_samples import ACCOUNT
from tests.support.world import World, running_world

pytest_plugins = ["tests.support.databases"]

HOUR = timedelta(hours=1)
ENDED: dict[str, dict[str, Any]] = {
    "batches": {"state": "done"},
    "creations": {"step": "told"},
    "follow_ups": {"state": "done"},
    "host_refusals": {"problem": "license"},
    "notices": {"state": "said", "parcel_id": None},
    "parcels": {"state": "said", "way": "posted"},
    "subscriptions": {"scope": "webinar", "features": "", "leads": None},
    "team_changes": {"step": "draft"},
    "webinar_changes": {"step": "applied"},
}
"""What the rows of a table have in common that have ended."""
OPEN: dict[str, dict[str, Any]] = {
    "creations": {"step": "card_due"},
    "webinar_changes": {"step": "conflict"},
    "team_changes": {"step": "asked"},
    "batches": {"state": "running", "ended_at": None},
    "follow_ups": {"state": "sending"},
}
"""Rows of work that is not done: they stay, however old they are."""


IDENTITY = ("session_id", "subject", "delivery_id", "user_id", "draft_id", "host_user_id", "channel_id")
"""The column that has the age of a row."""


@pytest_asyncio.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A running bot, whose jobs run only when a test says so."""
    async with running_world(tmp_path, database_url=database_url) as running:
        running.bot.services.scheduler.pause()
        yield running


async def test_everything_is_deleted_when_its_time_has_passed_and_not_before(world: World) -> None:
    """One row of each table that is just too old, one that is not, and old ones of work that is not done."""
    services, now = world.bot.services, world.clock.now()
    tables = {name: row.job for row in personal() if row.job for name in row.tables}
    async with services.store.write() as db:
        for name, job in tables.items():
            await _add(db, services.account, name, "old", now - keep(job) - MAX_LENGTH - HOUR)
            await _add(db, services.account, name, "new", now - keep(job) + HOUR)
        for name, state in OPEN.items():
            given = {one.name: "open" for one in TABLES[name].primary_key if one.name not in KEYS | {"id"}}
            await add(
                db, services.account, name, now - 2 * keep("webinars"), **{**given, "session_id": "open", **state}
            )
        await db.execute(delete(TABLES["people"]).where(TABLES["people"].c.user_id.not_in(["old", "new"])))

    await services.daily()

    left = {name: await _ages(world, name) for name in tables if name != "webinars"}
    assert left == {name: ["new", "open"] if name in OPEN else ["new"] for name in left}
    assert len(left) > len(OPEN) + 10
    jobs = Retention(services.account, services.store, services.clock, services.retention_jobs).jobs
    assert set(jobs) == set(RULES)
    assert list(jobs)[-1] == "webinars"  # the others find out from that table which ones are over


async def test_a_job_that_fails_does_not_stop_the_others(sqlite_store: Store) -> None:
    """Its error is raised at the end, so that the scheduler logs it."""
    done = []

    async def fail() -> None:
        raise OSError("the disk is full")

    async def work() -> None:
        done.append("seats")

    retention = Retention(ACCOUNT, sqlite_store, SandboxClock(), {"teams": fail, "seats": work})
    with pytest.raises(OSError, match="the disk is full"):
        await retention.run()
    assert done == ["seats"]


async def _add(db: Db, account: Account, name: str, age: str, moment: datetime) -> None:
    """A row of this table, and the webinar that it is about."""
    session_id = f"{name} {age}"
    if "session_id" in TABLES[name].c or name == "subscriptions":
        await add(db, account, "webinars", moment, session_id=session_id)
    if name == "report_pages":
        await add(db, account, "report_readings", moment, session_id=session_id)
    if name == "webinars":
        return
    keys = {
        one.name: age
        for one in TABLES[name].primary_key
        if one.name not in KEYS | {"id", "number", "occurrence", "session_id", "scope", "day"}
    }
    given: dict[str, Any] = {
        "user_id": age,
        "channel_id": age,
        **keys,
        "page_key": session_id,
        "session_id": session_id,
        **ENDED.get(name, {}),
    }
    await add(db, account, name, moment, **given | ({"subject": session_id} if name == "subscriptions" else {}))


async def _ages(world: World, name: str) -> list[str]:
    """The ages of the rows that are left."""
    table = TABLES[name]
    column = next(table.c[one] for one in IDENTITY if one in table.c)
    async with world.bot.services.store.read() as db:
        rows = await db.execute(select(column))
    return sorted(str(row).split()[-1] for row in rows.scalars())
