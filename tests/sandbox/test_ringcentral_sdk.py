"""RingCentral's own SDK for Python drives the stand-in: it notices nothing unusual."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from ringcentral import SDK
from ringcentral.http.api_exception import ApiException

from sandbox.ringcentral import RingCentral
from tests.sandbox.ringcentral_client import (
    CONFIGURATION,
    LONG_AGO,
    SERVICE,
    START,
    WEBINARS,
    ApiClient,
    api_client,
)
from tests.sandbox.ringcentral_past import HISTORY, PAST, RECORDED, after
from tests.sandbox.webhook_receiver import EVENTS, RUNTIME, SUBSCRIPTIONS, receiver

SESSION = {"scheduledStartTime": START, "scheduledDuration": 3600, "timeZone": "Europe/Madrid"}
LENA = {"firstName": "Lena", "lastName": "Berger", "email": "lena@visitor.example"}


class Sdk:
    """The SDK, which blocks, in a thread of its own."""

    def __init__(self, rc: RingCentral) -> None:
        self.rc = rc
        self.platform = SDK(rc.client_id, rc.client_secret, rc.url).platform()

    async def login(self, who: str = SERVICE) -> Any:
        return (await asyncio.to_thread(self.platform.login, jwt=self.rc.jwt_for(who))).json_dict()

    async def send(self, method: str, path: str, *given: Any, **more: Any) -> Any:
        """The JSON of a response, None without a body; ApiException for a refusal."""
        response = await asyncio.to_thread(getattr(self.platform, method), path, *given, **more)
        return response.json_dict() if response.body() else None

    async def refusal(self, method: str, path: str, *given: Any) -> tuple[int, list[str]]:
        """The status and the error codes of a refusal."""
        with pytest.raises(ApiException) as refused:
            await self.send(method, path, *given)
        response = refused.value.api_response()
        return response.response().status_code, [one["errorCode"] for one in response.json_dict()["errors"]]


@pytest.fixture
async def at(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ApiClient]:
    """A started stand-in; the SDK's HTTP client would use a proxy even for this machine."""
    monkeypatch.setenv("NO_PROXY", "*")
    async with api_client() as at:
        at.rc.rules.registration_delay = 0
        yield at


async def made(sdk: Sdk, **settings: Any) -> tuple[str, str]:
    """The ids of a new webinar and its session."""
    body = {"title": "Launch day", "settings": {"registrationEnabled": True, **settings}}
    webinar = (await sdk.send("post", WEBINARS, body))["id"]
    return webinar, (await sdk.send("post", f"{WEBINARS}/{webinar}/sessions", SESSION))["id"]


async def test_the_sdk_logs_in_with_a_jwt_and_out_again(at: ApiClient) -> None:
    """Its own state follows the token that the stand-in issues."""
    sdk = Sdk(at.rc)
    info = await sdk.login()
    assert (info["token_type"], info["owner_id"]) == ("bearer", "62190001")
    assert (await sdk.send("get", "/restapi/v1.0/account/~/extension/~"))["name"] == "Greenroom Service"
    assert sdk.platform.auth().access_token_valid()
    await asyncio.to_thread(sdk.platform.logout)
    assert not sdk.platform.auth().access_token_valid()
    at.rc.rules.issue_refresh_tokens = True
    await sdk.login()
    first = sdk.platform.auth().access_token()
    await asyncio.to_thread(sdk.platform.refresh)
    assert sdk.platform.auth().access_token() != first
    assert (await sdk.send("get", "/restapi/v1.0/account/~/extension/~"))["name"] == "Greenroom Service"


async def test_the_sdk_creates_reads_changes_and_lists_webinars(at: ApiClient) -> None:
    """And deletes them; a refusal is an exception with the vendor's codes."""
    sdk = Sdk(at.rc)
    await sdk.login()
    webinar, session = await made(sdk)
    path = f"{WEBINARS}/{webinar}/sessions/{session}"
    assert (await sdk.send("get", path))["scheduledStartTime"] == START
    changed = await sdk.send("patch", f"{WEBINARS}/{webinar}", {"title": "Launching day"})
    assert changed["title"] == "Launching day"
    assert (await sdk.send("patch", path, {"scheduledDuration": 1800}))["scheduledDuration"] == 1800
    listed = await sdk.send("get", f"{CONFIGURATION}/sessions", {"endTimeFrom": LONG_AGO, "status": ["Scheduled"]})
    assert [one["webinar"]["title"] for one in listed["records"]] == ["Launching day"]
    assert (await sdk.refusal("patch", path, {"scheduledDuration": 1})) == (400, ["CMN-101"])
    await sdk.send("delete", f"{WEBINARS}/{webinar}")
    assert (await sdk.refusal("get", f"{WEBINARS}/{webinar}")) == (404, ["CMN-102"])


