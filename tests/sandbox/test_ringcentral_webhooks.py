"""Deliveries to webhook subscribers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.ringcentral_client import CONFIGURATION, WEBINARS, ApiClient, api_client
from tests.sandbox.test_ringcentral_control import control
from tests.sandbox.webhook_receiver import (
    EVENTS,
    REGISTRANTS,
    REGISTRATION,
    RUNTIME,
    SESSIONS,
    SUBSCRIPTIONS,
    Receiver,
    receiver,
)

PERSON = {"firstName": "Lena", "lastName": "Berger", "email": "lena@visitor.example"}
REG = "/webinar/registration/v1/sessions"


async def arrived(at: ApiClient, hook: Receiver) -> list[str]:
    """The events that have arrived since the last look."""
    await at.rc.webhooks.tick()
    events = hook.events()
    hook.bodies.clear()
    return events


async def test_changes_by_api_are_delivered() -> None:
    """Each of the four events, created, changed and deleted."""
    async with api_client() as at, receiver() as hook:
        await hook.subscribe(at)
        webinar_id, session_id = await at.make_registrable()
        assert await arrived(at, hook) == [SESSIONS]
        await at.call("PATCH", f"{WEBINARS}/{webinar_id}/sessions/{session_id}", {"scheduledDuration": 1800})
        assert await arrived(at, hook) == [SESSIONS]
        await at.call("PATCH", f"{REG}/{session_id}", {"settings": {"autoCloseLimit": 1}})
        assert await arrived(at, hook) == [REGISTRATION]
        made = await at.call("POST", f"{REG}/{session_id}/registrants", PERSON)
        assert await arrived(at, hook) == [REGISTRANTS, REGISTRATION]  # the limit has closed it
        await at.call("DELETE", f"{REG}/{session_id}/registrants/{made.body['id']}")
        assert await arrived(at, hook) == [REGISTRANTS]
        await at.call("GET", f"{CONFIGURATION}/sessions", endTimeFrom="2030-01-01T00:00:00Z")
        await at.call("PATCH", f"{WEBINARS}/{webinar_id}", {"title": "Not an event"})
        assert await arrived(at, hook) == []
        await at.call("DELETE", f"{WEBINARS}/{webinar_id}")
        assert await arrived(at, hook) == [SESSIONS]


async def test_changes_in_ringcentrals_own_app_are_delivered() -> None:
    """Created, moved, registered, closed, started, joined, finished, canceled."""
    async with api_client() as at, receiver() as hook:
        await hook.subscribe(at)
        webinar_id = at.rc.create("There", "2031-03-04T15:00:00Z", settings={"registrationEnabled": True})
        session_id = at.rc.webinars()[0]["session_id"]
        at.clock.advance(at.rc.rules.registration_delay)
        assert await arrived(at, hook) == [SESSIONS]
        at.rc.edit(webinar_id, scheduledStartTime="2031-03-05T15:00:00Z", registration={"registrationStatus": "Open"})
        assert sorted(await arrived(at, hook)) == [SESSIONS, REGISTRATION]
        someone, _ = at.rc.register(session_id, 2)
        assert await arrived(at, hook) == [REGISTRANTS] * 2
        at.rc.begin(webinar_id)
        assert await arrived(at, hook) == [RUNTIME]
        at.rc.attend(someone)
        assert await arrived(at, hook) == [REGISTRANTS]
        at.rc.finish(webinar_id)
        assert sorted(await arrived(at, hook)) == [REGISTRATION, RUNTIME]
        other = at.rc.create("Another", "2031-03-04T15:00:00Z")
        at.rc.cancel(other)
        assert await arrived(at, hook) == [SESSIONS] * 2


async def test_changes_on_the_pages_and_by_control_are_delivered() -> None:
    """A person registers on RingCentral's page and cancels there; a developer starts it."""
    async with api_client() as at, receiver() as hook:
        await hook.subscribe(at, REGISTRANTS, RUNTIME)
        webinar_id, session_id = await at.make_registrable()
        page = at.rc.webinars()[0]["registration_page_uri"]
        form = {**PERSON, "email": "visitor@elsewhere.example"}
        async with at.http.post(page, data=form) as answer:
            assert answer.status == 200
        assert await arrived(at, hook) == [REGISTRANTS]
        async with at.http.post(at.rc.registrants(session_id)[0]["cancellationUri"]) as answer:
            assert answer.status == 200
        assert await arrived(at, hook) == [REGISTRANTS]
        await control(at, "POST", f"webinars/{webinar_id}/start")
        assert await arrived(at, hook) == [RUNTIME]


