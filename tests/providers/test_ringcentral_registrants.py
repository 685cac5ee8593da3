"""Registrants at RingCentral: register, read and remove them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.model.registrant import Registrant
from tests.support.ringcentral import PERSON, Pair, fixed_response, ringcentral_pair
from tests.support.ringcentral_registrants import OLGA, WHOLE, create_session, path


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets, whose registration service has no delay."""
    async with ringcentral_pair() as both:
        both.vendor.rules.registration_delay = 0
        yield both


async def test_a_person_is_registered_read_and_removed(pair: Pair) -> None:
    """One call each; the address in lower case, personal links, and a sequence in the registration's answer only."""
    client = pair.client()
    session_id = await create_session(pair, client)

    olga = await client.register(session_id, OLGA, PERSON)
    listed = await client.registrants(session_id, PERSON)
    read = await client.registrant(session_id, olga.registrant_id, PERSON)

    assert (olga.first_name, olga.last_name, olga.email) == ("Olga", "Quennell", "olga@example.com")
    assert (olga.sequence, olga.is_after_event, olga.has_attended) == (0, False, False)
    assert olga.join_link.get_secret_value().startswith(f"{pair.vendor.url}/w/a/join/")
    assert olga.cancel_link.get_secret_value().startswith(f"{pair.vendor.url}/w/a/cancel/")
    assert olga.registered_at is not None
    assert listed == [read] == [olga.model_copy(update={"sequence": None})]
    await client.remove_registrant(session_id, olga.registrant_id, PERSON)
    assert await client.registrants(session_id, PERSON) == []
    assert (pair.asked("POST", path(session_id)), pair.asked("DELETE", path(session_id, olga.registrant_id))) == (
        [201],
        [204],
    )


@pytest.mark.parametrize("kept", [True, False])
async def test_all_details_are_sent(pair: Pair, kept: bool) -> None:
    """External id and source are returned; our own pages only if RingCentral accepts them."""
    pair.vendor.rules.keep_own_links = kept
    client = pair.client()
    session_id = await create_session(pair, client)

    made = await client.register(session_id, WHOLE, PERSON)

    assert (made.external_id, made.source) == (WHOLE.external_id, WHOLE.source)
    assert (made.join_link == WHOLE.join_page, made.cancel_link == WHOLE.cancel_page) == (kept, kept)


async def test_request_body_matches_the_reference() -> None:
    """The three required fields, and the others only if they have a value."""
    answer = json.dumps({"id": 7, "firstName": "Olga", "lastName": "Q", "email": "olga@example.com"})
    async with fixed_response(201, answer) as (client, requests):
        for details in (OLGA, WHOLE):
            await client.register("5", details, PERSON)

        assert [(one.method, one.path) for one in requests] == [("POST", path("5"))] * 2
        bodies = [await one.json() for one in requests]
    assert bodies == [
        {"firstName": "Olga", "lastName": "Quennell", "email": "olga@example.com"},
        {
            "firstName": "Max",
            "lastName": "Muster",
            "email": "max@example.com",
            "externalId": "lid=123&oid=4%4056",
            "source": "C024BE7LR",
            "joinUri": "https://events.acme.example/join/abc",
            "cancellationUri": "https://events.acme.example/cancel/abc",
        },
    ]


async def test_a_registrant_is_parsed_tolerantly() -> None:
    """Numbers as ids, the registration time before the creation time, missing fields."""
    whole = {
        "id": 7,
        "email": "max@example.com",
        "externalId": 4711,
        "creationTime": "2026-03-02T12:00:05Z",
        "registrationTime": "2026-03-02T12:00:00Z",
        "registeredPostWebinar": True,
        "participantId": "99",
        "joinUri": None,
        "mood": "new in this version",
    }
    records = [whole, {"id": "8", "creationTime": "2026-03-02T12:00:05Z"}]
    async with fixed_response(200, json.dumps({"records": records})) as (client, requests):
        first, second = await client.registrants("5", PERSON)

        assert [dict(request.query) for request in requests] == [{"perPage": "1000"}]
    assert first == Registrant(
        registrant_id="7",
        email="max@example.com",
        external_id="4711",
        registered_at=datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
        is_after_event=True,
        participant_id="99",
    )
    assert (first.has_attended, second.registered_at) == (True, datetime(2026, 3, 2, 12, 0, 5, tzinfo=UTC))


async def test_a_long_list_is_read_to_its_end(pair: Pair) -> None:
    """A thousand per page, in the order of ids."""
    client = pair.client()
    session_id = await create_session(pair, client)
    ids = pair.vendor.register(session_id, 2001)

    listed = await client.registrants(session_id, PERSON)

    assert [one.registrant_id for one in listed] == ids
    assert pair.asked("GET", path(session_id)) == [200] * 3
