"""Changes of a registration at RingCentral: requests, results and errors."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from bot.errors import OutcomeUnknown, ProviderBusy, ProviderDown, ProviderForbidden, ProviderGone, ProviderRefused
from bot.model.webinar import OnDemand, Preferences, Registration
from bot.providers.base import UNCHANGED, UPKEEP, RegistrationChange
from bot.providers.ringcentral import RingCentral
from tests.support.ringcentral import PERSON, START, Pair, fixed_response, ringcentral_pair

OPEN, CLOSED = RegistrationChange(is_open=True), RegistrationChange(is_open=False)
CHOSEN = Preferences(
    suppress_emails=True,
    digest=False,
    prevent_multiple_device_joins=True,
    work_email_required=True,
    view_recording=True,
    on_demand=OnDemand.ONE_YEAR,
    open_after_event=True,
)
USUAL = {
    "suppressEmails": False,
    "registrationDigestEnabled": True,
    "preventMultipleDeviceJoins": False,
    "workEmailRequired": False,
    "viewRecording": False,
    "onDemandDuration": "SixMonths",
    "autoOpenPostWebinarRegistration": False,
}
CHOSEN_SETTINGS = {
    "suppressEmails": True,
    "registrationDigestEnabled": False,
    "preventMultipleDeviceJoins": True,
    "workEmailRequired": True,
    "viewRecording": True,
    "onDemandDuration": "OneYear",
    "autoOpenPostWebinarRegistration": True,
}
ANSWER = {"registrationStatus": "Open", "registrantCount": 3, "hasRealRegistrants": True}


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A client and a stand-in with large budgets, whose registration service has no delay."""
    async with ringcentral_pair() as both:
        both.vendor.rules.registration_delay = 0
        yield both


async def create_session(pair: Pair, client: RingCentral) -> str:
    """Create a webinar with registration; return its session's id."""
    pair.vendor.create("Launch day", START, settings={"registrationEnabled": True})
    [session] = await client.sessions(START, UPKEEP)
    return session.session_id


def path(session_id: str) -> str:
    """The path of the registration of a session."""
    return f"/webinar/registration/v1/sessions/{session_id}"


def state_of(registration: Registration) -> tuple[bool, int | None, int]:
    """Whether it is open, its limit and its count."""
    return registration.is_open, registration.limit, registration.count


@pytest.mark.parametrize("partial_updates", [True, False])
async def test_each_change_is_one_call_and_returns_the_result(pair: Pair, partial_updates: bool) -> None:
    """Close, set a limit, remove it, open; also if RingCentral requires the status, as its schema does."""
    pair.vendor.rules.partial_updates = partial_updates
    client = pair.client()
    session_id = await create_session(pair, client)
    pair.vendor.register(session_id, 2)

    answers = [
        await client.change_registration(session_id, change, PERSON)
        for change in (
            CLOSED,
            RegistrationChange(is_open=False, limit=50),
            RegistrationChange(is_open=True, limit=3),
            OPEN,
            RegistrationChange(is_open=True, limit=None),
        )
    ]

    assert [state_of(answer) for answer in answers] == [
        (False, None, 2),
        (False, 50, 2),
        (True, 3, 2),
        (True, 3, 2),
        (True, None, 2),
    ]
    assert (pair.asked("PATCH", path(session_id)), pair.asked("GET", path(session_id))) == ([200] * 5, [])
    assert answers[-1].page_uri.startswith(pair.vendor.url)
    # The time is the application's clock, and a read returns the same.
    read = await client.registration(session_id, PERSON)
    assert read.model_copy(update={"read_at": answers[-1].read_at}) == answers[-1]


async def test_other_preferences_stay_unchanged(pair: Pair) -> None:
    """A change of the limit does not contain them."""
    client = pair.client()
    webinar_id = pair.vendor.create("Launch day", START, settings={"registrationEnabled": True})
    pair.vendor.edit(webinar_id, registration={"settings": {"workEmailRequired": True}})
    [session] = await client.sessions(START, UPKEEP)

    await client.change_registration(session.session_id, RegistrationChange(is_open=True, limit=9), PERSON)

    settings = pair.vendor.dump()["webinars"][webinar_id]["session"]["registration"]["settings"]
    assert (settings["workEmailRequired"], settings["autoCloseLimit"]) == (True, 9)


