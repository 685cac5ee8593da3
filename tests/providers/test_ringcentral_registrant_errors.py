"""Errors of requests about registrants at RingCentral, and their unknown outcomes."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.errors import (
    AnswersRequired,
    OutcomeUnknown,
    ProviderBusy,
    ProviderConflict,
    ProviderDown,
    ProviderError,
    ProviderForbidden,
    ProviderGone,
    ProviderRefused,
    RegistrationClosed,
)
from bot.providers.base import UPKEEP, RegistrationChange
from bot.providers.ringcentral import people_errors
from bot.providers.ringcentral.errors import STATE
from tests.support.ringcentral import PERSON, START, Pair, fixed_response, ringcentral_pair
from tests.support.ringcentral_registrants import OLGA, WHOLE, create_session, path
from tests.support.rows import each_row


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets, whose registration service has no delay."""
    async with ringcentral_pair() as both:
        both.vendor.rules.registration_delay = 0
        yield both


def refusal_body(code: str, parameter: str = "") -> str:
    """An answer that names a parameter, in a message that must never be repeated."""
    blame = {"parameterName": parameter, "parameterValue": "olga@example.com"} if parameter else {}
    return json.dumps({"errors": [{"errorCode": code, "message": "no olga@example.com", **blame}]})


async def test_the_same_address_twice_is_a_conflict(pair: Pair) -> None:
    """In any case; the first registrant stays."""
    client = pair.client()
    session_id = await create_session(pair, client)
    await client.register(session_id, OLGA, PERSON)

    with pytest.raises(ProviderConflict) as conflict:
        await client.register(session_id, OLGA.model_copy(update={"email": "OLGA@example.com"}), PERSON)

    assert conflict.value.sentence == people_errors.REGISTERED
    assert (len(pair.vendor.registrants(session_id)), pair.asked("POST", path(session_id))) == (1, [201, 409])


async def test_closed_full_and_ended_registrations_are_refused(pair: Pair) -> None:
    """With one error, because the answer does not distinguish them."""
    client = pair.client()
    session_id = await create_session(pair, client)
    await client.change_registration(session_id, RegistrationChange(is_open=False), PERSON)
    with pytest.raises(RegistrationClosed) as closed:
        await client.register(session_id, OLGA, PERSON)
    await client.change_registration(session_id, RegistrationChange(is_open=True, limit=1), PERSON)
    olga = await client.register(session_id, OLGA, PERSON)
    with pytest.raises(RegistrationClosed):
        await client.register(session_id, WHOLE, PERSON)
    pair.vendor.begin(session_id)
    pair.vendor.finish(session_id)
    with pytest.raises(RegistrationClosed):
        await client.register(session_id, WHOLE, PERSON)

    assert (closed.value.sentence, closed.value.status) == (people_errors.CLOSED, 403)
    # Registrants of an ended webinar cannot be removed either.
    with pytest.raises(ProviderRefused, match="may have started or ended"):
        await client.remove_registrant(session_id, olga.registrant_id, PERSON)


