"""Registrants at RingCentral: register, read and remove them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.errors import ProviderConflict, ProviderRefused
from bot.model.registrant import Decision, Registrant, RegistrantStatus
from bot.providers.ringcentral.custom_links import REMEMBERED, CustomLinks
from tests.support.ringcentral import PERSON, Pair, fixed_response, ringcentral_pair
from tests.support.ringcentral_registrants import OLGA, WHOLE, create_session, path

WITHOUT_LINK = (RegistrantStatus.PENDING, RegistrantStatus.DENIED)


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


async def test_everybody_is_approved_and_no_question_is_known(pair: Pair) -> None:
    """No call for a status that RingCentral lacks, and no decision."""
    client = pair.client()
    session_id = await create_session(pair, client)
    olga = await client.register(session_id, OLGA, PERSON)
    calls = len(pair.asked("GET", path(session_id)))

    waiting = [await client.registrants(session_id, PERSON, one) for one in WITHOUT_LINK]
    with pytest.raises(ProviderRefused, match="nobody to approve or deny"):
        await client.decide(session_id, [olga.registrant_id], Decision.APPROVE, PERSON)

    assert (olga.status, waiting, await client.questions(session_id, PERSON)) == (
        RegistrantStatus.APPROVED,
        [[], []],
        (),
    )
    assert len(pair.asked("GET", path(session_id))) == calls


@pytest.mark.parametrize("kept", [True, False])
async def test_all_details_are_sent(pair: Pair, kept: bool) -> None:
    """External id and source are returned; our own pages only if RingCentral accepts them."""
    pair.vendor.rules.keep_own_links = kept
    client = pair.client()
    session_id = await create_session(pair, client)

    made = await client.register(session_id, WHOLE, PERSON)

    assert (made.external_id, made.source) == (WHOLE.external_id, WHOLE.source)
    assert (made.join_link == WHOLE.join_page, made.cancel_link == WHOLE.cancel_page) == (kept, kept)


async def test_refused_links_are_left_out_once_and_reported(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    """The person is registered by a second call. The site is remembered, so that the next person costs one call."""
    pair.vendor.rules.refuse_own_links = True
    client = pair.client()
    session_id = await create_session(pair, client)

    made = await client.register(session_id, WHOLE, PERSON)
    next_one = await client.register(session_id, WHOLE.model_copy(update={"email": "next@example.com"}), PERSON)

    assert pair.asked("POST", path(session_id)) == [400, 201, 201]
    assert (made.are_links_refused, next_one.are_links_refused) == (True, True)
    assert (made.external_id, made.source) == (WHOLE.external_id, WHOLE.source)
    assert made.join_link.get_secret_value().startswith(pair.vendor.url)
    [event] = [record for record in caplog.records if record.getMessage() == "registrant.links_refused"]
    assert (event.__dict__["parameter"], "acme" in caplog.text) == ("joinUri", False)


async def test_each_refused_site_is_remembered_for_itself_and_for_an_hour() -> None:
    """A refused link of one site says nothing about another one."""
    now = 1000.0
    links = CustomLinks(lambda: now)
    other = WHOLE.model_copy(update={"join_page": SecretStr("https://other.example/join")})
    refusal = ProviderRefused("No.", parameter="joinUri", status=400)

    assert links.note_refusal(refusal, links.of(WHOLE))

    assert links.of(WHOLE) == {}
    assert links.of(other) == {"joinUri": "https://other.example/join"}
    now += REMEMBERED
    assert set(links.of(WHOLE)) == {"joinUri", "cancellationUri"}


@pytest.mark.parametrize(
    ("status", "parameter", "is_about_links"),
    [
        (400, "cancellationUri", True),
        (400, "registrant.joinUri", True),
        (400, "email", False),
        (400, "", False),
        (403, "joinUri", False),
        (409, "joinUri", False),
    ],
)
def test_only_a_400_that_names_a_link_is_about_links(status: int, parameter: str, is_about_links: bool) -> None:
    """Anything else is a refusal of the person."""
    links = CustomLinks()

    refusal = ProviderRefused("No.", parameter=parameter, status=status)

    assert links.note_refusal(refusal, links.of(WHOLE)) is is_about_links
    assert not links.note_refusal(refusal, {})


async def test_a_refusal_without_links_is_not_repeated(pair: Pair) -> None:
    """A person without custom links is sent once; so is a conflict, with or without links."""
    pair.vendor.rules.refuse_own_links = True
    client = pair.client()
    session_id = await create_session(pair, client)
    pair.vendor.fail("POST", "/registrants$", status=400)

    with pytest.raises(ProviderRefused):
        await client.register(session_id, OLGA, PERSON)
    await client.register(session_id, WHOLE, PERSON)
    with pytest.raises(ProviderConflict):
        await client.register(session_id, WHOLE, PERSON)

    assert pair.asked("POST", path(session_id)) == [400, 400, 201, 409]


@pytest.mark.parametrize(("length", "is_sent"), [(256, True), (257, False)])
async def test_no_link_is_longer_than_the_reference_allows(pair: Pair, length: int, is_sent: bool) -> None:
    """A longer one is left out, and reported like a refused one."""
    pair.vendor.rules.keep_own_links = True
    client = pair.client()
    session_id = await create_session(pair, client)
    page = "https://acme.example/".ljust(length, "x")

    made = await client.register(session_id, OLGA.model_copy(update={"cancel_page": SecretStr(page)}), PERSON)

    assert (made.cancel_link.get_secret_value() == page, made.are_links_refused) == (is_sent, not is_sent)


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
