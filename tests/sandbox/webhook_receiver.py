"""A web server that a test subscribes to RingCentral's events; it answers as the test wants."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.sandbox.ringcentral_client import SERVICE, ApiClient, Reply

SUBSCRIPTIONS = "/webinar/notifications/v1/subscriptions"
SESSIONS = "/webinar/configuration/v1/company/sessions"
RUNTIME = "/webinar/runtime/v1/company/sessions/state"
REGISTRATION = "/webinar/registration/v1/company/sessions/state"
REGISTRANTS = "/webinar/registration/v1/company/sessions/registrants"
EVENTS = [SESSIONS, RUNTIME, REGISTRATION, REGISTRANTS]


@dataclass
class Receiver:
    """What arrived, and how to answer."""

    url: str = ""
    status: int = 200
    handshake: dict[str, str] = field(default_factory=dict)
    """Headers that replace those of the right answer to a handshake."""
    padding: int = 0
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared: no request is answered."""
    bodies: list[Any] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    handshakes: int = 0

    async def handle(self, request: web.Request) -> web.Response:
        raw = await request.read()
        await self.answers.wait()
        token = request.headers.get("Validation-Token", "")
        if not raw:
            self.handshakes += 1
            headers = {"Validation-Token": token, "Content-Type": "application/json", **self.handshake}
            return web.Response(status=self.status, body=b" " * self.padding, headers=headers)
        self.headers.append(dict(request.headers))
        try:
            self.bodies.append(json.loads(raw))
        except ValueError:
            self.bodies.append(raw.decode())
        return web.Response(status=self.status)

    def events(self) -> list[str]:
        """The filters of what arrived, in order."""
        return [body["event"] for body in self.bodies]

    async def subscribe(self, at: ApiClient, *filters: str, who: str = SERVICE, **more: Any) -> Reply:
        """Subscribe to these filters, or to all four."""
        mode = {"transportType": "WebHook", "address": self.url, **more.pop("mode", {})}
        body = {"eventFilters": list(filters or EVENTS), "deliveryMode": mode, **more}
        return await at.call("POST", SUBSCRIPTIONS, body, who=who)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """A started receiver."""
    made = Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    made.answers.set()
    try:
        yield made
    finally:
        made.answers.set()
        await runner.cleanup()
