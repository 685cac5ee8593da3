"""Sessions of the RingCentral stand-in: date, links and status."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.sandbox.ringcentral_client import ANA, BEN, CHLOE, SERVICE, START, WEBINARS, ApiClient, api_client
from tests.support.rows import each_row

BODY: dict[str, Any] = {"scheduledStartTime": START, "scheduledDuration": 3600, "timeZone": "Europe/Madrid"}


async def read(at: ApiClient, webinar_id: str, session_id: str, who: str = SERVICE) -> dict[str, Any]:
    """Read a session."""
    reply = await at.call("GET", f"{WEBINARS}/{webinar_id}/sessions/{session_id}", who=who)
    assert reply.status == 200
    body: dict[str, Any] = reply.body
    return body


async def test_a_session_gives_a_webinar_its_date() -> None:
    """The fields that were sent come back with ids, links and defaults, also when read."""
    async with api_client() as at:
        webinar_id = await at.make_webinar()
        reply = await at.call("POST", f"{WEBINARS}/{webinar_id}/sessions", BODY)
        assert reply.status == 201
        made = dict(reply.body)
        assert re.fullmatch(rf"{at.rc.url}/w/join/[\w-]{{24}}", made.pop("hostJoinUri"))
        assert re.fullmatch(rf"{at.rc.url}/w/a/join/[\w-]{{24}}", made.pop("attendeeJoinUri"))
        assert re.fullmatch(r"\d{9}", made.pop("videoBridgeId"))
        assert made == {
            "id": "610000002",
            "creationTime": "2030-01-01T00:00:00.000Z",
            "lastModifiedTime": "2030-01-01T00:00:00.000Z",
            **BODY,
            "panelJoinTimeOffset": 0,
            "localeCode": "en-US",
            "status": "Scheduled",
            "hasUnsentInvites": False,
        }
        assert await read(at, webinar_id, "610000002") == reply.body


async def test_every_writable_field_of_a_session_is_kept() -> None:
    """Offsets in dates are turned into UTC."""
    sent = {
        "scheduledStartTime": "2031-03-04T16:00:00+01:00",
        "scheduledDuration": 43200,
        "timeZone": "Asia/Kolkata",
        "localizedTimeZoneDescription": "India",
        "panelJoinTimeOffset": 900,
        "title": "Session title",
        "description": "About it",
        "localeCode": "es-ES",
        "status": "Scheduled",
    }
    async with api_client() as at:
        webinar_id = await at.make_webinar()
        reply = await at.call("POST", f"{WEBINARS}/{webinar_id}/sessions", sent)
        assert {name: reply.body[name] for name in sent} == {**sent, "scheduledStartTime": START}


@each_row(
    ("changes", "parameters"),
    [
        ({"scheduledStartTime": None, "scheduledDuration": None, "timeZone": None},
         ["scheduledStartTime", "scheduledDuration", "timeZone"]),
        ({"scheduledStartTime": "2031-03-04T15:00:00"}, ["scheduledStartTime"]),
        ({"scheduledStartTime": "2031-03-04"}, ["scheduledStartTime"]),
        ({"scheduledStartTime": "2031-02-30T15:00:00Z"}, ["scheduledStartTime"]),
        ({"scheduledStartTime": "9999-12-31T23:59:59Z"}, ["scheduledStartTime"]),
        ({"scheduledStartTime": "0001-01-01T00:00:00+14:00"}, ["scheduledStartTime"]),
        ({"scheduledDuration": 29}, ["scheduledDuration"]),
        ({"scheduledDuration": 43201}, ["scheduledDuration"]),
        ({"scheduledDuration": "3600"}, ["scheduledDuration"]),
        ({"scheduledDuration": 3600.0}, ["scheduledDuration"]),
        ({"timeZone": "Mars/Olympus"}, ["timeZone"]),
        ({"timeZone": "../../etc/passwd"}, ["timeZone"]),
        ({"panelJoinTimeOffset": -1}, ["panelJoinTimeOffset"]),
        ({"title": "x" * 513}, ["title"]),
        ({"localeCode": "e"}, ["localeCode"]),
        ({"status": "Cancelled"}, ["status"]),
    ],
)  # fmt: skip
async def test_wrong_session_fields_are_named(changes: dict[str, Any], parameters: list[str]) -> None:
    """Refused at creation; None means the field is left out."""
    async with api_client() as at:
        webinar_id = await at.make_webinar()
        body = {name: value for name, value in {**BODY, **changes}.items() if value is not None}
        reply = await at.call("POST", f"{WEBINARS}/{webinar_id}/sessions", body)
        assert (reply.status, reply.parameters) == (400, parameters)


@pytest.mark.parametrize("duration", [30, 43200])
async def test_shortest_and_longest_sessions_are_taken(duration: int) -> None:
    """Thirty seconds and twelve hours are allowed."""
    async with api_client() as at:
        assert await at.make_session(await at.make_webinar(), scheduledDuration=duration) == "610000002"


async def test_a_webinar_has_one_session() -> None:
    """A second is refused; after the first is deleted there is room again."""
    async with api_client() as at:
        webinar_id = await at.make_webinar()
        session_id = await at.make_session(webinar_id)
        refused = await at.call("POST", f"{WEBINARS}/{webinar_id}/sessions", BODY)
        assert (refused.status, refused.codes) == (403, ["CMN-109"])
        assert (await at.call("DELETE", f"{WEBINARS}/{webinar_id}/sessions/{session_id}")).status == 204
        assert (await at.call("GET", f"{WEBINARS}/{webinar_id}/sessions/{session_id}")).status == 404
        assert (await at.call("GET", f"{WEBINARS}/{webinar_id}")).status == 200
        assert await at.make_session(webinar_id) == "610000003"


async def test_a_session_is_found_under_its_own_webinar_only() -> None:
    """Both ids must belong together."""
    async with api_client() as at:
        first, second = await at.make_webinar(), await at.make_webinar()
        session_id = await at.make_session(first)
        reply = await at.call("GET", f"{WEBINARS}/{second}/sessions/{session_id}")
        assert (reply.status, reply.codes, reply.parameters) == (404, ["CMN-102"], ["sessionId"])
        assert (await at.call("POST", f"{WEBINARS}/999/sessions", BODY)).parameters == ["webinarId"]


async def test_other_peoples_sessions_are_for_admins_only() -> None:
    """A member is refused; an admin with WebinarSettings is not."""
    async with api_client() as at:
        webinar_id = await at.make_webinar(BEN)
        path = f"{WEBINARS}/{webinar_id}/sessions/{await at.make_session(webinar_id, BEN)}"
        assert [(await at.call("GET", path, who=who)).status for who in (BEN, CHLOE, ANA)] == [200, 403, 200]


async def test_the_shared_link_is_there_only_without_registration() -> None:
    """It comes and goes with the webinar's setting."""
    async with api_client() as at:
        webinar_id = await at.make_webinar(registrationEnabled=True)
        session_id = await at.make_session(webinar_id)
        assert "attendeeJoinUri" not in await read(at, webinar_id, session_id)
        await at.call("PATCH", f"{WEBINARS}/{webinar_id}", {"settings": {"registrationEnabled": False}})
        assert "attendeeJoinUri" in await read(at, webinar_id, session_id)


