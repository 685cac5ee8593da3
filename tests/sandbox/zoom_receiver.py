"""A web server to which Zoom's events are sent; it answers as the test wants."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Receiver:
    """An address that an app has set up; it validates itself with this secret, and answers with this status."""

    secret: str
    url: str = ""
    status: int = 200
    bodies: list[dict[str, Any]] = field(default_factory=list)
    signatures: list[tuple[str, str, bytes]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        raw = await request.read()
        body = json.loads(raw)
        self.signatures.append((request.headers["x-zm-signature"], request.headers["x-zm-request-timestamp"], raw))
        if body["event"] == "endpoint.url_validation":
            token = body["payload"]["plainToken"]
            return web.json_response({"plainToken": token, "encryptedToken": self.digest(token.encode())})
        self.bodies.append(body)
        return web.Response(status=self.status)

    def digest(self, content: bytes) -> str:
        """The digest of the guide."""
        return hmac.new(self.secret.encode(), content, hashlib.sha256).hexdigest()

    def take(self) -> list[str]:
        """The names of the events since the last call."""
        names = [body["event"] for body in self.bodies]
        self.bodies.clear()
        return names


@asynccontextmanager
async def zoom_receiver(secret: str) -> AsyncIterator[Receiver]:
    """A started receiver."""
    receiver = Receiver(secret)
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
