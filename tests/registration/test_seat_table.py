"""Seats are unique per user, leased by one worker, encrypted, and separate per account."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.db.connection import Db, Store
from bot.model.people import Account
from bot.model.seat import REGISTERED_STATES, UNFINISHED_STATES, SeatDetails, SeatState
from bot.model.webinar import MAX_LENGTH
from bot.registration.seats import table as seat_table
from bot.webinars import table as webinar_table
from bot.webinars.participation import has_seat
from tests.support.db_samples import LATER, OTHER_ACCOUNTS, SOON
from tests.support.seat_samples import DEV, OWN_LINK, seat
from tests.support.webinar_samples import ACCOUNT, NOW, START, webinar

pytest_plugins = ["tests.support.databases"]


async def link_of(db: Db, account: Account, session_id: str, user_id: str) -> str:
    """The join link of this user's seat; empty without a seat, as `has_seat` must say too."""
    found = await seat_table.find(db, account, session_id, user_id)
    link = found.join_link.get_secret_value() if found and found.state in REGISTERED_STATES else ""
    assert await has_seat(db, account, session_id, user_id) == bool(link)
    return link


async def test_a_seat_round_trips(store: Store) -> None:
    """With all fields; other users and webinars have none."""
    wanted = SeatDetails(first_name="Devendra", last_name="Patel", email="Dev@Acme.example", is_own_address=True)
    whole = seat(attendee=wanted, wanted=DEV, sequence=4)
    async with store.write() as db:
        assert await seat_table.begin(db, whole, "me", LATER)
        assert await seat_table.find(db, ACCOUNT, "s1", "U2") == whole
        assert await seat_table.find(db, ACCOUNT, "s1", "U3") is None
        assert await seat_table.find(db, ACCOUNT, "s2", "U2") is None


async def test_concurrent_inserts_create_one_seat(store: Store) -> None:
    """Two clicks reach two processes: one creates the seat, the other is refused."""

    async def begin(by: str) -> bool:
        async with store.write() as db:
            return await seat_table.begin(db, seat(state=SeatState.REGISTERING), by, LATER)

    assert sorted(await asyncio.gather(*map(begin, "abc"))) == [False, False, True]


async def test_a_link_is_returned_only_for_a_registered_seat(store: Store) -> None:
    """Not before registration succeeded, not while the seat is being canceled, and only to its user."""
    async with store.write() as db:
        assert await link_of(db, ACCOUNT, "s1", "U2") == ""
        await seat_table.begin(db, seat(), "me", LATER)
        for state in SeatState:
            await seat_table.LEASES.advance(db, seat(state=state), "me", LATER)
            is_theirs = state in (SeatState.REGISTERED, SeatState.NOTIFIED)
            assert await link_of(db, ACCOUNT, "s1", "U2") == (OWN_LINK if is_theirs else "")
        await seat_table.LEASES.advance(db, seat(), "me", LATER)
        assert await link_of(db, ACCOUNT, "s1", "U1") == ""


async def test_personal_data_is_encrypted(store: Store) -> None:
    """Name, address and links."""
    async with store.write() as db:
        await seat_table.begin(db, seat(), "me", LATER)
        [row] = await db.execute(text("select * from seats"))
        assert not [one for one in ("Dev", "Patel", "dev@acme.example", OWN_LINK) if one in str(tuple(row))]


async def test_only_the_lease_owner_changes_a_seat(store: Store) -> None:
    """A worker that lost its lease writes nothing."""
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


async def test_an_expired_seat_is_resumed_by_one_worker(store: Store) -> None:
    """Not before its lease expires, the oldest first, and never a finished seat."""
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


async def test_two_workers_claim_two_seats(store: Store) -> None:
    """Neither waits for the other, and no seat is claimed twice."""
    async with store.write() as db:
        for number in range(4):
            await seat_table.begin(db, seat(user_id=f"U{number}", state=SeatState.REGISTERING), "gone", NOW)

    async def take(by: str) -> str:
        async with store.write() as db:
            claimed = await seat_table.LEASES.claim(db, ACCOUNT, by, SOON, LATER)
            return claimed.user_id if claimed else ""

    assert sorted(await asyncio.gather(*map(take, "abcd"))) == ["U0", "U1", "U2", "U3"]


async def test_seats_with_an_outdated_digest_are_claimed(store: Store) -> None:
    """Once each, and only those of users with a DM."""
    async with store.write() as db:
        for user, told, channel in (("U1", "x", "D1"), ("U2", "y", "D2"), ("U3", "x", "")):
            one = seat(user_id=user, notified_digest=told, dm_channel_id=channel)
            await seat_table.begin(db, one, "me", SOON)
            await seat_table.LEASES.advance(db, one, "me", None)
        await seat_table.begin(db, seat(user_id="U4", notified_digest="x", state=SeatState.CANCELING), "me", SOON)
        assert await seat_table.sessions(db, ACCOUNT) == {"s1"}
        found = await seat_table.claim_outdated(db, ACCOUNT, "s1", ("y",), "me", NOW, LATER)
        assert found
        assert found.user_id == "U1"
        assert await seat_table.claim_outdated(db, ACCOUNT, "s1", ("y",), "other", NOW, LATER) is None
        assert await seat_table.claim_outdated(db, ACCOUNT, "s2", ("y",), "other", NOW, LATER) is None


@pytest.mark.parametrize(("before", "kept"), [(START, ["U2"]), (START + MAX_LENGTH + timedelta(hours=1), [])])
async def test_seats_of_past_webinars_are_deleted(store: Store, before: object, kept: list[str]) -> None:
    """And no others."""
    async with store.write() as db:
        for account in (ACCOUNT, OTHER_ACCOUNTS[0]):
            await webinar_table.save(db, webinar(account=account))
            await seat_table.begin(db, seat(account=account), "me", LATER)
        await seat_table.forget_ended(db, ACCOUNT, before)  # type: ignore[arg-type] # a moment, as given above
        assert [one for one in ["U2"] if await seat_table.find(db, ACCOUNT, "s1", one)] == kept
        assert await seat_table.find(db, OTHER_ACCOUNTS[0], "s1", "U2")


async def test_seats_of_two_accounts_are_separate(store: Store) -> None:
    """The same user and session in another account is another seat."""
    async with store.write() as db:
        await seat_table.begin(db, seat(), "me", LATER)
        for other in OTHER_ACCOUNTS:
            assert await seat_table.find(db, other, "s1", "U2") is None
            assert await seat_table.begin(db, seat(account=other, sequence=9), "me", LATER)
            assert await seat_table.delete_seat(db, seat(account=other), "me")
            assert await seat_table.sessions(db, other) == frozenset()
        assert await seat_table.find(db, ACCOUNT, "s1", "U2") == seat()