async def test_a_filter_chooses_hosts_and_webinars() -> None:
    """Both parameters of one filter must match; each subscriber gets an event once."""
    async with api_client() as at, receiver() as hook, receiver() as other:
        mine = at.rc.create("Mine", "2031-03-04T15:00:00Z", host="ben@acme.example")
        theirs = at.rc.create("Theirs", "2031-03-04T15:00:00Z", host="chloe@acme.example")
        bens = f"{RUNTIME}?hostUserId=62190102"
        await hook.subscribe(
            at, bens, f"{RUNTIME}?webinarId={mine}", f"{RUNTIME}?hostUserId=62190102&webinarId={theirs}"
        )
        await other.subscribe(at, f"{RUNTIME}?hostUserId=62190102&webinarId={theirs}")
        at.rc.begin(theirs)
        at.rc.begin(mine)
        await at.rc.webhooks.tick()
        assert (hook.events(), other.events()) == ([bens], [])


@pytest.mark.parametrize("header", ["Verification-Token", "Validation-Token"])
async def test_a_delivery_carries_the_verification_token(header: Any) -> None:
    """In the header of the reference, or in that of today's guide, in the envelope of other events."""
    async with api_client() as at, receiver() as hook:
        at.rc.rules.verification_header = header
        made = await hook.subscribe(at, mode={"verificationToken": "a-secret"})
        webinar_id = at.rc.create("T", "2031-03-04T15:00:00Z")
        await at.rc.webhooks.tick()
        assert {name for name in hook.headers[0] if name.endswith("-Token")} == {header}
        assert hook.headers[0][header] == "a-secret"
        (envelope,) = hook.bodies
        assert (envelope["event"], envelope["subscriptionId"]) == (SESSIONS, made.body["id"])
        assert (envelope["ownerId"], envelope["body"]["webinarId"]) == ("62190001", webinar_id)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("resource", {"eventType", "webinarId", "sessionId", "registrantId", "id", "firstName", "email", "joinUri"}),
        ("ids", {"eventType", "webinarId", "sessionId", "registrantId"}),
        ("numbers", {"eventType", "webinarId", "sessionId", "registrantId"}),
        ("nested", {"changes"}),
        ("empty", set()),
    ],
)
async def test_the_shape_of_bodies_can_be_chosen(shape: Any, expected: set[str]) -> None:
    """RingCentral publishes none, so an app must survive all of them."""
    async with api_client() as at, receiver() as hook:
        at.rc.rules.event_bodies = shape
        await hook.subscribe(at, REGISTRANTS)
        _, session_id = await at.make_registrable()
        at.rc.register(session_id)
        await at.rc.webhooks.tick()
        (envelope,) = hook.bodies
        assert expected <= set(envelope["body"])
        assert bool(envelope["body"]) == bool(expected)
        if shape == "numbers":
            assert envelope["body"]["sessionId"] == int(session_id)
        if shape == "nested":
            assert envelope["body"]["changes"][0]["objects"]["session"] == {"id": session_id}


async def test_a_body_can_be_something_else_than_json() -> None:
    """An app must survive that too."""
    async with api_client() as at, receiver() as hook:
        at.rc.rules.event_bodies = "text"
        await hook.subscribe(at)
        at.rc.create("T", "2031-03-04T15:00:00Z")
        await at.rc.webhooks.tick()
        assert hook.bodies == [f"{SESSIONS} Created"]


