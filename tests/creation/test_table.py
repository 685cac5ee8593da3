"""How far each creation has come is written down once, taken over by one, and never mixed up with another account's."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from bot.creation import table as creation_table
from bot.creation.table import Creation, CreationRequest, CreationStep
from bot.db.connection import Store
from bot.model.people import Account
from bot.model.webinar import Form
from tests.support.db_samples import LATER, OTHER_ACCOUNTS, SOON
from tests.support.webinar_samples import ACCOUNT, NOW, START

pytest_plugins = ["tests.support.databases"]


def creation(account: Account = ACCOUNT, draft_id: str = "d1", title: str = "Launch day", **changes: Any) -> Creation:
    """A creation that has just begun."""
    form = Form(title=title, start=START, length=timedelta(minutes=45), time_zone="Europe/Madrid")
    facts = {
        "draft_id": draft_id,
        "user_id": "U1",
        "request": CreationRequest(form=form),
        "step": CreationStep.BEGUN,
        "begun_at": NOW,
    }
    return Creation(**{"account": account, **facts, **changes})


async def test_creation_is_written_down_once(store: Store) -> None:
    """A form begins one creation; what becomes of it is found again by the form."""
    async with store.write() as db:
        assert await creation_table.begin(db, creation(), "me", LATER)
        assert not await creation_table.begin(db, creation(title="Another"), "me", LATER)
        made = creation(step=CreationStep.WEBINAR_CREATED, webinar_id="w1", problem="slow")
        assert await creation_table.LEASES.advance(db, made, "me", LATER)
        assert await creation_table.find(db, ACCOUNT, "d1") == made
        assert await creation_table.created_webinar_ids(db, ACCOUNT) == {"w1"}


async def test_creation_begun_twice_at_once_is_one(store: Store) -> None:
    """Two clicks that arrive together at two processes: one of them begins."""

    async def begin() -> bool:
        async with store.write() as db:
            return await creation_table.begin(db, creation(), "me", LATER)

    outcomes = await asyncio.gather(begin(), begin(), return_exceptions=True)

    assert outcomes.count(True) == 1


async def test_creation_under_way_blocks_its_title(store: Store) -> None:
    """Only while it is under way: afterwards another webinar may have the same title."""
    async with store.write() as db:
        assert not await creation_table.is_title_under_way(db, ACCOUNT, "Launch day")
        await creation_table.begin(db, creation(), "me", LATER)
        assert await creation_table.is_title_under_way(db, ACCOUNT, "Launch day")
        await creation_table.LEASES.advance(db, creation(step=CreationStep.COMPLETE), "me", LATER)
        assert not await creation_table.is_title_under_way(db, ACCOUNT, "Launch day")


async def test_creation_is_taken_over_when_its_claim_runs_out(store: Store) -> None:
    """Not before, not by a second one, and not once the person has been told."""
    async with store.write() as db:
        await creation_table.begin(db, creation(), "me", SOON)
        assert await creation_table.LEASES.claim(db, ACCOUNT, "you", NOW, LATER) is None
        after = SOON + timedelta(seconds=1)
        assert await creation_table.LEASES.claim(db, ACCOUNT, "you", after, LATER) == creation()
        assert await creation_table.LEASES.claim(db, ACCOUNT, "they", after, LATER) is None

        assert await creation_table.LEASES.advance(db, creation(step=CreationStep.REPORTED), "you", SOON)
        assert await creation_table.LEASES.claim(db, ACCOUNT, "you", LATER, LATER) is None


async def test_creation_that_was_taken_over_is_out_of_the_first_ones_hands(store: Store) -> None:
    """Who was away for longer than their claim can neither write what came of it, nor ask for the card, nor hold it."""
    async with store.write() as db:
        await creation_table.begin(db, creation(step=CreationStep.COMPLETE), "me", NOW)
        await creation_table.LEASES.claim(db, ACCOUNT, "you", SOON, LATER)
        assert not await creation_table.LEASES.advance(db, creation(step=CreationStep.REPORTED), "me", LATER)
        assert not await creation_table.record_card_request(db, creation(), "me")
        await creation_table.LEASES.renew(db, [creation()], "me", NOW)
        assert await creation_table.LEASES.claim(db, ACCOUNT, "they", SOON, LATER) is None
        assert await creation_table.find(db, ACCOUNT, "d1") == creation(step=CreationStep.COMPLETE)


async def test_creation_asks_for_its_card_once(store: Store) -> None:
    """Whoever asks first may post it; nobody after that, however often it is told."""
    async with store.write() as db:
        await creation_table.begin(db, creation(step=CreationStep.COMPLETE), "me", LATER)
        assert await creation_table.record_card_request(db, creation(), "me")
        assert not await creation_table.record_card_request(db, creation(), "me")


async def test_creation_that_is_watched_keeps_its_time(store: Store) -> None:
    """A webinar that may come late is looked for when it was said, neither held back nor freed at a start."""
    watched = creation(step=CreationStep.WATCHED)
    async with store.write() as db:
        await creation_table.begin(db, watched, "me", SOON)
        await creation_table.LEASES.renew(db, [watched], "me", LATER)
        await creation_table.LEASES.release_all(db)
        assert await creation_table.LEASES.claim(db, ACCOUNT, "me", NOW, LATER) is None
        assert await creation_table.LEASES.claim(db, ACCOUNT, "me", SOON + timedelta(seconds=1), LATER) == watched


async def test_creation_set_aside_makes_room_for_another_of_the_same_form(store: Store) -> None:
    """Each attempt is a creation of its own: who still works on the earlier one does not touch the later."""
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
    """One process alone: whatever is claimed was claimed by one that is gone."""
    async with store.write() as db:
        await creation_table.begin(db, creation(), "me", LATER)
        await creation_table.LEASES.release_all(db)
        assert await creation_table.LEASES.claim(db, ACCOUNT, "me", NOW, LATER) == creation()


async def test_creations_are_claimed_by_one_of_two(store: Store) -> None:
    """Two processes that look at once share what there is and never both get one."""
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


async def test_creations_of_two_accounts_never_meet(store: Store) -> None:
    """The same form id elsewhere is another creation, and so is what came of it."""
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


async def test_creations_of_another_workspace_are_not_taken_over(store: Store) -> None:
    """A process that works for one account leaves those of the others to theirs."""
    async with store.write() as db:
        for account in (ACCOUNT, *OTHER_ACCOUNTS):
            await creation_table.begin(db, creation(account), "gone", NOW)
        assert await creation_table.LEASES.claim(db, ACCOUNT, "me", SOON, LATER) == creation()
        assert await creation_table.LEASES.claim(db, ACCOUNT, "me", SOON, LATER) is None
