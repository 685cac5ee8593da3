"""The table of creations: one row per form, one owner at a time, accounts separate."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from bot.creation import table as creation_table
from bot.creation.table import Creation, CreationRequest, CreationStep
from bot.db.connection import Store
from bot.model.people import Account
from bot.model.webinar import WebinarForm
from tests.support.db_samples import LATER, OTHER_ACCOUNTS, SOON
from tests.support.webinar_samples import ACCOUNT, NOW, START

pytest_plugins = ["tests.support.databases"]


def creation(account: Account = ACCOUNT, draft_id: str = "d1", title: str = "Launch day", **changes: Any) -> Creation:
    """A creation at its first step."""
    form = WebinarForm(title=title, start=START, length=timedelta(minutes=45), time_zone="Europe/Madrid")
    facts = {
        "draft_id": draft_id,
        "user_id": "U1",
        "request": CreationRequest(form=form),
        "step": CreationStep.BEGUN,
        "begun_at": NOW,
    }
    return Creation(**{"account": account, **facts, **changes})


async def test_creation_is_saved_once(store: Store) -> None:
    """A form begins one creation, which is found by the form's id."""
    async with store.write() as db:
        assert await creation_table.begin(db, creation(), "me", LATER)
        assert not await creation_table.begin(db, creation(title="Another"), "me", LATER)
        made = creation(step=CreationStep.WEBINAR_CREATED, webinar_id="w1", problem="slow")
        assert await creation_table.LEASES.advance(db, made, "me", LATER)
        assert await creation_table.find(db, ACCOUNT, "d1") == made
        assert await creation_table.created_webinar_ids(db, ACCOUNT) == {"w1"}


async def test_creation_begun_twice_at_once_is_one(store: Store) -> None:
    """Of two submissions at the same time, one begins."""

    async def begin() -> bool:
        async with store.write() as db:
            return await creation_table.begin(db, creation(), "me", LATER)

    outcomes = await asyncio.gather(begin(), begin(), return_exceptions=True)

    assert outcomes.count(True) == 1


async def test_creation_under_way_blocks_its_title(store: Store) -> None:
    """A title is blocked only while its creation is under way."""
    async with store.write() as db:
        assert not await creation_table.is_title_under_way(db, ACCOUNT, "Launch day")
        await creation_table.begin(db, creation(), "me", LATER)
        assert await creation_table.is_title_under_way(db, ACCOUNT, "Launch day")
        await creation_table.LEASES.advance(db, creation(step=CreationStep.COMPLETE), "me", LATER)
        assert not await creation_table.is_title_under_way(db, ACCOUNT, "Launch day")


async def test_creation_is_claimed_when_its_lease_expires(store: Store) -> None:
    """A creation is claimed after its lease expires, by one worker, and not once it was reported."""
    async with store.write() as db:
        await creation_table.begin(db, creation(), "me", SOON)
        assert await creation_table.LEASES.claim(db, ACCOUNT, "you", NOW, LATER) is None
        after = SOON + timedelta(seconds=1)
        assert await creation_table.LEASES.claim(db, ACCOUNT, "you", after, LATER) == creation()
        assert await creation_table.LEASES.claim(db, ACCOUNT, "they", after, LATER) is None

        assert await creation_table.LEASES.advance(db, creation(step=CreationStep.REPORTED), "you", SOON)
        assert await creation_table.LEASES.claim(db, ACCOUNT, "you", LATER, LATER) is None


async def test_creation_claimed_by_another_worker_is_closed_to_the_first(store: Store) -> None:
    """A worker that lost its lease can neither save, nor request the card, nor renew."""
    async with store.write() as db:
        await creation_table.begin(db, creation(step=CreationStep.COMPLETE), "me", NOW)
        await creation_table.LEASES.claim(db, ACCOUNT, "you", SOON, LATER)
        assert not await creation_table.LEASES.advance(db, creation(step=CreationStep.REPORTED), "me", LATER)
        assert not await creation_table.record_card_request(db, creation(), "me")
        await creation_table.LEASES.renew(db, [creation()], "me", NOW)
        assert await creation_table.LEASES.claim(db, ACCOUNT, "they", SOON, LATER) is None
        assert await creation_table.find(db, ACCOUNT, "d1") == creation(step=CreationStep.COMPLETE)


