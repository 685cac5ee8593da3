"""What is kept of seats: one for each person, worked on by one, encrypted, and of no other account."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.db.connection import Store
from bot.model.seat import UNFINISHED_STATES, SeatDetails, SeatState
from bot.registration.seats import table as seat_table
from bot.webinars import table as webinar_table
from tests.support.db_samples import LATER, OTHER_ACCOUNTS, SOON
from tests.support.seat_samples import DEV, OWN_LINK, seat
from tests.support.webinar_samples import ACCOUNT, NOW, START, webinar

pytest_plugins = ["tests.support.databases"]


async def test_seat_comes_back_as_it_was_written_down(store: Store) -> None:
    """Everything of it; and none is known of anybody else, or of another webinar."""
    wanted = SeatDetails(first_name="Devendra", last_name="Patel", email="Dev@Acme.example", is_own_address=True)
    whole = seat(attendee=wanted, wanted=DEV, sequence=4)
    async with store.write() as db:
        assert await seat_table.begin(db, whole, "me", LATER)
        assert await seat_table.find(db, ACCOUNT, "s1", "U2") == whole
        assert await seat_table.find(db, ACCOUNT, "s1", "U3") is None
        assert await seat_table.find(db, ACCOUNT, "s2", "U2") is None


async def test_seat_that_is_begun_twice_at_once_is_one(store: Store) -> None:
    """Two clicks that arrive together at two processes: one of them begins, and the other hears that it did not."""

    async def begin(by: str) -> bool:
        async with store.write() as db:
            return await seat_table.begin(db, seat(state=SeatState.REGISTERING), by, LATER)

    assert sorted(await asyncio.gather(*map(begin, "abc"))) == [False, False, True]


async def test_link_is_given_out_only_while_the_seat_is_theirs(store: Store) -> None:
    """Not before RingCentral has said yes, not while it is given up, and to nobody else."""
    async with store.write() as db:
        assert await seat_table.link_of(db, ACCOUNT, "s1", "U2") == ""
        await seat_table.begin(db, seat(), "me", LATER)
        for state in SeatState:
            await seat_table.LEASES.advance(db, seat(state=state), "me", LATER)
            is_theirs = state in (SeatState.REGISTERED, SeatState.NOTIFIED)
            assert await seat_table.link_of(db, ACCOUNT, "s1", "U2") == (OWN_LINK if is_theirs else "")
        await seat_table.LEASES.advance(db, seat(), "me", LATER)
        assert await seat_table.link_of(db, ACCOUNT, "s1", "U1") == ""


async def test_nothing_personal_lies_there_to_be_read(store: Store) -> None:
    """Name, address and links are encrypted."""
    async with store.write() as db:
        await seat_table.begin(db, seat(), "me", LATER)
        [row] = await db.execute(text("select * from seats"))
        assert not [one for one in ("Dev", "Patel", "dev@acme.example", OWN_LINK) if one in str(tuple(row))]


async def test_only_who_holds_a_seat_changes_it(store: Store) -> None:
    """Whoever else has it now finishes it; who has lost it writes nothing any more."""
    async with store.write() as db:
        await seat_table.begin(db, seat(state=SeatState.REGISTERING), "other", LATER)
        assert not await seat_table.LEASES.advance(db, seat(), "me", LATER)
        assert not await seat_table.delete_seat(db, seat(), "me")
        await seat_table.LEASES.renew(db, [seat()], "me", LATER)
        asked = seat(state=SeatState.REGISTERING)
        unchanged = seat_table.is_unchanged(asked)
        assert not await seat_table.LEASES.take(db, asked, "me", NOW, LATER, *unchanged)
        assert await seat_table.LEASES.take(db, asked, "me", LATER + timedelta(seconds=1), LATER, *unchanged)
        assert await seat_table.LEASES.advance(db, seat(), "me", None)
        assert await seat_table.find(db, ACCOUNT, "s1", "U2") == seat()
        assert not await seat_table.LEASES.take(db, asked, "me", NOW, LATER, *unchanged)
        assert await seat_table.delete_seat(db, seat(), "me")
        assert await seat_table.find(db, ACCOUNT, "s1", "U2") is None


async def test_what_nobody_works_on_is_taken_over_by_one(store: Store) -> None:
    """Not before its claim has run out, the oldest first, and never a seat that is settled."""
    async with store.write() as db:
        for number, state in enumerate(SeatState):
            one = seat(user_id=f"U{number}", state=state, changed_at=NOW + timedelta(seconds=number))
            await seat_table.begin(db, one, "gone", SOON)
        assert await seat_table.LEASES.claim(db, ACCOUNT, "me", NOW, LATER) is None
        claimed = [
            await seat_table.LEASES.claim(db, ACCOUNT, "me", SOON + timedelta(seconds=1), LATER) for _ in range(5)
        ]
        assert [one.state if one else None for one in claimed] == [*UNFINISHED_STATES, None]
        await seat_table.LEASES.release_all(db)
        assert await seat_table.LEASES.claim(db, ACCOUNT, "other", NOW, LATER)
        await seat_table.LEASES.renew(db, [seat(user_id="U1")], "me", LATER)
        assert await seat_table.LEASES.claim(db, OTHER_ACCOUNTS[0], "me", LATER, LATER) is None


async def test_two_who_take_over_at_once_get_two(store: Store) -> None:
    """Nobody waits for the other, and nothing is done twice."""
    async with store.write() as db:
        for number in range(4):
            await seat_table.begin(db, seat(user_id=f"U{number}", state=SeatState.REGISTERING), "gone", NOW)

    async def take(by: str) -> str:
        async with store.write() as db:
            claimed = await seat_table.LEASES.claim(db, ACCOUNT, by, SOON, LATER)
            return claimed.user_id if claimed else ""

    assert sorted(await asyncio.gather(*map(take, "abcd"))) == ["U0", "U1", "U2", "U3"]


async def test_who_was_told_something_else_is_found(store: Store) -> None:
    """Once each, and only those who can be told."""
    async with store.write() as db:
        for user, told, channel in (("U1", "x", "D1"), ("U2", "y", "D2"), ("U3", "x", "")):
            one = seat(user_id=user, notified_digest=told, dm_channel_id=channel)
            await seat_table.begin(db, one, "me", SOON)
            await seat_table.LEASES.advance(db, one, "me", None)
        await seat_table.begin(db, seat(user_id="U4", notified_digest="x", state=SeatState.CANCELING), "me", SOON)
        assert await seat_table.sessions(db, ACCOUNT) == {"s1"}
        found = await seat_table.claim_outdated(db, ACCOUNT, "s1", "y", "me", NOW, LATER)
        assert found
        assert found.user_id == "U1"
        assert await seat_table.claim_outdated(db, ACCOUNT, "s1", "y", "other", NOW, LATER) is None
        assert await seat_table.claim_outdated(db, ACCOUNT, "s2", "y", "other", NOW, LATER) is None


@pytest.mark.parametrize(("before", "kept"), [(START, ["U2"]), (START + timedelta(hours=13), [])])
async def test_seats_of_past_webinars_are_forgotten(store: Store, before: object, kept: list[str]) -> None:
    """And nobody else's."""
    async with store.write() as db:
        for account in (ACCOUNT, OTHER_ACCOUNTS[0]):
            await webinar_table.save(db, webinar(account=account))
            await seat_table.begin(db, seat(account=account), "me", LATER)
        await seat_table.forget_ended(db, ACCOUNT, before)  # type: ignore[arg-type] # a moment, as given above
        assert [one for one in ["U2"] if await seat_table.find(db, ACCOUNT, "s1", one)] == kept
        assert await seat_table.find(db, OTHER_ACCOUNTS[0], "s1", "U2")


async def test_seats_of_two_accounts_never_meet(store: Store) -> None:
    """The same person and session elsewhere is another seat."""
    async with store.write() as db:
        await seat_table.begin(db, seat(), "me", LATER)
        for other in OTHER_ACCOUNTS:
            assert await seat_table.find(db, other, "s1", "U2") is None
            assert await seat_table.begin(db, seat(account=other, sequence=9), "me", LATER)
            assert await seat_table.delete_seat(db, seat(account=other), "me")
            assert await seat_table.sessions(db, other) == frozenset()
        assert await seat_table.find(db, ACCOUNT, "s1", "U2") == seat()
