"""Registration requests are encrypted until they are completed, and processed by one worker at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Engine, event, select, text

from bot.db.connection import Store
from bot.db.people_schema import registration_requests as table
from bot.model.people import Account
from bot.model.registrant import Registrant, RegistrantDetails
from bot.registration import request_table
from bot.registration.bulk import batch_table, row_table
from bot.registration.bulk.batch_table import Batch, BatchState
from bot.registration.request_table import RegistrationRequest, RequestState
from bot.webinars import table as webinar_table
from tests.support.db_samples import LATER, OTHER_ACCOUNTS, SOON
from tests.support.webinar_samples import ACCOUNT, NOW, START, webinar

pytest_plugins = ["tests.support.databases"]

QUEUE = request_table.LEASES
IRIS = RegistrantDetails(
    first_name="Iris",
    last_name="Moreno",
    email="Iris@acme.example",
    external_id="lid=1",
    source="fair",
    join_page=SecretStr("https://acme.example/join/1"),
)
JOAN = RegistrantDetails(first_name="Joan", last_name="Vidal", email="joan@acme.example")
THERE = Registrant(
    registrant_id="r1", join_link=SecretStr("https://rc.example/j/1"), cancel_link=SecretStr("https://rc.example/c/1")
)
PERSONAL = ("Iris", "Moreno", "iris@acme.example", "Iris@acme.example", "rc.example", "Joan")


def batch(account: Account = ACCOUNT, batch_id: str = "b1", **changes: Any) -> Batch:
    """A running batch of two people."""
    facts = {"session_id": "s1", "user_id": "U1", "state": BatchState.RUNNING, "total": 2, "begun_at": NOW}
    return Batch(**{"account": account, "batch_id": batch_id, **facts, **changes})


async def waiting(
    store: Store, account: Account = ACCOUNT, *, batch_id: str = "", key: str = "k1"
) -> list[RegistrationRequest]:
    """Iris and Joan wait, Iris with our own pages."""
    async with store.write() as db:
        await request_table.add(db, account, "s1", [(2, IRIS, key), (3, JOAN, "")], batch_id=batch_id, now=NOW)
        return await row_table.find_rows(db, account, batch_id)


async def stored(store: Store) -> str:
    """The stored values of the table, without decryption."""
    async with store.read() as db:
        return repr([tuple(row) for row in await db.execute(text("select * from applications"))])


async def test_personal_data_is_encrypted_and_deleted_with_the_result(store: Store) -> None:
    """It round-trips, is not readable in the table, and is deleted with the result; the ids stay."""
    iris, _ = await waiting(store)
    assert iris.details == IRIS
    assert (iris.number, iris.page_key, iris.state) == (2, "k1", RequestState.WAITING)
    assert not [word for word in PERSONAL if word in (await stored(store))]

    async with store.write() as db:
        assert await request_table.mark_registering(db, iris, SOON)
        registered = RequestState.REGISTERED
        assert await request_table.save_result(db, iris, registered, SOON, registrant=THERE, keep_links=True)
        assert not await request_table.save_result(db, iris, RequestState.REFUSED, LATER, problem="late")
        kept = await request_table.find_by_page_key(db, "k1")
        content = (await db.execute(select(table.c.content).where(table.c.id == iris.id))).scalar_one()
    assert kept
    assert content is kept.details is None
    assert (kept.registrant_id, kept.join_link, kept.cancel_link) == ("r1", THERE.join_link, THERE.cancel_link)
    assert not [word for word in PERSONAL if word in (await stored(store))]
    assert not any(word in repr(kept) for word in PERSONAL)


async def test_requests_are_found_by_address(store: Store) -> None:
    """In any spelling; of this webinar and account only, and not by an empty address."""
    await waiting(store)
    async with store.read() as db:
        (found,) = await request_table.find_by_address(db, ACCOUNT, "s1", " IRIS@acme.example ")
        assert found.page_key == "k1"
        assert await request_table.find_by_address(db, ACCOUNT, "s2", "iris@acme.example") == []
        assert [
            await request_table.find_by_address(db, other, "s1", "iris@acme.example") for other in OTHER_ACCOUNTS
        ] == [[]] * 3
        assert await request_table.find_by_page_key(db, "") is None


async def test_page_keys_are_looked_up_by_index(sqlite_store: Store) -> None:
    """Anyone can send page keys: the lookup must not scan the table."""
    asked: list[Any] = []

    def note(*call: Any) -> None:
        asked.append(call[2:4])

    event.listen(Engine, "before_cursor_execute", note)
    async with sqlite_store.read() as db:
        await request_table.find_by_page_key(db, "key")
        event.remove(Engine, "before_cursor_execute", note)
        [(statement, values)] = [(said, with_) for said, with_ in asked if said.startswith("SELECT")]
        plan = (await db.connection.exec_driver_sql(f"explain query plan {statement}", values)).all()
    assert "USING INDEX uq_applications_page (page_key=?)" in str(plan)


async def test_canceling_depends_on_the_state(store: Store) -> None:
    """A waiting request is canceled, one in progress is not, a registered one is removed by the queue."""
    iris, _ = await waiting(store)
    async with store.write() as db:
        assert await request_table.cancel(db, "nobody", NOW) is None
        await request_table.mark_registering(db, iris, NOW)
        assert await request_table.cancel(db, "k1", NOW) is RequestState.REGISTERING
        await request_table.save_result(db, iris, RequestState.REGISTERED, NOW, registrant=THERE, keep_links=True)
        assert await request_table.cancel(db, "k1", NOW) is RequestState.CANCELING
        assert await request_table.cancel(db, "k1", NOW) is RequestState.CANCELING
        await request_table.mark_removed(db, iris, NOW)
        assert await request_table.cancel(db, "k1", NOW) is RequestState.CANCELED
        gone = await request_table.find_by_page_key(db, "k1")
        assert gone
        assert gone.join_link == SecretStr("")
    await waiting(store, batch_id="b1", key="k2")
    async with store.write() as db:
        assert await request_table.cancel(db, "k2", NOW) is RequestState.CANCELED
        left = await request_table.find_by_page_key(db, "k2")
        assert left
        assert left.details is None


async def test_the_queue_serves_pages_and_cancellations_but_no_batch(store: Store) -> None:
    """Oldest first, a limited number at once, each by one worker; cancellations of a batch's registrants included."""
    await waiting(store)
    iris, _ = await waiting(store, batch_id="b1", key="k2")
    async with store.write() as db:
        assert [one.number for one in await QUEUE.claim_many(db, ACCOUNT, "me", NOW, LATER, most=1)] == [2]
        assert [one.number for one in await QUEUE.claim_many(db, ACCOUNT, "you", NOW, LATER, most=9)] == [3]
        assert await QUEUE.claim_many(db, ACCOUNT, "they", NOW, LATER, most=9) == []
        await request_table.mark_registering(db, iris, NOW)
        await request_table.save_result(db, iris, RequestState.REGISTERED, NOW, registrant=THERE)
        await request_table.cancel(db, "k2", NOW)
        (leaving,) = await QUEUE.claim_many(db, ACCOUNT, "they", NOW, LATER, most=9)
        assert (leaving.id, leaving.registrant_id) == (iris.id, "r1")
        assert await QUEUE.is_owned(db, leaving, "they")
        await QUEUE.release_all(db)
        assert not await QUEUE.is_owned(db, leaving, "they")
        assert len(await QUEUE.claim_many(db, ACCOUNT, "me", NOW, LATER, most=9)) == 3


