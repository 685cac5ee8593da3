"""Tables of records: found by key and condition, changed and deleted only while a condition holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.db.connection import Store
from bot.db.people_schema import batches
from bot.registration.bulk.batch_table import LEASES, Batch, BatchState, add
from tests.support.db_samples import OTHER_ACCOUNTS
from tests.support.webinar_samples import ACCOUNT, NOW

pytest_plugins = ["tests.support.databases"]

FIRST = Batch(
    account=ACCOUNT,
    batch_id="first",
    session_id="1",
    user_id="U1",
    state=BatchState.STOPPED,
    total=3,
    dm_channel_id="D1",
    dm_ts="1.2",
    begun_at=NOW,
    ended_at=NOW + timedelta(hours=1),
    problem="Registration is closed.",
)
SECOND = FIRST.model_copy(update={"batch_id": "second", "state": BatchState.DRAFT, "ended_at": None})
THEIRS = FIRST.model_copy(update={"account": OTHER_ACCOUNTS[0]})


async def test_records_are_found_as_they_were_added(store: Store) -> None:
    """By key, by condition and in order; never those of another account."""
    async with store.write() as db:
        for one in (FIRST, SECOND, THEIRS):
            await add(db, one)

        assert await LEASES.find(db, ACCOUNT, "first") == FIRST
        assert await LEASES.find(db, ACCOUNT, "third") is None
        assert await LEASES.find(db, OTHER_ACCOUNTS[0], "first") == THEIRS
        assert await LEASES.all(db, ACCOUNT, order=[batches.c.batch_id.desc()]) == [SECOND, FIRST]
        assert await LEASES.first(db, ACCOUNT, batches.c.state == BatchState.DRAFT) == SECOND
        assert await LEASES.has(db, ACCOUNT, batches.c.state == BatchState.DRAFT)
        assert not await LEASES.has(db, OTHER_ACCOUNTS[0], batches.c.state == BatchState.DRAFT)


async def test_a_record_is_changed_only_while_the_condition_holds(store: Store) -> None:
    """The same for deleting it; other records stay as they are."""
    is_draft = batches.c.state == BatchState.DRAFT
    async with store.write() as db:
        for one in (FIRST, SECOND, THEIRS):
            await add(db, one)

        assert not await LEASES.change(db, FIRST, {"problem": "Other"}, is_draft)
        assert await LEASES.change(db, SECOND, {"problem": "Other"}, is_draft)
        assert not await LEASES.delete(db, FIRST, is_draft)
        assert await LEASES.delete(db, FIRST)
        assert await LEASES.all(db, ACCOUNT) == [SECOND.model_copy(update={"problem": "Other"})]
        assert await LEASES.all(db, OTHER_ACCOUNTS[0]) == [THEIRS]


async def test_a_record_is_added_once(store: Store) -> None:
    """Its key is taken."""
    async with store.write() as db:
        await add(db, FIRST)
    with pytest.raises(IntegrityError):
        async with store.write() as db:
            await add(db, FIRST)
