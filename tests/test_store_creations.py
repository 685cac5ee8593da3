"""How far each creation has come is written down once, taken over by one, and never mixed up with another account's."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from bot.models import Account, Form
from bot.store import creations
from bot.store.connection import Store
from bot.store.creations import Creation, Order, Step
from tests.store_samples import LATER, OTHERS, SOON
from tests.webinar_samples import ACCOUNT, NOW, START

pytest_plugins = ["tests.databases"]


def creation(account: Account = ACCOUNT, draft_id: str = "d1", title: str = "Launch day", **changes: Any) -> Creation:
    """A creation that has just begun."""
    form = Form(title=title, start=START, length=timedelta(minutes=45), time_zone="Europe/Madrid")
    facts = {"draft_id": draft_id, "user_id": "U1", "order": Order(form=form), "step": Step.BEGUN, "begun_at": NOW}
    return Creation(**{"account": account, **facts, **changes})


async def test_creation_is_written_down_once(store: Store) -> None:
    """A form begins one creation; what becomes of it is found again by the form."""
    async with store.write() as db:
        assert await creations.begin(db, creation(), "me", LATER)
        assert not await creations.begin(db, creation(title="Another"), "me", LATER)
        made = creation(step=Step.WEBINAR_MADE, webinar_id="w1", problem="slow")
        await creations.advance(db, made, LATER)
        assert await creations.find(db, ACCOUNT, "d1") == made
        assert await creations.known_webinars(db, ACCOUNT) == {"w1"}


async def test_creation_begun_twice_at_once_is_one(store: Store) -> None:
    """Two clicks that arrive together at two processes: one of them begins."""

    async def begin() -> bool:
        async with store.write() as db:
            return await creations.begin(db, creation(), "me", LATER)

    outcomes = await asyncio.gather(begin(), begin(), return_exceptions=True)

    assert outcomes.count(True) == 1


async def test_creation_under_way_blocks_its_title(store: Store) -> None:
    """Only while it is under way: afterwards another webinar may have the same title."""
    async with store.write() as db:
        assert not await creations.same_title_under_way(db, ACCOUNT, "Launch day")
        await creations.begin(db, creation(), "me", LATER)
        assert await creations.same_title_under_way(db, ACCOUNT, "Launch day")
        await creations.advance(db, creation(step=Step.WHOLE), LATER)
        assert not await creations.same_title_under_way(db, ACCOUNT, "Launch day")


async def test_creation_is_taken_over_when_its_claim_runs_out(store: Store) -> None:
    """Not before, not by a second one, and not once the person has been told."""
    async with store.write() as db:
        await creations.begin(db, creation(), "me", SOON)
        assert await creations.claim(db, "you", NOW, LATER, NOW) == []
        after = SOON + timedelta(seconds=1)
        assert await creations.claim(db, "you", after, LATER, NOW) == [creation()]
        assert await creations.claim(db, "they", after, LATER, NOW) == []

        await creations.advance(db, creation(step=Step.TOLD), SOON)
        assert await creations.claim(db, "you", LATER, LATER, NOW) == []


async def test_creation_that_is_watched_is_taken_when_it_is_time(store: Store) -> None:
    """A webinar that may come late is looked for once more, some time after it was begun."""
    watched = creation(step=Step.WATCHED)
    async with store.write() as db:
        await creations.begin(db, watched, "me", NOW)
        assert await creations.claim(db, "me", SOON, LATER, NOW) == []
        assert await creations.claim(db, "me", SOON, LATER, SOON) == [watched]


async def test_creation_claims_are_freed_at_a_start(store: Store) -> None:
    """One process alone: whatever is claimed was claimed by one that is gone."""
    async with store.write() as db:
        await creations.begin(db, creation(), "me", LATER)
        await creations.release_all(db)
        assert await creations.claim(db, "me", NOW, LATER, NOW) == [creation()]


async def test_creations_are_claimed_by_one_of_two(store: Store) -> None:
    """Two processes that look at once share what there is and never both get one."""
    async with store.write() as db:
        for number in range(24):
            await creations.begin(db, creation(draft_id=f"d{number}"), "gone", NOW)

    async def claim(by: str) -> list[str]:
        async with store.write() as db:
            return [taken.draft_id for taken in await creations.claim(db, by, SOON, LATER, NOW)]

    one, two = await asyncio.gather(claim("one"), claim("two"))
    assert sorted(one + two) == sorted(f"d{number}" for number in range(24))


async def test_creations_of_two_accounts_never_meet(store: Store) -> None:
    """The same form id elsewhere is another creation, and so is what came of it."""
    async with store.write() as db:
        await creations.begin(db, creation(), "me", LATER)
        for other in OTHERS:
            assert await creations.find(db, other, "d1") is None
            assert not await creations.same_title_under_way(db, other, "Launch day")
            assert await creations.begin(db, creation(other), "me", LATER)
            await creations.advance(db, creation(other, step=Step.TOLD, webinar_id="theirs"), LATER)
        assert await creations.find(db, ACCOUNT, "d1") == creation()
        assert await creations.known_webinars(db, ACCOUNT) == frozenset()


async def test_creations_of_another_workspace_are_not_taken_over(store: Store) -> None:
    """A process that works for one account leaves those of the others to theirs."""
    async with store.write() as db:
        for account in (ACCOUNT, *OTHERS):
            await creations.begin(db, creation(account), "gone", NOW)
        assert await creations.claim(db, "me", SOON, LATER, NOW, ACCOUNT) == [creation()]
        assert len(await creations.claim(db, "me", SOON, LATER, NOW)) == len(OTHERS)