async def test_the_queue_is_resumed_when_a_lease_expires(store: Store) -> None:
    """Not before; completed requests are not resumed."""
    await waiting(store)
    async with store.write() as db:
        held = await QUEUE.claim_many(db, ACCOUNT, "me", NOW, SOON, most=9)
        await QUEUE.renew(db, held, "me", LATER)
        assert await QUEUE.claim_many(db, ACCOUNT, "you", SOON + timedelta(seconds=1), LATER, most=9) == []
        after = LATER + timedelta(seconds=1)
        assert len(await QUEUE.claim_many(db, ACCOUNT, "you", after, after + timedelta(minutes=1), most=9)) == 2
        await QUEUE.renew(db, held, "me", NOW)
        assert await QUEUE.claim_many(db, ACCOUNT, "they", after, after, most=9) == []


async def test_two_replicas_share_the_queue(store: Store) -> None:
    """Both claim at the same time; no request is claimed twice."""
    async with store.write() as db:
        people = [(number, JOAN, "") for number in range(24)]
        await request_table.add(db, ACCOUNT, "s1", people, batch_id="", now=NOW)

    async def take(by: str) -> list[int]:
        taken: list[int] = []
        while True:
            async with store.write() as db:
                more = await QUEUE.claim_many(db, ACCOUNT, by, NOW, LATER, most=3)
            if not more:
                return taken
            taken += [one.number for one in more]

    one, two = await asyncio.gather(take("one"), take("two"))
    assert sorted(one + two) == list(range(24))


