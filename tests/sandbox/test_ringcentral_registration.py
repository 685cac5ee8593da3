"""The registration service: counts, limits, closing, and unknown sessions."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.ringcentral import ApiError
from tests.sandbox.ringcentral_client import ANA, BEN, CHLOE, SERVICE, WEBINARS, ApiClient, Reply, api_client

SETTINGS: dict[str, Any] = {
    "autoCloseLimit": 0,
    "suppressEmails": False,
    "registrationDigestEnabled": True,
    "preventMultipleDeviceJoins": False,
    "workEmailRequired": False,
    "viewRecording": False,
    "onDemandDuration": "SixMonths",
    "recordingExist": False,
    "autoOpenPostWebinarRegistration": False,
    "postWebinarRegistrationClosingTime": None,
}


async def read(at: ApiClient, session_id: str, who: str = SERVICE) -> Reply:
    """Read the registration session."""
    return await at.call("GET", f"/webinar/registration/v1/sessions/{session_id}", who=who)


async def patch(at: ApiClient, session_id: str, body: dict[str, Any], who: str = SERVICE) -> Reply:
    """Change the registration session."""
    return await at.call("PATCH", f"/webinar/registration/v1/sessions/{session_id}", body, who=who)


def state(reply: Reply) -> tuple[str, int]:
    """Registration status and count."""
    return reply.body["registrationStatus"], reply.body["registrantCount"]


async def test_a_new_session_is_open_and_empty() -> None:
    """All fields of the registration session with their defaults."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        body = dict((await read(at, session_id)).body)
        page = body.pop("registrationPageUri")
        assert page.startswith(f"{at.rc.url}/w/")
        assert page.endswith("/register")
        assert body == {
            "id": session_id,
            "registrationStatus": "Open",
            "settings": SETTINGS,
            "registrantCount": 0,
            "postWebinarRegistrantCount": 0,
            "hasRealRegistrants": False,
            "icalendarSequence": 0,
        }


async def test_a_session_is_unknown_for_a_moment() -> None:
    """404 until the delay has passed on the machine's clock; the delay can be set."""
    async with api_client() as at:
        session_id = await at.make_session(await at.make_webinar(registrationEnabled=True))
        assert (await read(at, session_id)).status == 404
        at.clock.advance(0.2)
        assert (await patch(at, session_id, {})).status == 404
        at.clock.advance(0.2)
        assert (await read(at, session_id)).status == 200
        at.rc.rules.registration_delay = 5
        assert (await read(at, session_id)).status == 404


async def test_a_webinar_without_registration_has_no_registration_session() -> None:
    """404, until registration is switched on."""
    async with api_client() as at:
        webinar_id = await at.make_webinar()
        session_id = await at.make_session(webinar_id)
        at.clock.advance(1)
        missing = await read(at, session_id)
        assert (missing.status, missing.codes, missing.parameters) == (404, ["CMN-102"], ["sessionId"])
        await at.call("PATCH", f"{WEBINARS}/{webinar_id}", {"settings": {"registrationEnabled": True}})
        assert (await read(at, session_id)).status == 200


async def test_registrants_are_counted() -> None:
    """A host's trial registration is counted, but is not a real registrant."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        assert len(at.rc.register(session_id, real=False)) == 1
        first = await read(at, session_id)
        assert (state(first), first.body["hasRealRegistrants"]) == (("Open", 1), False)
        ids = at.rc.register(session_id, 3)
        second = await read(at, session_id)
        assert (state(second), second.body["hasRealRegistrants"]) == (("Open", 4), True)
        assert len(set(ids)) == 3


async def test_registration_closes_at_its_limit() -> None:
    """Later people are refused; a raised limit does not open it, opening does."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        await patch(at, session_id, {"settings": {"autoCloseLimit": 2}})
        assert len(at.rc.register(session_id, 5)) == 2
        assert state(await read(at, session_id)) == ("Closed", 2)
        assert state(await patch(at, session_id, {"registrationStatus": "Open"})) == ("Closed", 2)
        assert state(await patch(at, session_id, {"settings": {"autoCloseLimit": 3}})) == ("Closed", 2)
        assert state(await patch(at, session_id, {"registrationStatus": "Open"})) == ("Open", 2)
        assert len(at.rc.register(session_id, 5)) == 1


