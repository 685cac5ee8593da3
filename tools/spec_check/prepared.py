"""A RingCentral stand-in with webinars in every state, and the ids that generated requests can use."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, web

from sandbox.clock import SandboxClock
from sandbox.ringcentral import RingCentral
from sandbox.ringcentral.operations import SUBSCRIPTIONS, WEBHOOK, WEBINARS
from tools.spec_check.target import Ids, Target

UNLIMITED = 1_000_000_000
SCHEDULED, ACTIVE, FINISHED, SUBSCRIBED = 60, 15, 15, 10
EXCLUDED = "positive_data_acceptance"
"""An id or a page token that is valid as a text need not exist."""
START = "2031-03-04T15:00:00Z"
SETTINGS = {"registrationEnabled": True, "autoRecord": True, "password": "s3same", "pstnEnabled": True}
PANELIST = {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@visitor.example", "role": "Panelist"}
FILTER = "/webinar/configuration/v1/company/sessions"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Prepared:
    """A started stand-in without limits, and the ids of what is in it; the ids of one entry belong together."""

    def __init__(self, rc: RingCentral, http: ClientSession) -> None:
        """Use a stand-in that has been started."""
        self.rc, self._http = rc, http
        self.token = ""
        self.ids: list[Ids] = [{"accountId": "~", "extensionId": "~"}]

    @property
    def basic(self) -> str:
        """The Authorization header of the app."""
        return "Basic " + b64encode(f"{self.rc.client_id}:{self.rc.client_secret}".encode()).decode()

    def target(self) -> Target:
        """Where generated requests are sent; what came before is not counted."""
        self.rc.calls.clear()
        return Target(self.rc.url, self.token, self.basic, self.ids, self.rc.calls, EXCLUDED)

    async def fill(self, hook: str) -> None:
        """Log in, and create webinars in every state and subscriptions that deliver to `hook`."""
        form = {"grant_type": JWT_GRANT, "assertion": self.rc.jwt}
        headers = {"Authorization": self.basic}
        async with self._http.post(f"{self.rc.url}/restapi/oauth/token", data=form, headers=headers) as response:
            self.token = (await response.json())["access_token"]
        for number in range(SCHEDULED + ACTIVE + FINISHED):
            self.ids.append(await self._webinar(number))
        body = {"eventFilters": [FILTER], "deliveryMode": {"transportType": "WebHook", "address": hook}}
        for _ in range(SUBSCRIBED):
            made = await self._call("POST", SUBSCRIPTIONS, body)
            self.ids.append({"subscriptionId": made["id"]})

    async def _webinar(self, number: int) -> Ids:
        rc = self.rc
        webinar = rc.create(f"Webinar {number}", START, settings=SETTINGS)
        session = next(str(one["session_id"]) for one in rc.webinars() if one["webinar_id"] == webinar)
        path = f"{WEBINARS}/{webinar}/sessions/{session}/invitees"
        added = await self._call("PATCH", path, {"addedInvitees": [PANELIST]})
        first, second = rc.register(session, 2)
        ids = {"webinarId": webinar, "sessionId": session, "registrantId": first}
        ids["inviteeId"] = added["addedInvitees"][0]["id"]
        if number >= SCHEDULED:
            rc.begin(webinar)
            rc.room.leave(rc.room.join(webinar, registrant=second))
        if number >= SCHEDULED + ACTIVE:
            rc.finish(webinar)
            ids["recordingId"] = next(one["recording"]["id"] for one in rc.webinars() if one["webinar_id"] == webinar)
        return ids

    async def _call(self, method: str, path: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self._http.request(method, self.rc.url + path, json=body, headers=headers) as response:
            response.raise_for_status()
            return await response.json()


@asynccontextmanager
async def prepared_ringcentral() -> AsyncIterator[Target]:
    """The same, as the target of generated requests."""
    async with prepared_stand_in() as prepared:
        yield prepared.target()


@asynccontextmanager
async def prepared_stand_in() -> AsyncIterator[Prepared]:
    """Start the stand-in, fill it, and stop it at the end."""
    rc = RingCentral(SandboxClock())
    rc.rules.budgets = dict.fromkeys(rc.rules.budgets, UNLIMITED)
    rc.rules.partial_updates = False  # the schemas, not the text, which allows to leave out what they require
    rc.rules.registration_delay = rc.rules.recording_processing = 0
    rc.rules.sessions_per_user = UNLIMITED
    rc.rules.app_permissions = [*rc.rules.app_permissions, WEBHOOK]
    await rc.start()
    try:
        async with ClientSession() as http, _hook() as address:
            prepared = Prepared(rc, http)
            await prepared.fill(address)
            yield prepared
    finally:
        await rc.stop()


@asynccontextmanager
async def _hook() -> AsyncIterator[str]:
    """An address that accepts every handshake and every delivery."""
    app = web.Application()
    app.router.add_post("/hook", _accept)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    finally:
        await runner.cleanup()


async def _accept(request: web.Request) -> web.Response:
    token = request.headers.get("Validation-Token")
    return web.json_response({}, headers={"Validation-Token": token} if token else {})