@each_row(
    ("status", "body", "kind", "sentence"),
    [
        (403, refusal_body("CMN-101", "registrationStatus"), RegistrationClosed, people_errors.CLOSED),
        (403, refusal_body("WLA-9"), RegistrationClosed, people_errors.CLOSED),
        (403, "", RegistrationClosed, people_errors.CLOSED),
        (403, refusal_body("CMN-408"), ProviderForbidden, "lacks the permission Webinar Settings"),
        (403, refusal_body("CMN-401"), ProviderForbidden, "lacks the permission Edit Webinars"),
        (403, refusal_body("CMN-109"), ProviderForbidden, "not part of the RingCentral plan"),
        (400, refusal_body("CMN-101", "questionnaire"), AnswersRequired, people_errors.ANSWERS),
        (400, refusal_body("CMN-101", "questionnaire[0].questionId"), AnswersRequired, people_errors.ANSWERS),
        (400, refusal_body("WLA-7", "questionnaire[2]"), AnswersRequired, people_errors.ANSWERS),
        (400, refusal_body("CMN-101", "email"), ProviderRefused, people_errors.ADDRESS),
        (403, refusal_body("WLA-8", "settings.workEmailRequired"), ProviderRefused, people_errors.ADDRESS),
        (400, refusal_body("CMN-101", "firstName"), ProviderRefused, "doesn't accept the first name"),
        (400, refusal_body("CMN-101", "externalId"), ProviderRefused, "doesn't accept the external id"),
        (400, refusal_body("CMN-406", "email"), ProviderConflict, people_errors.REGISTERED),
        (409, "", ProviderConflict, people_errors.REGISTERED),
        (404, refusal_body("CMN-102", "sessionId"), ProviderGone, "doesn't have this webinar"),
    ],
)
async def test_a_refused_registration_has_its_reason(
    status: int, body: str, kind: type[ProviderError], sentence: str
) -> None:
    """By parameter and code, never in the vendor's words; sent once."""
    async with fixed_response(status, body) as (client, requests):
        with pytest.raises(ProviderError) as refusal:
            await client.register("5", OLGA, PERSON)

        assert len(requests) == 1
    assert type(refusal.value) is kind
    assert sentence in refusal.value.sentence
    assert (refusal.value.status, "olga" in repr(refusal.value).lower()) == (status, False)


async def test_a_refused_read_is_not_a_closed_registration() -> None:
    """The same answer means "closed" only for a new registration."""
    async with fixed_response(403, "") as (client, _):
        with pytest.raises(ProviderForbidden) as refusal:
            await client.registrant("5", "7", PERSON)

    assert refusal.value.sentence == STATE


async def test_required_questions_lead_to_ringcentrals_page(pair: Pair) -> None:
    """No operation lists the questions of a registration form."""
    pair.vendor.rules.required_questions = 2
    client = pair.client()
    session_id = await create_session(pair, client)

    with pytest.raises(AnswersRequired, match="only on RingCentral's registration page"):
        await client.register(session_id, OLGA, PERSON)


async def test_a_private_address_can_be_refused(pair: Pair) -> None:
    """Whatever RingCentral's code for it."""
    pair.vendor.rules.work_email_code = "WLA-4711"
    client = pair.client()
    webinar_id = pair.vendor.create("Launch day", START, settings={"registrationEnabled": True})
    pair.vendor.edit(webinar_id, registration={"settings": {"workEmailRequired": True}})
    [session] = await client.sessions(START, UPKEEP)

    with pytest.raises(ProviderRefused, match="may take work addresses only") as refusal:
        await client.register(session.session_id, OLGA.model_copy(update={"email": "olga@gmail.com"}), PERSON)

    assert (refusal.value.code, refusal.value.parameter) == ("WLA-4711", "email")
    assert (await client.register(session.session_id, OLGA, PERSON)).email == "olga@example.com"


async def test_a_missing_registrant(pair: Pair) -> None:
    """`ProviderGone` for a read, no error for a removal, and not the error for a missing webinar."""
    client = pair.client()
    session_id = await create_session(pair, client)

    with pytest.raises(ProviderGone) as gone:
        await client.registrant(session_id, "4711", PERSON)
    await client.remove_registrant(session_id, "4711", PERSON)
    with pytest.raises(ProviderGone, match="doesn't have this webinar"):
        await client.registrants("1", PERSON)

    assert gone.value.sentence == people_errors.NOT_REGISTERED
    assert pair.asked("DELETE", path(session_id, "4711")) == [404]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "effect": True},
        {"status": 503},
        {"status": None, "effect": True, "hang": 30},
        {"cut": True, "effect": True},
        {"cut": True},
    ],
)
async def test_a_registration_without_an_answer_is_never_sent_again(pair: Pair, fault: dict[str, Any]) -> None:
    """It may have happened: one call, no pause, and the list shows whether it did."""
    client = pair.client(timeout=0.3)
    session_id = await create_session(pair, client)
    pair.vendor.fail("POST", "/registrants$", **fault)
    pair.pauses.clear()  # a slow machine may have repeated a read above

    with pytest.raises(OutcomeUnknown, match="may or may not be done"):
        await client.register(session_id, OLGA, PERSON)

    assert (len(pair.asked("POST", path(session_id))), pair.pauses) == (1, [])
    listed = await client.registrants(session_id, PERSON)
    assert [one.address for one in listed] == ([OLGA.address] if fault.get("effect") else [])