@pytest.mark.parametrize(
    ("change", "body"),
    [
        (OPEN, {"registrationStatus": "Open"}),
        (CLOSED, {"registrationStatus": "Closed"}),
        (replace(OPEN, limit=7), {"registrationStatus": "Open", "settings": {"autoCloseLimit": 7}}),
        (replace(OPEN, limit=None), {"registrationStatus": "Open", "settings": {"autoCloseLimit": 0}}),
        (replace(CLOSED, limit=UNCHANGED), {"registrationStatus": "Closed"}),
        (
            replace(OPEN, limit=7, preferences=Preferences()),
            {"registrationStatus": "Open", "settings": {"autoCloseLimit": 7, **USUAL}},
        ),
        (replace(CLOSED, preferences=CHOSEN), {"registrationStatus": "Closed", "settings": CHOSEN_SETTINGS}),
    ],
)
async def test_only_writable_fields_are_sent(change: RegistrationChange, body: dict[str, Any]) -> None:
    """The status always, the limit if it changes, all preferences or none."""
    async with fixed_response(200, json.dumps(ANSWER)) as (client, requests):
        answer = await client.change_registration("7", change, PERSON)

        assert [(request.method, await request.json()) for request in requests] == [("PATCH", body)]
    assert state_of(answer) == (True, None, 3)


async def test_preferences_are_set_and_read_back(pair: Pair) -> None:
    """All in one call that keeps the limit, and a change of the limit keeps them."""
    client = pair.client()
    session_id = await create_session(pair, client)
    usual = await client.registration(session_id, PERSON)

    await client.change_registration(session_id, replace(OPEN, limit=9), PERSON)
    chosen = await client.change_registration(session_id, replace(OPEN, preferences=CHOSEN), PERSON)
    limited = await client.change_registration(session_id, replace(OPEN, limit=8), PERSON)

    assert (usual.preferences, chosen.preferences, chosen.limit) == (Preferences(), CHOSEN, 9)
    assert (limited.preferences, limited.limit) == (CHOSEN, 8)
    assert pair.asked("PATCH", path(session_id)) == [200] * 3


async def test_all_fields_of_a_registration_are_read() -> None:
    """Including registrations after the event and the calendar sequence; an unknown duration becomes the default."""
    settings = {"autoCloseLimit": 5, "onDemandDuration": "OneCentury", "recordingExist": None}
    more = {"postWebinarRegistrantCount": 2, "icalendarSequence": 4, "settings": settings}
    async with fixed_response(200, json.dumps({**ANSWER, **more})) as (client, _):
        read = await client.registration("7", PERSON)

    assert (read.count, read.after_count, read.sequence, read.limit) == (3, 2, 4, 5)
    assert read.preferences == Preferences()


async def test_missing_preferences_are_none() -> None:
    """The reference does not require them."""
    async with fixed_response(200, json.dumps(ANSWER)) as (client, _):
        assert (await client.registration("7", PERSON)).preferences is None


async def test_a_reached_limit_keeps_it_closed(pair: Pair) -> None:
    """Opening a full registration is no error at RingCentral: the answer shows that it stayed closed."""
    client = pair.client()
    session_id = await create_session(pair, client)
    await client.change_registration(session_id, RegistrationChange(is_open=True, limit=2), PERSON)
    pair.vendor.register(session_id, 2)

    assert state_of(await client.change_registration(session_id, OPEN, PERSON)) == (False, 2, 2)
    assert state_of(await client.change_registration(session_id, replace(OPEN, limit=3), PERSON)) == (True, 3, 2)


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": None, "effect": True, "hang": 30}, {"cut": True}])
async def test_a_change_without_an_answer_is_repeated(pair: Pair, fault: dict[str, Any]) -> None:
    """A change states the final result, so it can be sent twice."""
    client = pair.client(timeout=0.3)
    session_id = await create_session(pair, client)
    pair.vendor.fail("PATCH", "/registration/", **fault)

    closed = await client.change_registration(session_id, CLOSED, PERSON)

    assert (state_of(closed), pair.pauses, pair.asked("PATCH", path(session_id))[-1]) == ((False, None, 0), [2.0], 200)