async def test_creation_requests_its_card_once(store: Store) -> None:
    """The first request for the card succeeds, all later ones fail."""
    async with store.write() as db:
        await creation_table.begin(db, creation(step=CreationStep.COMPLETE), "me", LATER)
        assert await creation_table.record_card_request(db, creation(), "me")
        assert not await creation_table.record_card_request(db, creation(), "me")


async def test_watched_creation_keeps_the_time_of_its_next_check(store: Store) -> None:
    """A watched creation keeps the time of its next check, also at a start of the bot."""
    watched = creation(step=CreationStep.WATCHED)
    async with store.write() as db:
        await creation_table.begin(db, watched, "me", SOON)
        await creation_table.LEASES.renew(db, [watched], "me", LATER)
        await creation_table.LEASES.release_all(db)
        assert await creation_table.LEASES.claim(db, ACCOUNT, "me", NOW, LATER) is None
        assert await creation_table.LEASES.claim(db, ACCOUNT, "me", SOON + timedelta(seconds=1), LATER) == watched


async def test_archived_creation_allows_another_of_the_same_form(store: Store) -> None:
    """Each attempt is its own creation: a worker on the earlier one does not change the later one."""
    earlier, later = creation(step=CreationStep.WATCHED), creation(begun_at=SOON)
    assert earlier.ended_without_webinar
    async with store.write() as db:
        await creation_table.begin(db, earlier, "me", NOW)
        await creation_table.archive(db, earlier)
        assert await creation_table.begin(db, later, "me", LATER)
        assert not await creation_table.LEASES.advance(db, creation(step=CreationStep.REPORTED), "me", LATER)
        assert await creation_table.find(db, ACCOUNT, "d1") == later
        taken = await creation_table.LEASES.claim(db, ACCOUNT, "me", SOON, LATER)
        assert taken
        assert taken.draft_id.startswith("d1~")


async def test_creation_claims_are_freed_at_a_start(store: Store) -> None:
    """With one process, all claims at its start are stale."""
    async with store.write() as db:
        await creation_table.begin(db, creation(), "me", LATER)
        await creation_table.LEASES.release_all(db)
        assert await creation_table.LEASES.claim(db, ACCOUNT, "me", NOW, LATER) == creation()


async def test_creations_are_claimed_by_one_of_two(store: Store) -> None:
    """Two processes that claim at the same time never get the same creation."""
    async with store.write() as db:
        for number in range(24):
            await creation_table.begin(db, creation(draft_id=f"d{number}"), "gone", NOW)

    async def claim(by: str) -> list[str]:
        taken: list[str] = []
        while True:
            async with store.write() as db:
                one = await creation_table.LEASES.claim(db, ACCOUNT, by, SOON, LATER)
            if one is None:
                return taken
            taken.append(one.draft_id)

    one, two = await asyncio.gather(claim("one"), claim("two"))
    assert sorted(one + two) == sorted(f"d{number}" for number in range(24))


async def test_creations_of_two_accounts_are_separate(store: Store) -> None:
    """The same form id in another account is another creation."""
    async with store.write() as db:
        await creation_table.begin(db, creation(), "me", LATER)
        for other in OTHER_ACCOUNTS:
            assert await creation_table.find(db, other, "d1") is None
            assert not await creation_table.is_title_under_way(db, other, "Launch day")
            assert await creation_table.begin(db, creation(other), "me", LATER)
            await creation_table.LEASES.advance(
                db, creation(other, step=CreationStep.REPORTED, webinar_id="theirs"), "me", LATER
            )
        assert await creation_table.find(db, ACCOUNT, "d1") == creation()
        assert await creation_table.created_webinar_ids(db, ACCOUNT) == frozenset()


async def test_creations_of_another_workspace_are_not_claimed(store: Store) -> None:
    """A process claims only creations of its account."""
    async with store.write() as db:
        for account in (ACCOUNT, *OTHER_ACCOUNTS):
            await creation_table.begin(db, creation(account), "gone", NOW)
        assert await creation_table.LEASES.claim(db, ACCOUNT, "me", SOON, LATER) == creation()
        assert await creation_table.LEASES.claim(db, ACCOUNT, "me", SOON, LATER) is None
