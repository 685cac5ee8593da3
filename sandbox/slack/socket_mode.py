"""Socket Mode: several web sockets, one of which gets each envelope (https://docs.slack.dev/apis/events-api/using-socket-mode)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.slack import seed
from sandbox.slack.model import Json
from sandbox.slack.world import World


@dataclass
class SocketMode:
    """The open connections of the app."""

    world: World
    connections: list[web.WebSocketResponse] = field(default_factory=list)
    _tickets: set[str] = field(default_factory=set)
    _answers: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _turn: int = 0

    def new_url(self) -> str:
        """A URL for one connection."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return f"{self.world.url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={seed.APP_ID}"

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Accept a connection and read its acknowledgments until it ends."""
        if request.query.get("ticket", "") not in self._tickets:
            return web.Response(status=403, text="invalid ticket")
        self._tickets.discard(request.query["ticket"])
        if len(self.connections) >= self.world.limits.connections:
            return web.Response(status=429, text="too many connections")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self._greet(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            self.connections = [other for other in self.connections if other is not socket]
            self.world.changed()
        return socket

    async def deliver(self, kind: str, payload: Json, attempt: Json | None, *, accepts_response_payload: bool) -> Any:
        """Send an envelope to one connection and return the payload of its acknowledgment; LookupError without one.

        `attempt` has the number and reason of a retry, for events.
        """
        if not self.connections:
            raise LookupError("The app has no open connection.")
        envelope_id = secrets.token_hex(16)
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": accepts_response_payload,
        }
        envelope |= attempt or {}
        answer = self._answers[envelope_id] = asyncio.get_running_loop().create_future()
        self._turn += 1
        try:
            await self.connections[self._turn % len(self.connections)].send_json(envelope)
            return await answer
        finally:
            del self._answers[envelope_id]

    async def disconnect(self, reason: str) -> None:
        """Send "disconnect" to all connections; "warning" leaves them open, other reasons close them."""
        for socket in list(self.connections):
            debug = {"host": "sandbox"}
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": debug})
            if reason != "warning":
                await socket.close()

    async def stop(self) -> None:
        """Close all connections."""
        for socket in list(self.connections):
            await socket.close()

    async def _greet(self, socket: web.WebSocketResponse) -> None:
        self.connections.append(socket)
        hello: Json = {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": seed.APP_ID},
            "debug_info": {"host": "sandbox", "approximate_connection_time": 3600},
        }
        await socket.send_json(hello)
        self.world.changed()

    def _acknowledged(self, data: str) -> None:
        with contextlib.suppress(json.JSONDecodeError):
            said: Any = json.loads(data)
            envelope_id = said.get("envelope_id") if isinstance(said, dict) else None
            waiting = self._answers.get(str(envelope_id))
            if waiting is not None and not waiting.done():
                waiting.set_result(said.get("payload"))