async def test_an_invalid_success_is_an_unknown_outcome() -> None:
    """Without an id the registrant could not be found again."""
    async with fixed_response(201, '{"email": "olga@example.com"}') as (client, requests):
        with pytest.raises(OutcomeUnknown):
            await client.register("5", OLGA, PERSON)

        assert len(requests) == 1


async def test_an_unsent_registration_changed_nothing(pair: Pair) -> None:
    """A refusal_body connection, or a wait that exceeds the patience."""
    client = pair.client()
    session_id = await create_session(pair, client)
    pair.vendor.fail("POST", "/registrants$", status=429, retry_after=600)
    with pytest.raises(ProviderBusy, match="nothing was changed"):
        await client.register(session_id, OLGA, PERSON)
    assert pair.vendor.registrants(session_id) == []
    fresh = pair.client()
    await fresh.service_user(PERSON)
    await pair.vendor.stop()
    with pytest.raises(ProviderDown):
        await fresh.registrants(session_id, PERSON)  # detects that the pooled connection is closed

    with pytest.raises(ProviderDown, match="nothing was changed"):
        await fresh.register(session_id, OLGA, PERSON)


async def test_a_removal_without_an_answer_is_repeated(pair: Pair) -> None:
    """The second try finds no registrant, which is a success."""
    client = pair.client(timeout=0.3)
    session_id = await create_session(pair, client)
    [registrant_id] = pair.vendor.register(session_id)
    pair.vendor.fail("DELETE", "/registrants/", cut=True, effect=True)

    await client.remove_registrant(session_id, registrant_id, PERSON)

    assert (pair.asked("DELETE", path(session_id, registrant_id))[-1], pair.pauses) == (404, [2.0])
    pair.vendor.fail("DELETE", "/registrants/", status=503, times=9)
    with pytest.raises(OutcomeUnknown):
        await client.remove_registrant(session_id, registrant_id, PERSON)


async def test_no_registrant_is_logged_or_named_in_an_error(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG, with every kind of failure: no name, address or link appears."""
    caplog.set_level(logging.DEBUG)
    client, shown = pair.client(timeout=0.3), []
    session_id = await create_session(pair, client)
    made = await client.register(session_id, WHOLE, PERSON)
    listed = await client.registrants(session_id, PERSON)
    for fault in ({"status": 500}, {"status": 400}, {"status": 403}, {"status": 409}, {"cut": True}, {"hang": 30}):
        pair.vendor.fail("POST", "/registrants$", **fault)
        with pytest.raises(ProviderError) as failure:
            await client.register(session_id, OLGA, PERSON)
        shown.append(repr(failure.getrepr(showlocals=False, chain=True)) + repr(failure.value) + str(failure.value))
    for body in ("[]", '{"records": [{"id": {"olga": "olga@example.com"}}]}'):
        async with fixed_response(200, body) as (other, _):
            with pytest.raises(ProviderDown):
                await other.registrants(session_id, PERSON)

    text = "\n".join(
        [*shown, *(str(record.__dict__) for record in caplog.records), repr(made), repr(listed), repr(WHOLE)]
    )
    private = ["Olga", "Quennell", "Muster", "max@example.com", "oid=", "/w/a/join/", "/w/a/cancel/", "/join/abc"]
    assert [word for word in private if word in text] == []