async def test_a_batch_is_counted_stopped_and_deleted(store: Store) -> None:
    """Its links are deleted after they were passed on, those behind our own pages stay; other batches are
    unaffected."""
    iris, joan = await waiting(store, batch_id="b1")
    for number, other in enumerate(OTHER_ACCOUNTS):
        await waiting(store, other, batch_id="b1", key=f"o{number}")
    async with store.write() as db:
        await request_table.save_result(db, iris, RequestState.REGISTERED, NOW, registrant=THERE, keep_links=True)
        assert await row_table.count_rows(db, ACCOUNT, "b1") == {
            RequestState.REGISTERED: 1,
            RequestState.WAITING: 1,
        }
        await row_table.stop_remaining(db, ACCOUNT, "b1", NOW)
        (stopped,) = await row_table.find_rows(db, ACCOUNT, "b1", RequestState.STOPPED)
        assert (stopped.id, stopped.details) == (joan.id, None)
        await row_table.delete_personal_data(db, ACCOUNT, "b1")
        assert (await row_table.find_rows(db, ACCOUNT, "b1", limit=1))[0].join_link == THERE.join_link
        await row_table.delete_rows(db, ACCOUNT, "b1")
        assert await row_table.find_rows(db, ACCOUNT, "b1") == []
        assert [len(await row_table.find_rows(db, other, "b1")) for other in OTHER_ACCOUNTS] == [2, 2, 2]


async def test_passed_on_links_and_names_are_deleted(store: Store) -> None:
    """Names and addresses of a list are kept for its file of results, and links behind our own pages after it."""
    _, joan = await waiting(store, batch_id="b1")
    async with store.write() as db:
        await request_table.save_result(db, joan, RequestState.REGISTERED, NOW, registrant=THERE, keep_links=True)
        (registered,) = await row_table.find_rows(db, ACCOUNT, "b1", RequestState.REGISTERED)
        assert registered.details == joan.details
        await row_table.delete_personal_data(db, ACCOUNT, "b1")
        (registered,) = await row_table.find_rows(db, ACCOUNT, "b1", RequestState.REGISTERED)
    assert (registered.join_link, registered.details) == (SecretStr(""), None)


async def test_old_requests_are_deleted(store: Store) -> None:
    """Except those of webinars to come, which may still be canceled."""
    async with store.write() as db:
        await webinar_table.save(db, webinar(session_id="s1", start=START))
        await request_table.add(db, ACCOUNT, "s1", [(1, IRIS, "k1")], batch_id="", now=NOW)
        await request_table.add(db, ACCOUNT, "s0", [(1, IRIS, "k0")], batch_id="", now=NOW)
        await request_table.delete_before(db, ACCOUNT, NOW + timedelta(days=1))
        assert await request_table.find_by_page_key(db, "k0") is None
        assert await request_table.find_by_page_key(db, "k1")
        await request_table.delete_before(db, ACCOUNT, START + timedelta(days=1))
        assert await request_table.find_by_page_key(db, "k1") is None


async def test_a_batch_has_one_worker(store: Store) -> None:
    """Claimed, renewed, taken over after expiry; the earlier worker loses its lease."""
    async with store.write() as db:
        await batch_table.add(db, batch())
        assert await batch_table.LEASES.claim(db, ACCOUNT, "me", NOW, SOON) == batch()
        assert await batch_table.LEASES.claim(db, ACCOUNT, "you", NOW, LATER) is None
        await batch_table.LEASES.renew(db, [batch()], "me", SOON + timedelta(seconds=5))
        assert await batch_table.LEASES.claim(db, ACCOUNT, "you", SOON + timedelta(seconds=1), LATER) is None
        assert await batch_table.LEASES.is_owned(db, batch(), "me", *batch_table.is_unchanged(batch()))
        after = SOON + timedelta(seconds=6)
        assert await batch_table.LEASES.claim(db, ACCOUNT, "you", after, LATER) == batch()
        assert not await batch_table.LEASES.is_owned(db, batch(), "me", *batch_table.is_unchanged(batch()))
        await batch_table.LEASES.renew(db, [batch()], "me", None)
        assert await batch_table.LEASES.claim(db, ACCOUNT, "they", after, LATER) is None
        await batch_table.LEASES.renew(db, [batch()], "you", None)
        assert await batch_table.LEASES.claim(db, ACCOUNT, "they", after, LATER) == batch()
        await batch_table.LEASES.release_all(db)
        assert await batch_table.LEASES.claim(db, ACCOUNT, "me", NOW, LATER) == batch()