async def test_bridge_passwords_are_for_the_host_only() -> None:
    """An admin who created it for another user sees the host's link, but no password."""
    async with api_client() as at:
        webinar_id = await at.make_webinar(BEN, password="s3same", pstnEnabled=True)
        session_id = await at.make_session(webinar_id, BEN)
        hosts, admins = await read(at, webinar_id, session_id, BEN), await read(at, webinar_id, session_id)
        assert hosts.pop("videoBridgePassword") == "s3same"
        assert re.fullmatch(r"\d{6}", hosts.pop("videoBridgePstnPassword"))
        assert hosts == admins


async def test_a_session_patch_changes_only_what_it_names() -> None:
    """As the text of the reference describes; links stay the same."""
    async with api_client() as at:
        webinar_id = await at.make_webinar()
        session_id = await at.make_session(webinar_id, title="Stays")
        before = await read(at, webinar_id, session_id)
        at.clock.advance(60)
        reply = await at.call("PATCH", f"{WEBINARS}/{webinar_id}/sessions/{session_id}", {"scheduledDuration": 60})
        assert reply.status == 200
        assert reply.body == {**before, "scheduledDuration": 60, "lastModifiedTime": "2030-01-01T00:01:00.000Z"}


async def test_a_session_patch_by_the_schema_needs_three_fields() -> None:
    """With `partial_updates` off, the fields required by the schema must be sent."""
    async with api_client() as at:
        at.rc.rules.partial_updates = False
        webinar_id = await at.make_webinar()
        path = f"{WEBINARS}/{webinar_id}/sessions/{await at.make_session(webinar_id, title='Stays')}"
        refused = await at.call("PATCH", path, {"scheduledDuration": 60})
        assert (refused.status, refused.parameters) == (400, ["scheduledStartTime", "timeZone"])
        whole = await at.call("PATCH", path, {**BODY, "scheduledDuration": 60})
        assert (whole.status, whole.body["scheduledDuration"], whole.body["title"]) == (200, 60, "Stays")


@pytest.mark.parametrize("status", ["Active", "Finished"])
async def test_a_status_cannot_be_set(status: str) -> None:
    """Nothing in the API starts or ends a webinar: neither at creation nor by a patch."""
    async with api_client() as at:
        webinar_id = await at.make_webinar()
        made = await at.call("POST", f"{WEBINARS}/{webinar_id}/sessions", {**BODY, "status": status})
        assert (made.status, made.codes, made.parameters) == (403, ["CMN-101"], ["status"])
        path = f"{WEBINARS}/{webinar_id}/sessions/{await at.make_session(webinar_id)}"
        assert (await at.call("PATCH", path, {"status": status})).status == 403
        assert (await at.call("GET", path)).body["status"] == "Scheduled"


async def test_a_session_does_not_start_by_itself() -> None:
    """However far the domain clock moves; a host starts and ends it, in this order only."""
    async with api_client() as at:
        webinar_id = await at.make_webinar()
        session_id = await at.make_session(webinar_id)
        at.clock.advance(10 * 365 * 86400)
        at.rc.tokens.expire()
        at.tokens.clear()
        assert (await read(at, webinar_id, session_id))["status"] == "Scheduled"
        with pytest.raises(Exception, match="CMN-101 Not allowed while the session is Scheduled"):
            at.rc.finish(session_id)
        at.rc.begin(session_id)
        assert (await read(at, webinar_id, session_id))["status"] == "Active"
        at.rc.finish(webinar_id)
        assert (await read(at, webinar_id, session_id))["status"] == "Finished"


async def test_a_session_that_has_started_is_left_alone() -> None:
    """Patch and delete are refused while Active and when Finished."""
    async with api_client() as at:
        webinar_id = await at.make_webinar()
        session_id = await at.make_session(webinar_id)
        path = f"{WEBINARS}/{webinar_id}/sessions/{session_id}"
        for move in (at.rc.begin, at.rc.finish):
            move(session_id)
            patched, deleted = await at.call("PATCH", path, {"title": "x"}), await at.call("DELETE", path)
            assert [(one.status, one.codes) for one in (patched, deleted)] == [(403, ["CMN-101"])] * 2
