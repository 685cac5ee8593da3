"""Two processes on one database: a change is planned once, and the second sees what the first wrote."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy import event

from bot.db.connection import Store
from bot.notices.model import Feature
from bot.notices.outbox import notice_table
from bot.notices.planner import plan_changes, replan_channel
from bot.notices.subscriptions import table as subscription_table
from bot.webinars import table as webinar_table
from tests.support.db_samples import LATER
from tests.support.planner_samples import (
    ALERTS,
    DAY,
    REMINDERS,
    WORKSPACE,
    planned_reminders,
    save_change,
    save_with_subscriptions,
    subscription,
    webinar_with_count,
)
from tests.support.webinar_samples import ACCOUNT, START, webinar

pytest_plugins = ["tests.support.databases"]

PATIENCE = 20


class Replica(Store):
    """The same database, as another process has it; says when it asks for something."""

    def __init__(self, store: Store) -> None:
        """Nothing has been asked yet."""
        super().__init__(store.url.render_as_string(hide_password=False), store.vault)
        self._asked: list[tuple[str, asyncio.Event]] = []
        event.listen(self._writer.sync_engine, "before_cursor_execute", self._look)

    async def asks(self, what: str) -> None:
        """Wait until it sends a statement about something, which it may then wait for. (On SQLite it waits before.)"""
        if not self.is_sqlite:
            sent = asyncio.Event()
            self._asked.append((what, sent))
            async with asyncio.timeout(PATIENCE):
                await sent.wait()

    def _look(self, _: object, __: object, statement: str, *___: object) -> None:
        for what, sent in self._asked:
            if what in statement:
                sent.set()


@pytest_asyncio.fixture
async def second(store: Store) -> AsyncIterator[Replica]:
    """Another process at the same database."""
    opened = Replica(store)
    yield opened
    await opened.close()


async def test_concurrent_replicas_report_a_change_once(store: Store, second: Replica) -> None:
    """Two replicas count at the same time: each step between counts is reported once."""
    async with store.write() as db:
        await save_with_subscriptions(db, webinar_with_count(3, 8), subscription("C1", ALERTS, Feature.REGISTRATIONS))

    async def read(replica: Store, count: int) -> None:
        async with replica.write() as db:
            await save_change(db, webinar_with_count(count, 8, at=LATER))

    async with store.write() as db:
        before = await webinar_table.find(db, ACCOUNT, "s1", for_update=True)
        other = asyncio.create_task(read(second, 8))
        await second.asks("FROM webinars")
        after = webinar_with_count(5, 8, at=LATER)
        await webinar_table.save(db, after)
        await plan_changes(db, before, after, LATER)
    await other

    async with store.read() as db:
        rows = await notice_table.of_session(db, ACCOUNT, "s1")
    notices = [row.notice for row in rows]
    steps = [(one.facts.was_count, one.facts.count) for one in notices if one.channel_id == "C1"]
    assert sorted(steps, key=str) == [(3, 5), (5, 8), (None, 8)]
    assert [(one.facts.was_count, one.facts.count) for one in notices if one.channel_id != "C1"] == [(None, 8)]


async def test_channel_subscribes_while_a_webinar_moves(store: Store, second: Replica) -> None:
    """A concurrent move and subscription: the channel is reminded of the new start only."""
    async with store.write() as db:
        await save_with_subscriptions(db, webinar())

    async def follow() -> None:
        async with second.write() as db:
            await subscription_table.save(db, subscription("C1", REMINDERS))
            await replan_channel(db, WORKSPACE, "C1", LATER)

    async with store.write() as db:
        before = await webinar_table.find(db, ACCOUNT, "s1", for_update=True)
        other = asyncio.create_task(follow())
        await second.asks("FROM webinars")
        after = webinar(start=START + DAY, seen_at=LATER)
        await webinar_table.save(db, after)
        await plan_changes(db, before, after, LATER)
    await other

    async with store.read() as db:
        assert {start for _, start, _ in await planned_reminders(db)} == {START + DAY}


async def test_channel_subscribes_to_all_while_a_webinar_is_created(store: Store, second: Replica) -> None:
    """It is reminded of that one, too."""

    async def follow() -> None:
        async with second.write() as db:
            await subscription_table.save(db, subscription("C1", REMINDERS))
            await replan_channel(db, WORKSPACE, "C1", LATER)

    async with store.write() as db:
        await webinar_table.save(db, webinar())
        await plan_changes(db, None, webinar(), LATER)
        other = asyncio.create_task(follow())
        await second.asks("advisory")
    await other

    async with store.read() as db:
        assert len(await planned_reminders(db)) == 3