async def test_deliveries_can_be_repeated_shuffled_and_lost() -> None:
    """As any network does."""
    async with api_client() as at, receiver() as hook:
        await hook.subscribe(at)
        _, session_id = await at.make_registrable()
        await arrived(at, hook)
        at.rc.rules.deliveries = "twice"
        at.rc.register(session_id)
        assert await arrived(at, hook) == [REGISTRANTS] * 2
        at.rc.rules.deliveries = "shuffled"
        at.rc.register(session_id)
        at.rc.begin(session_id)
        assert await arrived(at, hook) == [RUNTIME, REGISTRANTS]
        at.rc.rules.deliveries = "lost"
        at.rc.finish(session_id)
        assert await arrived(at, hook) == []


async def test_optional_events_can_be_set() -> None:
    """Whether a deletion, or a new title alone, is an event is not documented."""
    async with api_client() as at, receiver() as hook:
        await hook.subscribe(at)
        at.rc.rules.deletion_events, at.rc.rules.webinar_events = False, True
        webinar_id = at.rc.create("T", "2031-03-04T15:00:00Z")
        await arrived(at, hook)
        at.rc.edit(webinar_id, title="Another title")
        assert await arrived(at, hook) == [SESSIONS]
        at.rc.cancel(webinar_id)
        assert await arrived(at, hook) == []


async def test_a_refused_delivery_is_repeated_until_it_is_accepted() -> None:
    """After 5 seconds, then twice as long each time, on the sandbox clock."""
    async with api_client() as at, receiver() as hook:
        path = f"{SUBSCRIPTIONS}/{(await hook.subscribe(at)).body['id']}"
        hook.status = 503
        at.rc.create("T", "2031-03-04T15:00:00Z")
        for seconds, arrivals in ((0, 1), (4.9, 1), (0.2, 2), (9, 2), (1.1, 3)):
            at.clock.move(timedelta(seconds=seconds))
            await at.rc.webhooks.tick()
            assert len(hook.bodies) == arrivals
        hook.status = 200
        at.clock.move(timedelta(seconds=20.1))
        assert await arrived(at, hook) == [SESSIONS] * 4
        at.clock.move(timedelta(minutes=30))
        assert await arrived(at, hook) == []
        assert (await at.call("GET", path)).body["status"] == "Active"
        assert [(one.number, one.status) for one in at.rc.webhooks.attempts] == [
            (1, 503), (2, 503), (3, 503), (4, 200)
        ]  # fmt: skip


async def test_a_late_answer_is_a_failed_delivery() -> None:
    """As if there were none."""
    async with api_client() as at, receiver() as hook:
        await hook.subscribe(at)
        at.rc.rules.webhook_timeout = 0.05
        hook.answers.clear()
        at.rc.create("T", "2031-03-04T15:00:00Z")
        await at.rc.webhooks.tick()
        assert [one.status for one in at.rc.webhooks.attempts] == [None]


async def fail_for_ten_minutes(at: ApiClient, hook: Receiver) -> None:
    """Until the address is given up."""
    hook.status = 500
    at.rc.create("T", "2031-03-04T15:00:00Z")
    for _ in range(11):
        await at.rc.webhooks.tick()
        at.clock.move(timedelta(minutes=1))
    await at.rc.webhooks.tick()
    hook.status = 200
    hook.bodies.clear()


async def test_ten_minutes_of_failures_blacklist_a_subscription_for_good() -> None:
    """As the guide says: only a new subscription helps, at the same address."""
    async with api_client() as at, receiver() as hook:
        path = f"{SUBSCRIPTIONS}/{(await hook.subscribe(at)).body['id']}"
        await fail_for_ten_minutes(at, hook)
        dead = (await at.call("GET", path)).body
        assert dead["status"] == "Blacklisted"
        assert dead["blacklistedData"] == {
            "blacklistedAt": "2030-01-01T00:10:00.000Z",
            "reason": "The address did not accept deliveries for too long.",
        }
        assert (await at.call("POST", f"{path}/renew")).body["status"] == "Blacklisted"
        assert (await at.call("PUT", path, {"eventFilters": EVENTS})).body["status"] == "Blacklisted"
        at.clock.move(timedelta(hours=1))
        at.rc.create("T", "2031-03-04T15:00:00Z")
        assert await arrived(at, hook) == []
        assert (await at.call("DELETE", path)).status == 204
        await hook.subscribe(at)
        at.rc.create("T", "2031-03-04T15:00:00Z")
        assert await arrived(at, hook) == [SESSIONS]