async def test_a_limit_below_the_count_closes_at_once() -> None:
    """A limit of 0 means no limit."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        at.rc.register(session_id, 3)
        assert state(await patch(at, session_id, {"settings": {"autoCloseLimit": 2}})) == ("Closed", 3)
        reopened = await patch(at, session_id, {"registrationStatus": "Open", "settings": {"autoCloseLimit": 0}})
        assert state(reopened) == ("Open", 3)


async def test_a_closed_registration_takes_nobody() -> None:
    """Closed by the API, opened again by the API."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        assert state(await patch(at, session_id, {"registrationStatus": "Closed"})) == ("Closed", 0)
        assert at.rc.register(session_id) == []
        assert state(await patch(at, session_id, {"registrationStatus": "Open"})) == ("Open", 0)


async def test_every_writable_preference_is_kept() -> None:
    """Read-only ones are passed over."""
    sent = {
        "autoCloseLimit": 500,
        "suppressEmails": True,
        "registrationDigestEnabled": False,
        "preventMultipleDeviceJoins": True,
        "workEmailRequired": True,
        "viewRecording": True,
        "onDemandDuration": "OneYear",
        "autoOpenPostWebinarRegistration": True,
    }
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        body = {"registrantCount": 99, "settings": {**sent, "recordingExist": True}}
        reply = await patch(at, session_id, body)
        assert (reply.status, reply.body["settings"]) == (200, {**SETTINGS, **sent})
        assert (await read(at, session_id)).body == reply.body
        assert state(reply) == ("Open", 0)


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        ({"registrationStatus": "Ajar"}, ["registrationStatus"]),
        ({"settings": {"autoCloseLimit": -1}}, ["settings.autoCloseLimit"]),
        ({"settings": {"autoCloseLimit": 2**31}}, ["settings.autoCloseLimit"]),
        ({"settings": {"onDemandDuration": "Forever", "suppressEmails": 0}},
         ["settings.suppressEmails", "settings.onDemandDuration"]),
    ],
)  # fmt: skip
async def test_wrong_preferences_are_named(body: dict[str, Any], parameters: list[str]) -> None:
    """All at once, and nothing changes."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        before = (await read(at, session_id)).body
        reply = await patch(at, session_id, body)
        assert (reply.status, reply.parameters) == (400, parameters)
        assert (await read(at, session_id)).body == before


async def test_a_registration_patch_by_the_schema_needs_the_status() -> None:
    """With `partial_updates` off, the only writable field that the schema requires must be sent."""
    async with api_client() as at:
        at.rc.rules.partial_updates = False
        _, session_id = await at.make_registrable()
        refused = await patch(at, session_id, {"settings": {"autoCloseLimit": 5}})
        assert (refused.status, refused.parameters) == (400, ["registrationStatus"])
        whole = await patch(at, session_id, {"registrationStatus": "Open", "settings": {"autoCloseLimit": 5}})
        assert whole.body["settings"] == {**SETTINGS, "autoCloseLimit": 5}


async def test_registration_is_for_the_host_and_admins() -> None:
    """A member who does not host is refused."""
    async with api_client() as at:
        _, session_id = await at.make_registrable(BEN)
        assert [(await read(at, session_id, who)).status for who in (BEN, CHLOE, ANA)] == [200, 403, 200]
        refused = await patch(at, session_id, {}, CHLOE)
        assert (refused.status, refused.codes) == (403, ["CMN-408"])


async def test_a_finished_session_is_closed_for_good() -> None:
    """People may register while it runs, not afterwards; opening it then is refused."""
    async with api_client() as at:
        _, session_id = await at.make_registrable()
        at.rc.begin(session_id)
        assert len(at.rc.register(session_id)) == 1
        at.rc.finish(session_id)
        assert state(await read(at, session_id)) == ("Closed", 1)
        refused = await patch(at, session_id, {"registrationStatus": "Open"})
        assert (refused.status, refused.codes) == (403, ["CMN-101"])


async def test_rescheduling_counts_up_the_calendar_sequence() -> None:
    """A new date or length does; a new title does not."""
    async with api_client() as at:
        webinar_id, session_id = await at.make_registrable()
        path = f"{WEBINARS}/{webinar_id}/sessions/{session_id}"
        for change in ({"title": "x"}, {"scheduledDuration": 60}, {"scheduledStartTime": "2031-03-05T15:00:00Z"}):
            await at.call("PATCH", path, change)
        assert (await read(at, session_id)).body["icalendarSequence"] == 2


async def test_registering_for_an_unknown_session_is_an_error() -> None:
    """A test with a wrong session id fails."""
    async with api_client() as at:
        with pytest.raises(ApiError, match="CMN-102"):
            at.rc.register("1")