async def test_the_sdk_registers_people_and_invites_the_team(at: ApiClient) -> None:
    """One call for each registrant, one for the whole team."""
    sdk = Sdk(at.rc)
    await sdk.login()
    webinar, session = await made(sdk)
    registrants = f"/webinar/registration/v1/sessions/{session}/registrants"
    lena = await sdk.send("post", registrants, LENA)
    assert (await sdk.refusal("post", registrants, LENA)) == (409, ["CMN-406"])
    assert [one["id"] for one in (await sdk.send("get", registrants))["records"]] == [lena["id"]]
    added = {"addedInvitees": [{**LENA, "email": "omar@visitor.example", "role": "Panelist"}]}
    team = await sdk.send("patch", f"{WEBINARS}/{webinar}/sessions/{session}/invitees", added)
    one = f"{WEBINARS}/{webinar}/sessions/{session}/invitees/{team['addedInvitees'][0]['id']}"
    assert (await sdk.send("put", one, {"role": "Panelist", "jobTitle": "Poet"}))["jobTitle"] == "Poet"
    await sdk.send("delete", f"{registrants}/{lena['id']}")
    assert (await sdk.send("get", registrants))["records"] == []


async def test_the_sdk_reads_the_history(at: ApiClient) -> None:
    """Sessions, participants and recordings."""
    sdk = Sdk(at.rc)
    await sdk.login()
    webinar, session = await made(sdk, autoRecord=True)
    (guest,) = at.rc.register(session)
    at.rc.begin(session)
    came = at.rc.attend(guest)
    at.rc.room.leave(came)
    at.rc.finish(session)
    past = f"{HISTORY}/webinars/{webinar}/sessions/{session}"
    assert (await sdk.send("get", past))["status"] == "Finished"
    people = (await sdk.send("get", f"{past}/participants", {"originalRole": ["Attendee", "Panelist"]}))["records"]
    assert [(one["id"], one["registrantId"], one["leaveTime"]) for one in people] == [(came, guest, after(0))]
    assert (await sdk.send("get", f"{past}/participants/self"))["role"] == "Host"
    assert [one["id"] for one in (await sdk.send("get", f"{HISTORY}/sessions", PAST))["records"]] == [session]
    (recording,) = (await sdk.send("get", f"{HISTORY}/company/recordings", RECORDED))["records"]
    assert recording["status"] == "Processing"
    assert (await sdk.refusal("get", f"{HISTORY}/recordings/{recording['id']}/download")) == (404, ["CMN-102"])


async def test_the_sdk_subscribes_to_events(at: ApiClient) -> None:
    """The handshake, a delivery, a renewal, and the end."""
    sdk = Sdk(at.rc)
    await sdk.login()
    async with receiver() as hook:
        mode = {"transportType": "WebHook", "address": hook.url}
        subscription = await sdk.send("post", SUBSCRIPTIONS, {"eventFilters": EVENTS, "deliveryMode": mode})
        assert (subscription["status"], hook.handshakes) == ("Active", 1)
        _, session = await made(sdk)
        at.rc.begin(session)
        await at.rc.webhooks.tick()
        assert RUNTIME in hook.events()
        path = f"{SUBSCRIPTIONS}/{subscription['id']}"
        assert (await sdk.send("post", f"{path}/renew"))["id"] == subscription["id"]
        await sdk.send("delete", path)
        assert (await sdk.send("get", SUBSCRIPTIONS))["records"] == []


async def test_the_sdk_sees_the_rate_limit(at: ApiClient) -> None:
    """With the headers that tell how long to wait."""
    sdk = Sdk(at.rc)
    await sdk.login()
    at.rc.rules.budgets["Heavy"] = 1
    listed = f"{CONFIGURATION}/sessions?endTimeFrom={LONG_AGO}"
    await sdk.send("get", listed)
    with pytest.raises(ApiException) as refused:
        await sdk.send("get", listed)
    response = refused.value.api_response().response()
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert response.headers["X-Rate-Limit-Group"] == "Heavy"