async def test_a_blacklisted_subscription_can_be_revived() -> None:
    """As staff said in 2018: the address is called every 15 minutes. What was missed stays lost."""
    async with api_client() as at, receiver() as hook:
        at.rc.rules.revive_blacklisted = True
        path = f"{SUBSCRIPTIONS}/{(await hook.subscribe(at)).body['id']}"
        await fail_for_ten_minutes(at, hook)
        at.clock.move(timedelta(minutes=13))
        assert await arrived(at, hook) == []
        assert (await at.call("GET", path)).body["status"] == "Blacklisted"
        hook.status = 500
        at.clock.move(timedelta(minutes=1))
        await at.rc.webhooks.tick()
        assert (await at.call("GET", path)).body["status"] == "Blacklisted"
        hook.status = 200
        at.clock.move(timedelta(minutes=15))
        await at.rc.webhooks.tick()
        assert (await at.call("GET", path)).body["status"] == "Active"
        at.rc.create("T", "2031-03-04T15:00:00Z")
        assert await arrived(at, hook) == [SESSIONS]


async def test_an_expired_or_deleted_subscription_gets_nothing() -> None:
    """Not even what is still to be repeated."""
    async with api_client() as at, receiver() as hook, receiver() as other:
        await hook.subscribe(at, expiresIn=3600)
        path = f"{SUBSCRIPTIONS}/{(await other.subscribe(at)).body['id']}"
        hook.status = other.status = 500
        at.rc.create("T", "2031-03-04T15:00:00Z")
        await at.rc.webhooks.tick()
        assert (len(hook.bodies), len(other.bodies)) == (1, 1)
        await at.call("DELETE", path)
        at.clock.move(timedelta(hours=1))
        at.rc.create("T", "2031-03-04T15:00:00Z")
        await at.rc.webhooks.tick()
        assert (len(hook.bodies), len(other.bodies)) == (1, 1)


async def test_control_shows_subscriptions_and_deliveries_and_blacklists() -> None:
    """Without the token of a subscription, and without bodies."""
    async with api_client() as at, receiver() as hook:
        made = (await hook.subscribe(at, mode={"verificationToken": "a-secret"})).body
        at.rc.create("T", "2031-03-04T15:00:00Z")
        await at.rc.webhooks.tick()
        assert await control(at, "GET", "subscriptions") == (
            200,
            {"subscriptions": [{**made, "ownerId": "62190001", "pending": 0}]},
        )
        delivery = {"at": "2030-01-01T00:00:00.000Z", "subscriptionId": made["id"], "event": SESSIONS}
        assert await control(at, "GET", "deliveries") == (
            200,
            {"deliveries": [{**delivery, "number": 1, "status": 200}]},
        )
        assert await control(at, "POST", f"subscriptions/{made['id']}/blacklist") == (200, {"ok": True})
        assert (await at.call("GET", f"{SUBSCRIPTIONS}/{made['id']}")).body["status"] == "Blacklisted"
        assert (await control(at, "POST", "subscriptions/1/blacklist"))[0] == 404


async def test_a_thousand_events_arrive() -> None:
    """A storm of registrations."""
    async with api_client() as at, receiver() as hook:
        await hook.subscribe(at, REGISTRANTS)
        _, session_id = await at.make_registrable()
        at.rc.register(session_id, 1000)
        assert await arrived(at, hook) == [REGISTRANTS] * 1000
