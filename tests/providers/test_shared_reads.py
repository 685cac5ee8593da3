"""Identical reads at the same time are one call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import ProviderBusy, ProviderDown, ProviderError
from bot.providers.base import UPKEEP, Caller, Lane
from bot.providers.ringcentral.people_api import REGISTRANTS
from bot.providers.shared_reads import SharedReads
from sandbox.ringcentral import Rules
from tests.support.gate import NOON
from tests.support.ringcentral import PERSON, START, WEBINARS, Pair, ringcentral_pair, webinar_form

MANAGER = Caller(Lane.MANAGE)


@dataclass
class Call:
    """A call of a caller: the test lets it pass the gate, and answers it."""

    caller: Caller
    turn: asyncio.Event = field(default_factory=asyncio.Event)
    answer: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    is_canceled: bool = False

    async def make(self) -> str:
        try:
            await self.turn.wait()
            await self.caller.before_sending()
            return await self.answer
        except asyncio.CancelledError:
            self.is_canceled = True
            raise


class Vendor:
    """Records the calls that wait and are sent."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.reads = SharedReads()

    def read(self, caller: Caller = PERSON, key: str = "s1") -> asyncio.Task[str]:
        return asyncio.ensure_future(self.reads.read(key, caller, self._send))

    async def _send(self, caller: Caller) -> str:
        call = Call(caller)
        self.calls.append(call)
        return await call.make()

    async def sent(self, number: int = 0) -> Call:
        """Let a call pass the gate."""
        await settle()
        self.calls[number].turn.set()
        await settle()
        return self.calls[number]


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets."""
    async with ringcentral_pair() as both:
        yield both


async def test_two_refreshes_at_the_same_time_are_one_call(pair: Pair) -> None:
    """And two lists of registrants; other ids and later reads are calls of their own."""
    client, first, second = pair.client(), pair.vendor.create("One", START), pair.vendor.create("Two", START)

    await asyncio.gather(*(client.webinar(webinar_id, PERSON) for webinar_id in (first, second) * 5))
    await client.webinar(first, PERSON)

    assert pair.asked("GET", f"{WEBINARS}/{first}") == [200, 200]
    assert pair.asked("GET", f"{WEBINARS}/{second}") == [200]


async def test_the_list_of_registrants_and_its_csv_at_the_same_time_are_one_call(pair: Pair) -> None:
    """Both get all registrants."""
    client = pair.client()
    webinar = await client.create_webinar(webinar_form(), None, PERSON)
    pair.vendor.rules.registration_delay = 0
    session_id = (await client.create_session(webinar.webinar_id, webinar_form(), PERSON)).session_id
    path = REGISTRANTS.format(session_id=session_id)

    first, second = await asyncio.gather(*(client.registrants(session_id, PERSON) for _ in range(2)))

    assert first == second == []
    assert pair.asked("GET", path) == [200]


async def test_those_who_wait_for_the_same_read_take_one_slot() -> None:
    """Ten people press Refresh with one slot left; the next call still goes in the same window."""
    async with ringcentral_pair(Rules(window=2, penalty=2, budgets={"Heavy": 3, "Light": 99, "Auth": 9})) as pair:
        client = pair.client()
        webinar_id, other = pair.vendor.create("Launch day", START), pair.vendor.create("Other", START)
        for _ in range(3):
            await client.webinar(webinar_id, PERSON)
        people = (replace(PERSON, who=f"U{number}") for number in range(10))

        await asyncio.gather(*(client.webinar(webinar_id, person) for person in people), client.webinar(other, PERSON))

        assert pair.asked("GET", f"{WEBINARS}/{webinar_id}") == [200] * 4
        assert pair.asked("GET", f"{WEBINARS}/{other}") == [200]
        assert pair.vendor.calls[-1].at - pair.vendor.calls[-2].at < timedelta(seconds=1)
        assert pair.vendor.throttled == 0


async def test_a_read_that_fails_fails_for_all(pair: Pair) -> None:
    """With the same error."""
    pair.vendor.fail("GET", "/webinars/", status=404, times=1)
    client, webinar_id = pair.client(), pair.vendor.create("Launch day", START)

    ended = await asyncio.gather(*(client.webinar(webinar_id, PERSON) for _ in range(3)), return_exceptions=True)

    assert [type(error) for error in ended] == [type(ended[0])] * 3
    assert isinstance(ended[0], ProviderError)
    assert pair.asked("GET", f"{WEBINARS}/{webinar_id}") == [404]


async def test_changes_are_never_shared(pair: Pair) -> None:
    """Two equal forms are two webinars."""
    client = pair.client()

    await asyncio.gather(*(client.create_webinar(webinar_form(), None, PERSON) for _ in range(2)))

    assert pair.titles() == ["Launch day"] * 2


async def test_the_first_to_pass_the_gate_sends_for_all() -> None:
    """The more important one, who came later; the other leaves the queue."""
    vendor = Vendor()
    upkeep, manager = vendor.read(UPKEEP), vendor.read(MANAGER)

    (await vendor.sent(1)).answer.set_result("three")

    assert [await upkeep, await manager] == ["three", "three"]
    assert vendor.calls[0].is_canceled


async def test_a_read_in_flight_is_joined() -> None:
    """Without a place at the gate."""
    vendor = Vendor()
    first = vendor.read()
    call = await vendor.sent()
    second = vendor.read()
    await settle()
    call.answer.set_result("three")

    assert [await first, await second] == ["three", "three"]
    assert len(vendor.calls) == 1


async def test_a_user_does_not_wait_for_a_read_of_the_background() -> None:
    """It may be slow, and older than their click; background reads share what was sent for a user."""
    vendor = Vendor()
    sweep = vendor.read(UPKEEP)
    slow = await vendor.sent(0)
    user = vendor.read()
    (await vendor.sent(1)).answer.set_result("new")
    assert await user == "new"
    slow.answer.set_result("old")
    assert await sweep == "old"

    user = vendor.read()
    call = await vendor.sent(2)
    sweep = vendor.read(UPKEEP)
    await settle()
    call.answer.set_result("newer")
    assert [await user, await sweep] == ["newer", "newer"]


@pytest.mark.parametrize("is_sent", [False, True])
async def test_a_canceled_caller_does_not_cancel_the_others(is_sent: bool) -> None:
    """Neither in the queue nor after sending, also if the read was sent for them."""
    vendor = Vendor()
    first, second = vendor.read(), vendor.read()
    if is_sent:
        await vendor.sent(0)
    else:
        await settle()
    first.cancel()
    call = await vendor.sent(0 if is_sent else 1)
    call.answer.set_result("three")

    assert await second == "three"
    assert first.cancelled()


async def test_a_read_that_nobody_waits_for_ends() -> None:
    """As if it were not shared."""
    vendor = Vendor()
    tasks = [vendor.read(), vendor.read()]
    call = await vendor.sent()
    for task in tasks:
        task.cancel()
    await settle()

    assert call.is_canceled
    assert all(task.cancelled() for task in tasks)


async def test_nobody_gets_an_answer_from_before_their_change() -> None:
    """A read after a change is a call of its own, although one is in flight; one that was not sent yet is joined."""
    vendor = Vendor()
    early = vendor.read()
    call = await vendor.sent(0)
    vendor.reads.after_change()
    late = vendor.read()
    await settle()
    vendor.reads.after_change()
    joined = vendor.read()
    call.answer.set_result("two")
    (await vendor.sent(1)).answer.set_result("three")

    assert [await early, await late, await joined] == ["two", "three", "three"]
    assert vendor.calls[2].is_canceled


async def test_the_patience_of_one_ends_only_their_wait() -> None:
    """Before sending and after it: the others send again."""
    vendor = Vendor()
    hasty, patient = vendor.read(), vendor.read()
    call = await vendor.sent(0)
    call.answer.set_exception(ProviderBusy("Busy.", ready_at=NOON))
    await settle()
    (await vendor.sent(2)).answer.set_result("three")

    with pytest.raises(ProviderBusy):
        await hasty
    assert await patient == "three"


async def test_a_call_that_may_not_be_sent_is_left_to_the_others() -> None:
    """What one caller does before sending fails only for this caller."""

    async def refuse() -> None:
        raise ProviderDown("Down.")

    vendor = Vendor()
    refused, other = vendor.read(replace(PERSON, before_sending=refuse)), vendor.read()
    await vendor.sent(0)
    (await vendor.sent(1)).answer.set_result("three")

    with pytest.raises(ProviderDown):
        await refused
    assert await other == "three"


async def test_a_read_that_waits_again_reports_to_all_and_lets_the_more_important_ones_go() -> None:
    """After a 429: callers of the same lane get the error; a manager makes a call of their own."""
    waits: list[tuple[str, float]] = []

    def named(lane: Lane, who: str) -> Caller:
        async def note(seconds: float) -> None:
            waits.append((who, seconds))

        return Caller(lane, on_wait=note)

    vendor = Vendor()
    upkeep, other = vendor.read(named(Lane.LOOK, "gia")), vendor.read(named(Lane.LOOK, "ben"))
    call = await vendor.sent(0)
    manager = vendor.read(named(Lane.MANAGE, "Ana"))
    await settle()
    await call.caller.report_wait(60.0)
    (await vendor.sent(2)).answer.set_result("early")

    assert await manager == "early"
    assert waits == [("gia", 60.0), ("ben", 60.0)]
    call.answer.set_result("late")
    assert [await upkeep, await other] == ["late", "late"]


async def test_each_caller_is_told_of_the_own_wait() -> None:
    """As long as nothing is sent, each waits for itself."""
    told: list[str] = []

    def named(who: str) -> Callable[[float], Any]:
        async def note(_: float) -> None:
            told.append(who)

        return note

    vendor = Vendor()
    tasks = [vendor.read(replace(PERSON, on_wait=named(who))) for who in ("ana", "ben")]
    await settle()
    for call in vendor.calls:
        await call.caller.report_wait(5.0)
    (await vendor.sent()).answer.set_result("three")
    await asyncio.gather(*tasks)

    assert told == ["ana", "ben"]