async def test_a_change_without_any_answer_is_an_unknown_outcome(pair: Pair) -> None:
    """After four tries."""
    client = pair.client()
    session_id = await create_session(pair, client)
    pair.vendor.fail("PATCH", "/registration/", status=503, effect=True, times=9)

    with pytest.raises(OutcomeUnknown):
        await client.change_registration(session_id, CLOSED, PERSON)

    assert (pair.asked("PATCH", path(session_id)), pair.pauses) == ([503] * 4, [2.0, 4.0, 8.0])
    assert state_of(await client.registration(session_id, PERSON)) == (False, None, 0)


async def test_a_refused_connection_means_nothing_changed(pair: Pair) -> None:
    """The change was not sent."""
    client = pair.client()
    session_id = await create_session(pair, client)
    await pair.vendor.stop()
    with pytest.raises(ProviderDown):
        await client.registration(session_id, PERSON)  # detects that the pooled connection is closed

    with pytest.raises(ProviderDown):
        await client.change_registration(session_id, CLOSED, PERSON)


async def test_an_invalid_answer_is_an_unknown_outcome() -> None:
    """The change may have been made."""
    async with fixed_response(200, "[]") as (client, requests):
        with pytest.raises(OutcomeUnknown):
            await client.change_registration("7", CLOSED, PERSON)

        assert [request.method for request in requests] == ["PATCH"]


async def test_a_throttled_change_is_sent_again_and_the_wait_reported(pair: Pair) -> None:
    """Or fails if the wait exceeds the patience."""
    waits: list[float] = []

    async def on_wait(seconds: float) -> None:
        waits.append(seconds)

    client = pair.client()
    session_id = await create_session(pair, client)
    pair.vendor.fail("PATCH", "/registration/", status=429, retry_after=1)
    await client.change_registration(session_id, CLOSED, replace(PERSON, on_wait=on_wait))
    assert pair.asked("PATCH", path(session_id)) == [429, 200]
    assert waits == pytest.approx([1.25], abs=0.05)

    pair.vendor.fail("PATCH", "/registration/", status=429, retry_after=600)
    with pytest.raises(ProviderBusy, match="nothing was changed"):
        await client.change_registration(session_id, OPEN, PERSON)


async def test_a_registration_that_does_not_exist_is_gone(pair: Pair) -> None:
    """Right after creation, or without registration."""
    client = pair.client()
    session_id = await create_session(pair, client)
    pair.vendor.rules.registration_delay = 3600

    with pytest.raises(ProviderGone):
        await client.change_registration(session_id, CLOSED, PERSON)
    with pytest.raises(ProviderGone):
        await client.change_registration("1", CLOSED, PERSON)


async def test_an_ended_registration_is_not_opened(pair: Pair) -> None:
    """The error gives the reason."""
    client = pair.client()
    session_id = await create_session(pair, client)
    pair.vendor.begin(session_id)
    pair.vendor.finish(session_id)

    with pytest.raises(ProviderRefused, match="may have started or ended"):
        await client.change_registration(session_id, OPEN, PERSON)


async def test_a_refused_limit_is_named(pair: Pair) -> None:
    """RingCentral publishes no upper bound, so the error must name the limit."""
    client = pair.client()
    session_id = await create_session(pair, client)

    with pytest.raises(ProviderRefused, match="doesn't accept the limit") as refusal:
        await client.change_registration(session_id, RegistrationChange(is_open=True, limit=2**31), PERSON)

    assert refusal.value.parameter == "settings.autoCloseLimit"


async def test_missing_permissions_are_named(pair: Pair) -> None:
    """The app's and the user's."""
    session_id = await create_session(pair, pair.client())
    plain = pair.client(jwt=SecretStr(pair.vendor.jwt_for("ben@acme.example")))
    with pytest.raises(ProviderForbidden, match="lacks the permission Webinar Settings"):
        await plain.change_registration(session_id, CLOSED, PERSON)

    pair.vendor.rules.app_permissions = ["ReadAccounts", "ReadWebinars"]
    with pytest.raises(ProviderForbidden, match="lacks the permission Edit Webinars"):
        await pair.client().change_registration(session_id, CLOSED, PERSON)
