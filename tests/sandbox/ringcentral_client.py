"""The RingCentral stand-in with an HTTP client, and a machine clock that tests advance."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from sandbox.clock import SandboxClock
from sandbox.ringcentral import Company, RingCentral

CONFIGURATION = "/webinar/configuration/v1"
WEBINARS = f"{CONFIGURATION}/webinars"
SERVICE = "webinars@acme.example"
ANA, BEN, CHLOE = "ana@acme.example", "ben@acme.example", "chloe@acme.example"  # Ana is an admin too
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
START = "2031-03-04T15:00:00.000Z"
LONG_AGO = "2001-01-01T00:00:00Z"
PLENTY = 100_000


class ManualClock(SandboxClock):
    """A sandbox clock whose machine time only tests advance."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 1_000_000.0

    def monotonic(self) -> float:
        return self.seconds

    def machine(self) -> datetime:
        return datetime(2030, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds - 1_000_000)

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Reply:
    """A response: status, headers, body."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def codes(self) -> list[str]:
        return [error["errorCode"] for error in self.body["errors"]]

    @property
    def parameters(self) -> list[str]:
        return [error["parameterName"] for error in self.body["errors"]]


class ApiClient:
    """HTTP client of the stand-in as one of its people; logs each in once."""

    def __init__(self, rc: RingCentral, clock: ManualClock, http: aiohttp.ClientSession) -> None:
        self.rc, self.clock, self.http = rc, clock, http
        self.tokens: dict[str, str] = {}

    async def call(
        self, method: str, path: str, body: Any = None, *, who: str = SERVICE, token: str = "", **query: str
    ) -> Reply:
        token = token or await self.token(who)
        headers = {"Authorization": f"Bearer {token}"}
        async with self.http.request(method, self.rc.url + path, json=body, params=query, headers=headers) as response:
            return await read(response)

    async def token(self, who: str) -> str:
        if who not in self.tokens:
            self.tokens[who] = (await self.login(who)).body["access_token"]
        return self.tokens[who]

    async def login(self, who: str = SERVICE, **form: str) -> Reply:
        return await self.oauth("token", grant_type=JWT_GRANT, assertion=self.rc.jwt_for(who), **form)

    async def oauth(self, operation: str, *, client: str | None = None, **form: str) -> Reply:
        known = basic(self.rc.client_id, self.rc.client_secret)
        headers = {"Authorization": known if client is None else client}
        url = f"{self.rc.url}/restapi/oauth/{operation}"
        async with self.http.post(url, data=form, headers=headers) as response:
            return await read(response)

    async def make_webinar(self, who: str = SERVICE, **settings: Any) -> str:
        reply = await self.call("POST", WEBINARS, {"title": "Launch day", "settings": settings}, who=who)
        assert reply.status == 201
        return str(reply.body["id"])

    async def make_session(self, webinar_id: str, who: str = SERVICE, **fields: Any) -> str:
        body = {"scheduledStartTime": START, "scheduledDuration": 3600, "timeZone": "Europe/Madrid", **fields}
        reply = await self.call("POST", f"{WEBINARS}/{webinar_id}/sessions", body, who=who)
        assert reply.status == 201
        return str(reply.body["id"])

    async def make_registrable(self, who: str = SERVICE) -> tuple[str, str]:
        webinar_id = await self.make_webinar(who, registrationEnabled=True)
        session_id = await self.make_session(webinar_id, who)
        self.clock.advance(self.rc.rules.registration_delay)
        return webinar_id, session_id


def basic(client_id: str, client_secret: str) -> str:
    """The Authorization header of an app."""
    return "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()


async def read(response: aiohttp.ClientResponse) -> Reply:
    """The body of a response: JSON or text."""
    is_json = response.content_type == "application/json"
    body = await response.json() if is_json else await response.text()
    return Reply(response.status, body, dict(response.headers))


@asynccontextmanager
async def api_client(company: Company | None = None) -> AsyncIterator[ApiClient]:
    """A started stand-in with high rate budgets, and its client."""
    clock = ManualClock()
    rc = RingCentral(clock, company=company)
    rc.rules.budgets = {"Light": PLENTY, "Medium": PLENTY, "Heavy": PLENTY, "Auth": PLENTY}
    await rc.start()
    try:
        async with aiohttp.ClientSession() as http:
            yield ApiClient(rc, clock, http)
    finally:
        await rc.stop()
