"""What came of calls to Slack gets written down: many at once, and whatever happens to the database or to the loop."""

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
from bot.notices.outbox.results import MOST, ResultWriter
from bot.notices.outbox.rows import ScheduledAtSlack
from tests.support.db_samples import notice
from tests.support.webinar_samples import ACCOUNT, NOW

pytest_plugins = ["tests.support.databases"]

CLAIM = Claim(by="me", lease=timedelta(minutes=1))


class Away(Store):
    """A database that cannot be reached for a while; it counts what is written."""

    away = False
    commits = 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Db]:
        """A transaction, if it can be reached."""
        if self.away:
            raise ConnectionRefusedError
        async with super().write() as db:
            yield db
        self.commits += 1


@pytest_asyncio.fixture
async def store(database_url: str, sqlite_store: Store) -> AsyncIterator[Away]:
    """A database, SQLite and PostgreSQL in turn."""
    opened = Away(database_url, sqlite_store.vault)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def outcomes(store: Away) -> AsyncIterator[ResultWriter]:
    """The queue and its loop."""
    opened = ResultWriter(store)
    yield opened
    await opened.stop()


async def given(store: Away, count: int) -> list[ScheduledAtSlack]:
    """So many parcels, just given to Slack, which holds them."""
    async with store.write() as db:
        await notice_table.plan(db, [notice(channel_id=f"C{number}") for number in range(count)])
        taken = await batch_scheduled(db, NOW, CLAIM, lambda *_: None, count)
    store.commits = 0
    return [ScheduledAtSlack(batched.message.id, f"Q{batched.message.id}") for batched in taken.messages]


async def held(store: Away) -> set[str | None]:
    """The ids under which Slack holds what there is, as written down."""
    async with store.read() as db:
        rows = await notice_table.of_session(db, ACCOUNT, "s1")
    assert {row.state for row in rows} == {NoticeState.BATCHED}
    return {row.message.scheduled_id for row in rows if row.message}


async def check_written(store: Away, handed: list[ScheduledAtSlack], told: list[bool]) -> None:
    """All of it is there, and whoever waited knows."""
    assert told == [True] * len(handed)
    assert await held(store) == {one.scheduled_id for one in handed}


async def test_outcomes_are_written_many_at_once(store: Away, outcomes: ResultWriter) -> None:
    """As many as come together, and at most so many that nobody waits for long."""
    handed = await given(store, MOST + 36)
    told = await asyncio.gather(*(outcomes.scheduled(one) for one in handed))

    await check_written(store, handed, told)
    assert store.commits == 2


async def test_outcome_waits_for_others_that_are_expected(store: Away, outcomes: ResultWriter) -> None:
    """A little; who comes too late for that comes with the next."""
    first, second, third = await given(store, 3)
    go_on, too_late = asyncio.Event(), asyncio.Event()

    async def after(event: asyncio.Event, handed: ScheduledAtSlack) -> bool:
        with outcomes.expected():
            await event.wait()
            return await outcomes.scheduled(handed)

    slow = [asyncio.create_task(after(go_on, second)), asyncio.create_task(after(too_late, third))]
    await asyncio.sleep(0)
    quick = asyncio.create_task(outcomes.scheduled(first))
    await asyncio.sleep(0)
    go_on.set()
    assert all(await asyncio.gather(quick, slow[0]))
    assert store.commits == 1
    too_late.set()
    assert await slow[1]
    assert store.commits == 2


async def test_loop_that_is_killed_comes_back(
    store: Away, outcomes: ResultWriter, caplog: pytest.LogCaptureFixture
) -> None:
    """What waits is written down by the next, and it is said."""
    handed = await given(store, 2)
    assert await outcomes.scheduled(handed[0])
    killed = outcomes._loop
    assert killed
    waiting = asyncio.create_task(outcomes.scheduled(handed[1]))
    await asyncio.sleep(0)
    killed.cancel()

    await check_written(store, handed, [True, await waiting])
    assert outcomes._loop is not killed
    assert outcomes.is_alive
    assert [record.getMessage() for record in caplog.records] == ["results.restarted"]


async def test_database_that_is_away_is_waited_for(store: Away, outcomes: ResultWriter) -> None:
    """Nothing is forgotten meanwhile."""
    handed = await given(store, 70)
    store.away = True
    waiting = [asyncio.create_task(outcomes.scheduled(one)) for one in handed]
    done, _ = await asyncio.wait(waiting, timeout=0.2)
    assert done == set()
    store.away = False

    await check_written(store, handed, await asyncio.gather(*waiting))


async def test_outcome_that_the_database_refuses_stops_no_other(store: Away, outcomes: ResultWriter) -> None:
    """Whoever waits for it is told; the others are written."""
    handed = await given(store, 2)

    async def nonsense(db: Db) -> None:
        await db.execute(text("insert into drafts (team_id) values ('T1')"))

    told = await asyncio.gather(
        outcomes.scheduled(handed[0]), outcomes.write(nonsense), outcomes.scheduled(handed[1]), return_exceptions=True
    )
    assert isinstance(told[1], IntegrityError)
    assert await held(store) == {one.scheduled_id for one in handed}
    assert (told[0], told[2]) == (True, True)


async def test_waiter_that_gives_up_loses_nothing(store: Away, outcomes: ResultWriter) -> None:
    """A call to Slack whose outcome is known is written down though its task is cancelled."""
    handed = await given(store, 2)
    waiting = asyncio.create_task(outcomes.scheduled(handed[0]))
    await asyncio.sleep(0)
    waiting.cancel()
    assert await outcomes.scheduled(handed[1])
    assert await held(store) == {one.scheduled_id for one in handed}


async def test_outcomes_that_are_stuck_are_seen(store: Away, outcomes: ResultWriter) -> None:
    """Where the loop is dead for good, or nothing gets through for long, nobody may rely on it."""
    (handed,) = await given(store, 1)
    assert outcomes.is_alive
    store.away = True
    waiting = asyncio.create_task(outcomes.scheduled(handed))
    await asyncio.sleep(0)
    assert outcomes.is_alive
    outcomes._waiting[0].since -= 31
    assert not outcomes.is_alive
    store.away = False
    assert await waiting
    assert outcomes.is_alive
    assert outcomes._supervision
    outcomes._supervision.cancel()
    await asyncio.wait({outcomes._supervision})
    assert not outcomes.is_alive


async def test_connections_that_break_are_made_anew(store: Away, outcomes: ResultWriter) -> None:
    """PostgreSQL was restarted between two outcomes. (SQLite has none that could break.)"""
    handed = await given(store, 2)
    assert await outcomes.scheduled(handed[0])
    others = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
    if not store.is_sqlite:
        async with store.read() as db:
            await db.execute(text(f"{others} and datname = current_database()"))
    assert await outcomes.scheduled(handed[1])
    assert await held(store) == {one.scheduled_id for one in handed}
