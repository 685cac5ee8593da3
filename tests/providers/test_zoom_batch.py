"""Up to 30 people of a meeting or webinar at Zoom with one call, with the outcome of each, on a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.clock import monotonic
from bot.errors import (
    AttemptsUsed,
    BatchRefused,
    ProviderError,
    RegistrationClosed,
    RegistrationFull,
)
from bot.model.registrant import MAX_BATCH, Decision, Registrant, RegistrantDetails, RegistrantStatus
from bot.providers.base import BULK
from bot.providers.keyed_gate import KeyedGate
from bot.providers.queued_gate import LocalRows
from bot.providers.zoom.limits import ZoomLimits
from tests.support.keyed_gate import digest
from tests.support.zoom_client import PERSON, ZoomPair, zoom_pair

DAILY = "You have exceeded the daily rate limit (3) of Add registrant API requests permitted for this registrant."
BATCH, LISTS = r"/batch_registrants$", r"/registrants$"


@pytest.fixture
async def pair() -> AsyncIterator[ZoomPair]:
    """A client and a stand-in."""
    async with zoom_pair() as both:
        yield both


def people(count: int, first: int = 0, **more: Any) -> list[RegistrantDetails]:
    """That many people."""
    numbers = range(first, first + count)
    return [
        RegistrantDetails(first_name=f"P{number}", last_name="Doe", email=f"P{number}@Outside.example", **more)
        for number in numbers
    ]


def gate(pair: ZoomPair) -> KeyedGate:
    """The gate as in the bot."""
    today = pair.sandbox.zoom.clock.now
    return KeyedGate(LocalRows(monotonic), ZoomLimits(), digest=digest, today=today)


def kinds(outcomes: list[Registrant | ProviderError]) -> list[str]:
    """The class of each outcome."""
    return [type(one).__name__ for one in outcomes]


@pytest.mark.parametrize("kind", ["meeting", "webinar"])
async def test_thirty_people_with_one_call(pair: ZoomPair, kind: Any) -> None:
    """Each gets an id and a link; the lists of all statuses are read once for several batches."""
    client, session_id = pair.client(), f"zoom-{pair.event(kind)}"
    everyone = people(2 * MAX_BATCH)

    first = await client.register_many(session_id, everyone[:MAX_BATCH], BULK)
    second = await client.register_many(session_id, everyone[MAX_BATCH:], BULK)

    made = [one for one in (*first, *second) if isinstance(one, Registrant)]
    listed = {one.address: one for one in await client.registrants(session_id, PERSON)}
    assert [one.address for one in made] == [one.address for one in everyone]
    assert all(listed[one.address].registrant_id == one.registrant_id for one in made)
    assert all(one.join_link.get_secret_value() for one in made)
    assert {one.status for one in made} == {RegistrantStatus.APPROVED}
    assert pair.asked("POST", BATCH) == [201, 201]
    assert len(pair.asked("GET", LISTS)) == 3 + 1


async def test_people_who_are_listed_in_any_status_are_left_out(pair: ZoomPair) -> None:
    """Waiting, denied or approved; and data that Zoom would not accept, so that it does not refuse all of them."""
    client, event_id = pair.client(), pair.event(settings={"approval_type": 1})
    waiting, denied, new = people(3)
    for one in (waiting, denied):
        await client.register(f"zoom-{event_id}", one, PERSON)
    listed = pair.sandbox.state.events[int(event_id)].registrants.values()
    next(one for one in listed if one.fields.email == denied.address).status = "denied"
    bad = RegistrantDetails(first_name="N" * 65, last_name="", email="long@outside.example")

    outcomes = await client.register_many(f"zoom-{event_id}", [waiting, denied, bad, new], BULK)
    approved = await client.register_many(f"zoom-{event_id}", people(1, 9, is_approved=True), BULK)

    assert kinds(outcomes) == ["ProviderConflict", "ProviderConflict", "ProviderRefused", "Registrant"]
    assert isinstance(outcomes[-1], Registrant)
    assert outcomes[-1].status is RegistrantStatus.PENDING
    assert isinstance(approved[0], Registrant)
    assert approved[0].status is RegistrantStatus.APPROVED
    assert pair.asked("POST", BATCH) == [201, 201]


@pytest.mark.parametrize(("confirms", "notifies"), [(True, True), (False, True), (True, False)])
async def test_a_batch_sends_mail_as_the_meeting_is_set(pair: ZoomPair, confirms: bool, notifies: bool) -> None:
    """A batch of a meeting says itself whether people get a mail: Zoom would send none without it."""
    settings = {"registrants_confirmation_email": confirms, "registrants_email_notification": notifies}
    client, event_id = pair.client(), pair.event(settings=settings)

    await client.register_many(f"zoom-{event_id}", people(1), BULK)

    mails = [mail for mail in pair.sandbox.state.mails if "p0@outside.example" in repr(mail)]
    assert len(mails) == (confirms and notifies)


async def test_refusals_of_a_batch(pair: ZoomPair) -> None:
    """Several dates: one at a time, without a call. Registration off, an event that is over and a full one: closed."""
    client = pair.client()
    weekly = f"zoom-{pair.weekly()}"
    converted, off, over, full = (pair.event() for _ in range(4))
    events = pair.sandbox.state.events
    await client.register_many(f"zoom-{converted}", people(1), BULK)
    pair.sandbox.fault("POST", BATCH, status=400, code=303)
    events[int(off)].fields.settings.approval_type = 2
    pair.sandbox.zoom.begin(int(over))
    pair.sandbox.zoom.finish(int(over))

    with pytest.raises(BatchRefused, match="single date"):
        await client.register_many(weekly, people(2), BULK)
    with pytest.raises(BatchRefused):
        await client.register_many(f"zoom-{converted}", people(2, 5), BULK)
    with pytest.raises(RegistrationClosed):
        await client.register_many(f"zoom-{off}", people(2), BULK)
    with pytest.raises(RegistrationClosed):
        await client.register_many(f"zoom-{over}", people(2), BULK)
    pair.sandbox.state.rules.capacity = 1
    with pytest.raises(RegistrationFull):
        await client.register_many(f"zoom-{full}", people(2), BULK)


async def test_after_no_clear_answer_the_lists_are_read_again(pair: ZoomPair) -> None:
    """The call is not repeated; the next one finds those who were registered by it."""
    client, session_id = pair.client(), f"zoom-{pair.event()}"
    pair.sandbox.fault("POST", BATCH, status=502, effect=True)

    first = await client.register_many(session_id, people(3), BULK)
    again = await client.register_many(session_id, people(4), BULK)

    assert kinds(first) == ["OutcomeUnknown"] * 3
    assert kinds(again) == ["ProviderConflict"] * 3 + ["Registrant"]
    assert len(pair.asked("POST", BATCH)) == 2


async def test_calls_about_people_count_for_their_limits(pair: ZoomPair) -> None:
    """An add for the address, a batch for all of them, a decision for each registrant, a removal for the host."""
    client, session_id = pair.client(), f"zoom-{pair.event(settings={'approval_type': 1})}"
    one, *rest = people(3)

    made = await client.register(session_id, one, PERSON)
    await client.register_many(session_id, rest, BULK)
    await client.decide(session_id, [made.registrant_id], Decision.APPROVE, PERSON)
    await client.remove_registrant(session_id, made.registrant_id, PERSON)

    named = [(key.name, key.subject) for keys in pair.gate.keys for key in keys if key.subject]
    assert named[:3] == [("address", each.address) for each in (one, *rest)]
    assert named[3] == ("registrant", made.registrant_id)
    assert [name for name, _ in named[4:]] == ["deletes"]


async def test_addresses_whose_day_is_used_up_are_left_out_and_the_rest_goes_on(pair: ZoomPair) -> None:
    """Known before the call, with the time of the next attempt; and if Zoom itself refuses the call."""
    own = gate(pair)
    client = pair.client(gate=own)
    used, fresh = people(2)
    for _ in range(3):
        made = await client.register(f"zoom-{pair.event()}", used, PERSON)
    session_id = f"zoom-{pair.event()}"

    outcomes = await client.register_many(session_id, [used, fresh], BULK)
    pair.sandbox.fault("POST", BATCH, status=429, bare=True, message=DAILY)
    refused = await client.register_many(session_id, people(2, 5), BULK)

    assert made.registrant_id
    assert kinds(outcomes) == ["AttemptsUsed", "Registrant"]
    assert "three times a day" in str(outcomes[0])
    assert isinstance(outcomes[0], AttemptsUsed)
    assert kinds(refused) == ["AttemptsUsed"] * 2
    assert pair.asked("POST", BATCH) == [201, 429]
    await client.close()
