"""Webhooks: an address is validated, then signed events are sent to it, and repeated on the sandbox clock."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from sandbox.zoom.event_bodies import EVENTS, Payload, envelope
from sandbox.zoom.world import World

WEBHOOK_SECRET = "sandbox-zoom-webhook-not-a-secret"
ACCEPTED = (200, 204)
RETRIES = (timedelta(minutes=5), timedelta(minutes=20), timedelta(minutes=60))
"""The wait before each further attempt, counted from the one before."""
VALIDATION = "endpoint.url_validation"
VALIDATE_EVERY = timedelta(hours=72)
TICK = 0.5
"""Seconds between two looks at what is due."""


@dataclass
class Subscriber:
    """An address, the events that it gets (all if there are none), and when it was last validated."""

    url: str
    events: Collection[str]
    validated_at: datetime
    is_active: bool = True


@dataclass(eq=False)
class Pending:
    """A delivery that was not accepted yet."""

    subscriber: Subscriber
    name: str
    body: bytes
    due: datetime
    tries: int = 0


@dataclass(frozen=True)
class Attempt:
    """One attempt to deliver; `status` is None without a response in time."""

    name: str
    number: int
    status: int | None


class Webhooks:
    """The subscribers of one app."""

    def __init__(self, world: World) -> None:
        """Deliver nothing before there is a subscriber."""
        self._world = world
        self._pending: list[Pending] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None
        self._ticking: asyncio.Task[None] | None = None
        self.subscribers: list[Subscriber] = []
        self.attempts: list[Attempt] = []
        world.on_event.append(self._take)

    async def start(self) -> None:
        """Look regularly at what is due."""
        self._ticking = asyncio.create_task(self._tick_forever())

    async def subscribe(self, url: str, *events: str) -> Subscriber:
        """Send events to an address, as the app's page at Zoom sets up. Raises ValueError if it is not validated."""
        if unknown := set(events) - set(EVENTS):
            raise ValueError(f"There are no such events: {', '.join(sorted(unknown))}.")
        if not await self._is_valid(url):
            raise ValueError("The address did not answer the validation as it should within three seconds.")
        made = Subscriber(url, events, self._world.now())
        self.subscribers.append(made)
        return made

    async def tick(self) -> None:
        """Send what is due on the sandbox clock, and validate addresses again every 72 hours."""
        self._send_due()
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is being sent; deliveries that wait for a retry stay."""
        while self._sending:
            await asyncio.wait(set(self._sending))

    @property
    def waiting(self) -> list[str]:
        """The names of the events that wait for a retry."""
        return [one.name for one in self._pending]

    async def stop(self) -> None:
        """Stop; what is pending is lost."""
        tasks = [*self._sending, *([self._ticking] if self._ticking else [])]
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._pending.clear()
        if self._http:
            await self._http.close()
        self._http = self._ticking = None

    def clear(self) -> None:
        """Forget the subscribers, pending deliveries and earlier attempts."""
        self.subscribers.clear()
        self._pending.clear()
        self.attempts.clear()

    def _take(self, name: str, payload: Payload) -> None:
        stamp = int(self._world.clock.now().timestamp() * 1000)
        body = json.dumps(envelope(name, payload, stamp)).encode()
        for one in self.subscribers:
            if one.is_active and (not one.events or name in one.events):
                for _ in range(2 if self._world.rules.deliver_twice else 1):
                    self._start(self._send(Pending(one, name, body, self._world.now())))

    async def _tick_forever(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            self._send_due()

    def _send_due(self) -> None:
        now = self._world.now()
        for one in self.subscribers:
            if now - one.validated_at >= VALIDATE_EVERY:
                one.validated_at = now
                self._start(self._validate_again(one))
        for pending in [one for one in self._pending if one.due <= now]:
            self._pending.remove(pending)
            self._start(self._send(pending))

    async def _validate_again(self, one: Subscriber) -> None:
        one.is_active = await self._is_valid(one.url)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, pending: Pending) -> None:
        status, _ = await self._post(pending.subscriber.url, pending.body)
        pending.tries += 1
        self.attempts.append(Attempt(pending.name, pending.tries, status))
        if status not in ACCEPTED and pending.tries <= len(RETRIES):
            pending.due = self._world.now() + RETRIES[pending.tries - 1]
            self._pending.append(pending)

    async def _is_valid(self, url: str) -> bool:
        """Whether the address answers with its token and the digest of it by the secret."""
        token = secrets.token_urlsafe(16)
        body = {"event": VALIDATION, "payload": {"plainToken": token}, "event_ts": _milliseconds(self._world)}
        status, answer = await self._post(url, json.dumps(body).encode())
        return status in ACCEPTED and answer == {"plainToken": token, "encryptedToken": _digest(token.encode())}

    async def _post(self, url: str, body: bytes) -> tuple[int | None, Any]:
        if self._http is None:
            self._http = aiohttp.ClientSession()
        stamp = str(int(self._world.clock.machine().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "x-zm-request-timestamp": stamp,
            "x-zm-signature": f"v0={_digest(f'v0:{stamp}:'.encode() + body)}",
        }
        timeout = aiohttp.ClientTimeout(total=self._world.rules.webhook_timeout)
        with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
            async with self._http.post(url, data=body, headers=headers, timeout=timeout) as answer:
                return answer.status, _json(await answer.text())
        return None, None


def _digest(content: bytes) -> str:
    return hmac.new(WEBHOOK_SECRET.encode(), content, hashlib.sha256).hexdigest()


def _milliseconds(world: World) -> int:
    return int(world.clock.now().timestamp() * 1000)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
