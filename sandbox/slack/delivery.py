"""Delivery to the app: signed HTTP to its URL, or a Socket Mode connection if it has none."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import aiohttp

from sandbox.slack import seed
from sandbox.slack.model import Json
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.world import World

MOST_REDIRECTS = 2
SOCKET_TYPES = {"command": "slash_commands", "interaction": "interactive", "event": "events_api"}


@dataclass(frozen=True)
class Reply:
    """The app's response; `error` is empty if it came in time with a 2xx."""

    error: str
    status: int | None = None
    body: Any = None
    seconds: float = 0.0
    reason: str = ""  # of the failure, as Slack names it in a retry
    no_retry: bool = False  # the app asked for no retry of an event


@dataclass(frozen=True)
class Retry:
    """A repeated delivery of an event: its number from 1, and why the one before failed."""

    number: int
    reason: str


class Delivery:
    """Delivers over HTTP or Socket Mode."""

    def __init__(self, world: World, sockets: SocketMode) -> None:
        self.world = world
        self.sockets = sockets
        self.events_url: str | None = None
        self.reached = True  # whether the last delivery reached the app
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the HTTP session."""
        self._session = aiohttp.ClientSession(headers={"User-Agent": "Slackbot 1.0 (sandbox)"})

    async def stop(self) -> None:
        """Close the HTTP session."""
        if self._session is not None:
            await self._session.close()

    @property
    def connected(self) -> bool:
        """Whether the app was reachable at the last delivery, or has a connection."""
        return self.reached if self.events_url else bool(self.sockets.connections)

    async def deliver(self, kind: str, payload: Json, retry: Retry | None = None) -> Reply:
        """Deliver a "command", an "interaction" or an "event", and wait for the response as long as Slack does."""
        if not self.world.installed and kind != "event":  # an event may be about that
            return Reply("dispatch_failed")
        began = self.world.clock.monotonic()
        try:
            async with asyncio.timeout(self.world.limits.ack_seconds):
                send = self._by_http if self.events_url else self._by_socket
                reply = await send(kind, payload, retry or Retry(0, ""))
        except TimeoutError:
            reply = Reply("operation_timeout", reason="http_timeout")
        except (aiohttp.ClientError, ConnectionError, LookupError) as error:
            reply = Reply("dispatch_failed", reason=_reason(error))
        self.reached = reply.error != "dispatch_failed" or reply.status is not None
        return replace(reply, seconds=self.world.clock.monotonic() - began)

    async def _by_socket(self, kind: str, payload: Json, retry: Retry) -> Reply:
        answers = kind != "event"
        attempt = None if answers else {"retry_attempt": retry.number, "retry_reason": retry.reason}
        body = await self.sockets.deliver(SOCKET_TYPES[kind], payload, attempt, accepts_response_payload=answers)
        return Reply("", 200, body)

    async def _by_http(self, kind: str, payload: Json, retry: Retry) -> Reply:
        if self._session is None or self.events_url is None:
            raise LookupError("The workspace is not started.")
        body, content_type = _encode(kind, payload)
        headers = {**self._signature(body), "Content-Type": content_type}
        if retry.number:
            headers |= {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}
        async with self._session.post(
            self.events_url, data=body, headers=headers, max_redirects=MOST_REDIRECTS
        ) as response:
            text = await response.text()
            error, reason = ("", "") if 200 <= response.status < 300 else ("dispatch_failed", "http_error")
            no_retry = response.headers.get("X-Slack-No-Retry") == "1"
            return Reply(error, response.status, _read(text), reason=reason, no_retry=no_retry)

    def _signature(self, body: bytes) -> dict[str, str]:
        """Slack's v0 signature, on machine time (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""
        timestamp = str(int(self.world.clock.machine().timestamp()))
        signed = b"v0:" + timestamp.encode() + b":" + body
        digest = hmac.new(seed.SIGNING_SECRET.encode(), signed, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


def _reason(error: Exception) -> str:
    """The name in `x-slack-retry-reason`: https://docs.slack.dev/apis/events-api#errors"""
    if isinstance(error, aiohttp.TooManyRedirects):
        return "too_many_redirects"
    if isinstance(error, aiohttp.ClientSSLError):
        return "ssl_error"
    is_lost = isinstance(error, ConnectionError | aiohttp.ClientConnectionError | LookupError)
    return "connection_failed" if is_lost else "unknown_error"


def _encode(kind: str, payload: Json) -> tuple[bytes, str]:
    if kind == "event":
        return json.dumps(payload).encode(), "application/json"
    form = payload if kind == "command" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def _read(text: str) -> Any:
    try:
        return json.loads(text) if text.strip() else None
    except json.JSONDecodeError:
        return text
