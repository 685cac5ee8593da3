"""The lease engine: who may claim, advance and resume a row, and how long a worker keeps it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from bot.clock import machine_now
from bot.creation import table as creation_table
from bot.creation.table import Creation, CreationStep
from bot.db.connection import Store
from bot.db.leases import LEASE, LONGEST_RETRY, RETRY, LeaseLost, WorkerLeases, retry_wait
from bot.db.schema import creations as table
from bot.model.people import Account
from tests.creation.test_table import creation
from tests.support.db_samples import OTHER_ACCOUNTS
from tests.support.webinar_samples import ACCOUNT, NOW

pytest_plugins = ["tests.support.databases"]

SHORT = timedelta(milliseconds=60)


def worker(store: Store, name: str, account: Account = ACCOUNT) -> WorkerLeases[Creation]:
    """A worker on the creations of this account."""
    return WorkerLeases(store, creation_table.LEASES, account, name, subject="creation")


async def begun(store: Store, owner: str, until: datetime, **facts: Any) -> Creation:
    """A creation that this worker owns until then."""
    one = creation(**facts)
    async with store.write() as db:
        assert await creation_table.begin(db, one, owner, until)
    return one


async def owned_until(store: Store) -> datetime | None:
    """The end of the lease of the only row."""
    async with store.read() as db:
        until: datetime | None = (await db.execute(select(table.c.claimed_until))).scalar_one()
    return until


async def ids(resumed: AsyncIterator[Creation]) -> list[str]:
    """The creations that a worker resumes."""
    return [one.draft_id async for one in resumed]


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (timedelta(), RETRY),
        (4 * RETRY, RETRY),
        (timedelta(minutes=10), timedelta(minutes=2.5)),
        (timedelta(days=1), LONGEST_RETRY),
        (-timedelta(days=1), RETRY),  # the clock of a sandbox runs ahead
    ],
)
def test_wait_grows_with_the_age_of_an_operation(age: timedelta, wait: timedelta) -> None:
    """From half a minute to an hour."""
    assert retry_wait(age) == wait


async def test_expired_rows_are_resumed_oldest_first_and_once(store: Store) -> None:
    """A row that is leased, finished, or of another account is not resumed."""
    await begun(store, "gone", NOW, draft_id="second", begun_at=NOW + timedelta(seconds=1))
    await begun(store, "gone", NOW, draft_id="first")
    await begun(store, "other", machine_now() + LEASE, draft_id="owned")
    await begun(store, "gone", NOW, draft_id="ended", step=CreationStep.REPORTED)
    await begun(store, "gone", NOW, account=OTHER_ACCOUNTS[0], draft_id="theirs")

    assert await ids(worker(store, "me").expired()) == ["first", "second"]
    assert await ids(worker(store, "you").expired()) == []
    assert await ids(worker(store, "me", OTHER_ACCOUNTS[0]).expired()) == ["theirs"]


async def test_row_returned_meanwhile_waits_for_the_next_run(store: Store) -> None:
    """A run claims only rows that expired before it began, so a row that fails at once cannot loop."""
    await begun(store, "gone", NOW)
    me = worker(store, "me")
    me.retry = timedelta()
    resumed = []
    async for one in me.expired():
        resumed.append(one.draft_id)
        await me.resume_later(one)
        assert len(resumed) == 1

    assert await ids(worker(store, "you").expired()) == ["d1"]


async def test_worker_that_lost_its_lease_saves_nothing(store: Store) -> None:
    """Its next step raises; returning the row has no effect, either."""
    one = await begun(store, "me", NOW)
    me, you = worker(store, "me"), worker(store, "you")
    assert await ids(you.expired()) == ["d1"]
    until = await owned_until(store)

    with pytest.raises(LeaseLost):
        async with store.write() as db:
            await me.advance(db, one.model_copy(update={"step": CreationStep.COMPLETE}))
    async with store.write() as db:
        await me.finish(db, one.model_copy(update={"step": CreationStep.COMPLETE}))
        assert not await me.take(db, one)
    await me.release(one)
    await me.resume_later(one)

    async with store.read() as db:
        assert await creation_table.find(db, ACCOUNT, "d1") == one
    assert await owned_until(store) == until


async def test_row_is_owned_for_a_lease_a_wait_or_no_longer(store: Store) -> None:
    """After a step for a lease, with a wait for that long, and after the last one any worker may claim it."""
    one = await begun(store, "me", NOW)
    me, you = worker(store, "me"), worker(store, "you")
    for wait, least in ((None, LEASE), (timedelta(hours=1), timedelta(hours=1))):
        before = machine_now()
        async with store.write() as db:
            await me.advance(db, one, wait=wait)
        until = await owned_until(store)
        assert until is not None
        assert before + least - timedelta(seconds=1) <= until <= machine_now() + least
        assert await ids(you.expired()) == []
    async with store.write() as db:
        await me.finish(db, one)
    assert await owned_until(store) is None
    assert await ids(you.expired()) == ["d1"]


async def test_claimed_together_are_no_more_than_wanted(store: Store) -> None:
    """Other rows stay available to other workers."""
    for number in range(3):
        await begun(store, "gone", NOW, draft_id=f"d{number}", begun_at=NOW + timedelta(seconds=number))

    assert [one.draft_id for one in await worker(store, "me").claim_many(2)] == ["d0", "d1"]
    assert [one.draft_id for one in await worker(store, "you").claim_many(2)] == ["d2"]


class Failures(logging.Handler):
    """Records logged renewal failures."""

    def __init__(self) -> None:
        """Start without records."""
        super().__init__()
        self.seen = asyncio.Event()
        self.events: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Record the event and its reason."""
        self.events.append(f"{record.getMessage()} {vars(record)['reason']}")
        self.seen.set()


@contextlib.contextmanager
def database_away(store: Store) -> Iterator[None]:
    """Make every write transaction fail to begin."""

    def refuse(_: object) -> None:
        raise OperationalError("", None, ConnectionError("away"))

    engine = store.engines[0].sync_engine
    event.listen(engine, "begin", refuse)
    try:
        yield
    finally:
        event.remove(engine, "begin", refuse)


async def test_lease_is_renewed_while_work_goes_on_even_if_the_database_is_away(store: Store) -> None:
    """A failed renewal is logged, and the next one is made; renewing ends with the work."""
    one = await begun(store, "me", NOW)
    me = worker(store, "me")
    me.lease = SHORT
    failures, renewed = Failures(), asyncio.Event()
    event.listen(store.engines[0].sync_engine, "commit", lambda _: renewed.set())
    logging.getLogger("bot.db.leases").addHandler(failures)
    try:
        async with asyncio.timeout(10), me.keep(one):
            with database_away(store):
                await failures.seen.wait()
            for _ in range(2):  # the event comes just before a commit: with the second, the first is done
                renewed.clear()
                await renewed.wait()
            until = await owned_until(store)
            assert until is not None
            assert until > NOW
    finally:
        logging.getLogger("bot.db.leases").removeHandler(failures)

    assert set(failures.events) == {"creation.lease_not_renewed OperationalError"}
    assert [task for task in asyncio.all_tasks() if "WorkerLeases._renew" in str(task.get_coro())] == []