async def test_a_stopped_batch_stays_leased_until_its_worker_releases_it(store: Store) -> None:
    """The worker notices the change, and no other worker claims the batch before."""
    async with store.write() as db:
        await batch_table.add(db, batch(state=BatchState.DRAFT))
        assert await batch_table.LEASES.claim(db, ACCOUNT, "me", NOW, LATER) is None
        assert await batch_table.change(db, batch(), frm=BatchState.DRAFT)
        assert not await batch_table.change(db, batch(), frm=BatchState.DRAFT)
        await batch_table.LEASES.claim(db, ACCOUNT, "me", NOW, LATER)
        await batch_table.save_message(db, batch(), "D1", "1.2")
        stopped = batch(state=BatchState.STOPPED, problem="It is closed.", ended_at=SOON)
        assert await batch_table.change(db, stopped, frm=BatchState.RUNNING)
        assert not await batch_table.LEASES.is_owned(db, batch(), "me", *batch_table.is_unchanged(batch()))
        found = await batch_table.find(db, ACCOUNT, "b1")
        assert found == stopped.model_copy(update={"dm_channel_id": "D1", "dm_ts": "1.2"})
        assert await batch_table.find_older(db, ACCOUNT, BatchState.STOPPED, SOON) == []
        assert await batch_table.find_older(db, ACCOUNT, BatchState.STOPPED, LATER) == [found]
        assert await batch_table.find_older(db, ACCOUNT, BatchState.DRAFT, LATER) == []
        undoing = batch(state=BatchState.UNDOING)
        assert await batch_table.change(db, undoing, frm=BatchState.STOPPED)
        assert await batch_table.LEASES.claim(db, ACCOUNT, "you", NOW, LATER) is None
        await batch_table.LEASES.renew(db, [batch()], "me", None)
        assert (await batch_table.LEASES.claim(db, ACCOUNT, "you", NOW, LATER)) == undoing.model_copy(
            update={"dm_channel_id": "D1", "dm_ts": "1.2"}
        )
        assert not await batch_table.delete_batch(db, stopped)  # it has moved on
        assert await batch_table.delete_batch(db, undoing)
        assert await batch_table.find(db, ACCOUNT, "b1") is None


async def test_finished_rows_are_saved_with_the_person_who_was_read(store: Store) -> None:
    """They need no call; the state of each row is saved in its place."""
    person = RegistrantDetails(first_name="Iris", last_name="", email="iris@acme.example")
    async with store.write() as db:
        lines = [(3, RequestState.ALREADY_REGISTERED, "", person), (5, RequestState.REFUSED, "repeated", person)]
        await row_table.add_finished(db, ACCOUNT, "s1", lines, batch_id="b1", now=NOW)
        three, five = await row_table.find_rows(db, ACCOUNT, "b1")
        assert (three.number, three.state, three.details) == (3, RequestState.ALREADY_REGISTERED, person)
        assert (five.number, five.problem) == (5, "repeated")
        assert await row_table.count_repeated(db, ACCOUNT, "b1") == 1
        assert await row_table.find_rows(db, ACCOUNT, "b1", after=three.id, limit=5) == [five]


async def test_a_repeated_request_keeps_the_time_of_the_first_call(store: Store) -> None:
    """It may have succeeded since; after a definite result the time is updated."""
    iris, joan = await waiting(store)
    async with store.write() as db:
        for one in (iris, joan):
            await request_table.mark_registering(db, one, SOON)
        await request_table.mark_waiting(db, iris, "unclear")
        await request_table.mark_waiting(db, joan)
        for one in await row_table.find_rows(db, ACCOUNT, "", RequestState.WAITING):
            await request_table.mark_registering(db, one, LATER)
        asked = await row_table.find_rows(db, ACCOUNT, "", RequestState.REGISTERING)
    assert [one.changed_at for one in asked] == [SOON, LATER]


async def test_batches_of_two_accounts_are_separate(store: Store) -> None:
    """The same id in another account is another batch, and is not claimed."""
    async with store.write() as db:
        for account in (*OTHER_ACCOUNTS, ACCOUNT):
            await batch_table.add(db, batch(account))
        assert await batch_table.LEASES.claim(db, ACCOUNT, "me", NOW, LATER) == batch()
        assert await batch_table.LEASES.claim(db, ACCOUNT, "me", NOW, LATER) is None
        await batch_table.change(db, batch(state=BatchState.STOPPED), frm=BatchState.RUNNING)
        await batch_table.delete_batch(db, batch())
        assert [await batch_table.find(db, other, "b1") for other in OTHER_ACCOUNTS] == [
            batch(other) for other in OTHER_ACCOUNTS
        ]
