"""Results of calls to Slack are written, many at once, and survive failures of the database and of the loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.db.connection import Db, Store
from bot.notices.model import NoticeState
from bot.notices.outbox import notice_table
from bot.notices.outbox.batches import batch_scheduled
from bot.notices.outbox.claims import Claim
from bot.notices.outbox.results import LOOP_NAME, MOST, ResultWriter
from bot.notices.outbox.rows import ScheduledAtSlack, UnsentMessage
from tests.support.db_samples import notice
from tests.support.webinar_samples import ACCOUNT, NOW

pytest_plugins = ["tests.support.databases"]

CLAIM = Claim(by="me", lease=timedelta(minutes=1))


class UnreachableStore(Store):
    """A database that can be made unreachable; counts transactions."""

    away = False
    commits = 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Db]:
        """A transaction, if the database is reachable."""
        if self.away:
            raise ConnectionRefusedError
        async with super().write() as db:
            yield db
        self.commits += 1


@pytest_asyncio.fixture
async def store(database_url: str, sqlite_store: Store) -> AsyncIterator[UnreachableStore]:
    """A database, SQLite and PostgreSQL in turn."""
    opened = UnreachableStore(database_url, sqlite_store.vault)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def results(store: UnreachableStore) -> AsyncIterator[ResultWriter]:
    """The queue and its loop."""
    opened = ResultWriter(store)
    yield opened
    await opened.stop()


async def scheduled_messages(store: UnreachableStore, count: int) -> list[ScheduledAtSlack]:
    """Batch so many messages, which Slack then schedules."""
    async with store.write() as db:
        await notice_table.plan(db, [notice(channel_id=f"C{number}") for number in range(count)])
        taken = await batch_scheduled(db, NOW, CLAIM, lambda *_: None, count)
    store.commits = 0
    return [ScheduledAtSlack(batched.message.id, f"Q{batched.message.id}") for batched in taken.messages]


async def stored_ids(store: UnreachableStore) -> set[str | None]:
    """The ids of scheduled messages that are stored."""
    async with store.read() as db:
        rows = await notice_table.of_session(db, ACCOUNT, "s1")
    assert {row.state for row in rows} == {NoticeState.BATCHED}
    return {row.message.scheduled_id for row in rows if row.message}


async def check_written(store: UnreachableStore, scheduled: list[ScheduledAtSlack], answers: list[bool]) -> None:
    """Every result is stored, and every caller was answered."""
    assert answers == [True] * len(scheduled)
    assert await stored_ids(store) == {one.scheduled_id for one in scheduled}


async def test_results_are_written_in_batches(store: UnreachableStore, results: ResultWriter) -> None:
    """At most 128 in one transaction."""
    scheduled = await scheduled_messages(store, MOST + 36)
    answers = await asyncio.gather(*(results.scheduled(one) for one in scheduled))

    await check_written(store, scheduled, answers)
    assert store.commits == 2


async def test_unsent_messages_are_planned_again_together(store: UnreachableStore, results: ResultWriter) -> None:
    """In one transaction, from the latest of their times on; one that another worker has settled is left alone."""
    settled, *messages = await scheduled_messages(store, 30)
    assert await results.scheduled(settled)
    store.commits = 0

    unsent = [UnsentMessage(one.message_id, NOW + timedelta(seconds=one.message_id)) for one in (settled, *messages)]
    answers = await asyncio.gather(*(results.unsent(one) for one in unsent))

    assert answers == [False] + [True] * len(messages)
    assert store.commits == 1
    async with store.read() as db:
        rows = await notice_table.of_session(db, ACCOUNT, "s1")
    again = [row for row in rows if row.state is NoticeState.PLANNED]
    assert len(again) == len(messages)
    assert {row.notice.schedulable_at for row in again} == {unsent[-1].again_at}


async def test_result_waits_for_others_that_are_expected(store: UnreachableStore, results: ResultWriter) -> None:
    """For a short time; a later one is written with the next batch."""
    first, second, third = await scheduled_messages(store, 3)
    go_on, too_late = asyncio.Event(), asyncio.Event()

    async def after(event: asyncio.Event, scheduled: ScheduledAtSlack) -> bool:
        with results.expected():
            await event.wait()
            return await results.scheduled(scheduled)

    slow = [asyncio.create_task(after(go_on, second)), asyncio.create_task(after(too_late, third))]
    await asyncio.sleep(0)
    quick = asyncio.create_task(results.scheduled(first))
    await asyncio.sleep(0)
    go_on.set()
    assert all(await asyncio.gather(quick, slow[0]))
    assert store.commits == 1
    too_late.set()
    assert await slow[1]
    assert store.commits == 2


def tasks_named(name: str) -> list[asyncio.Task[object]]:
    """The running tasks with this name."""
    return [task for task in asyncio.all_tasks() if task.get_name() == name]


async def test_killed_loop_is_restarted(
    store: UnreachableStore, results: ResultWriter, caplog: pytest.LogCaptureFixture
) -> None:
    """It writes the pending results, and the restart is logged."""
    scheduled = await scheduled_messages(store, 2)
    assert await results.scheduled(scheduled[0])
    (killed,) = tasks_named(LOOP_NAME)
    pending = asyncio.create_task(results.scheduled(scheduled[1]))
    await asyncio.sleep(0)
    killed.cancel()

    await check_written(store, scheduled, [True, await pending])
    (restarted,) = tasks_named(LOOP_NAME)
    assert restarted is not killed
    assert results.is_alive
    assert [record.getMessage() for record in caplog.records] == ["results.restarted"]


async def test_results_wait_for_an_unreachable_database(store: UnreachableStore, results: ResultWriter) -> None:
    """None is lost."""
    scheduled = await scheduled_messages(store, 70)
    store.away = True
    pending = [asyncio.create_task(results.scheduled(one)) for one in scheduled]
    done, _ = await asyncio.wait(pending, timeout=0.2)
    assert done == set()
    store.away = False

    await check_written(store, scheduled, await asyncio.gather(*pending))


async def test_refused_result_does_not_stop_others(store: UnreachableStore, results: ResultWriter) -> None:
    """Its caller gets the error; the others are written."""
    scheduled = await scheduled_messages(store, 2)

    async def nonsense(db: Db) -> None:
        await db.execute(text("insert into drafts (team_id) values ('T1')"))

    answers = await asyncio.gather(
        results.scheduled(scheduled[0]),
        results.write(nonsense),
        results.scheduled(scheduled[1]),
        return_exceptions=True,
    )
    assert isinstance(answers[1], IntegrityError)
    assert await stored_ids(store) == {one.scheduled_id for one in scheduled}
    assert (answers[0], answers[2]) == (True, True)


async def test_result_of_a_canceled_caller_is_written(store: UnreachableStore, results: ResultWriter) -> None:
    """The result of a call to Slack is known, and is written."""
    scheduled = await scheduled_messages(store, 2)
    pending = asyncio.create_task(results.scheduled(scheduled[0]))
    await asyncio.sleep(0)
    pending.cancel()
    assert await results.scheduled(scheduled[1])
    assert await stored_ids(store) == {one.scheduled_id for one in scheduled}


async def test_stuck_writer_is_not_alive(store: UnreachableStore, results: ResultWriter) -> None:
    """If the loop is dead, or nothing was written for 30 seconds."""
    (scheduled,) = await scheduled_messages(store, 1)
    assert results.is_alive
    store.away = True
    pending = asyncio.create_task(results.scheduled(scheduled))
    await asyncio.sleep(0)
    assert results.is_alive
    results._waiting[0].since -= 31
    assert not results.is_alive
    store.away = False
    assert await pending
    assert results.is_alive
    (supervision,) = tasks_named(f"{LOOP_NAME}.supervision")
    supervision.cancel()
    await asyncio.wait({supervision})
    assert not results.is_alive


async def test_broken_connections_are_replaced(store: UnreachableStore, results: ResultWriter) -> None:
    """PostgreSQL was restarted between two results (SQLite has no connection to break)."""
    scheduled = await scheduled_messages(store, 2)
    assert await results.scheduled(scheduled[0])
    others = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
    if not store.is_sqlite:
        async with store.read() as db:
            await db.execute(text(f"{others} and datname = current_database()"))
    assert await results.scheduled(scheduled[1])
    assert await stored_ids(store) == {one.scheduled_id for one in scheduled}
