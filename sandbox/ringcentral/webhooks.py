"""Deliveries to subscribers: sent, repeated on the sandbox clock, and given up when an address fails for too long."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from sandbox.ringcentral.event_bodies import delivery_body
from sandbox.ringcentral.events import Event, parse_filter
from sandbox.ringcentral.handshake import OK, is_alive
from sandbox.ringcentral.subscriptions import Subscription
from sandbox.ringcentral.world import World

FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(minutes=10)
CHECK_EVERY = timedelta(minutes=15)
TICK = 0.25
"""Machine seconds between two looks at what is due."""
AT_ONCE = 8
"""Deliveries sent at the same time."""
HELD = 0.3
"""Machine seconds for which shuffled deliveries are collected."""
LOGGED = 10_000


@dataclass(frozen=True)
class Attempt:
    """One attempt to deliver; `status` is None without a response."""

    at: datetime  # sandbox time
    subscription_id: str
    event: str
    number: int
    status: int | None


@dataclass(eq=False)
class Pending:
    """A delivery that has not been accepted yet; `due` is None while it is being sent."""

    subscription_id: str
    event: str
    body: bytes
    due: datetime | None
    tries: int = 0


class Webhooks:
    """Delivers the events of one account. Pending deliveries are not persisted."""

    def __init__(self, world: World) -> None:
        """Deliver nothing before `start`."""
        self._world = world
        self.attempts: list[Attempt] = []
        self._pending: list[Pending] = []
        self._held: list[Pending] = []
        self._checked: dict[str, datetime] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._http: aiohttp.ClientSession | None = None
        self._ticking: asyncio.Task[None] | None = None
        world.on_event.append(self.take)

    async def start(self) -> None:
        """Begin to deliver."""
        self._http = aiohttp.ClientSession()
        self._ticking = asyncio.create_task(self._tick_forever())

    async def stop(self) -> None:
        """Stop; what is pending is lost."""
        tasks = [*self._sending, *([self._ticking] if self._ticking else [])]
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.clear()
        if self._http:
            await self._http.close()
        self._http = self._ticking = None

    def clear(self) -> None:
        """Forget pending deliveries and earlier attempts."""
        self._pending, self._held = [], []
        self.attempts.clear()
        self._checked.clear()

    def take(self, event: Event) -> None:
        """Queue an event for every subscriber whose filters match, and begin to send."""
        order = self._world.rules.deliveries
        if self._http is None or order == "lost":
            return
        subscribers = self._world.state.subscriptions.values()
        made = [delivery for one in subscribers for delivery in self._deliveries(one, event)]
        if order == "twice":
            made += [replace(one) for one in made]
        if order == "shuffled":
            if not self._held:
                self._start(self._release())
            self._held += made
        else:
            self._pending += made
            self._send_due()

    async def tick(self) -> None:
        """Send what is due now, check blacklisted addresses, and wait until nothing is being sent."""
        self._send_due()
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is being sent; deliveries that wait for a retry stay."""
        while self._sending:
            await asyncio.wait(set(self._sending))

    def pending(self, subscription_id: str) -> int:
        """How many deliveries wait or are being sent."""
        return sum(one.subscription_id == subscription_id for one in [*self._pending, *self._held])

    def blacklist(self, one: Subscription) -> None:
        """Stop delivering to this subscriber; what is pending is lost."""
        one.blacklisted = self._checked[one.id] = self._world.now()
        self._pending = [left for left in self._pending if left.subscription_id != one.id]

    def _deliveries(self, one: Subscription, event: Event) -> list[Pending]:
        """The delivery to this subscriber; none if no filter matches, or if the subscription is dead."""
        now = self._world.now()
        if one.blacklisted or one.is_expired(now):
            return []
        matched = next((text for text in one.filters if parse_filter(text).matches(event)), None)
        if matched is None:
            return []
        return [Pending(one.id, matched, delivery_body(self._world, event, one, matched), now)]

    async def _tick_forever(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            self._send_due()

    async def _release(self) -> None:
        await asyncio.sleep(HELD)
        self._pending += reversed(self._held)
        self._held = []
        self._send_due()

    def _send_due(self) -> None:
        now = self._world.now()
        for pending in self._pending:
            if pending.due is not None and pending.due <= now:
                pending.due = None
                self._start(self._send(pending))
        if self._world.rules.revive_blacklisted:
            for blacklisted in self._to_check(now):
                self._checked[blacklisted.id] = now
                self._start(self._check_again(blacklisted))

    def _to_check(self, now: datetime) -> list[Subscription]:
        dead = [one for one in self._world.state.subscriptions.values() if one.blacklisted]
        return [one for one in dead if now - self._checked.get(one.id, one.blacklisted or now) >= CHECK_EVERY]

    async def _check_again(self, one: Subscription) -> None:
        if await is_alive(one.address, self._world.rules.webhook_timeout):
            one.blacklisted = one.failing_since = None

    async def _send(self, pending: Pending) -> None:
        async with self._slots:
            one = self._world.state.subscriptions.get(pending.subscription_id)
            if one is None or one.blacklisted or one.is_expired(self._world.now()):
                self._forget(pending)
                return
            status = await self._post(one, pending.body)
            pending.tries += 1
            self.attempts.append(Attempt(self._world.now(), one.id, pending.event, pending.tries, status))
            del self.attempts[:-LOGGED]
            self._settle(one, pending, is_accepted=status == OK)

    async def _post(self, one: Subscription, body: bytes) -> int | None:
        headers = {"Content-Type": "application/json"}
        if one.token:
            headers[self._world.rules.verification_header] = one.token
        if self._http is None:
            return None
        with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
            timeout = aiohttp.ClientTimeout(total=self._world.rules.webhook_timeout)
            sent = self._http.post(one.address, data=body, headers=headers, timeout=timeout, allow_redirects=False)
            async with sent as answer:
                return answer.status
        return None

    def _settle(self, one: Subscription, pending: Pending, *, is_accepted: bool) -> None:
        now = self._world.now()
        if is_accepted:
            one.failing_since = None
            self._forget(pending)
            return
        one.failing_since = one.failing_since or now
        if now - one.failing_since >= GIVE_UP_AFTER:
            self.blacklist(one)
        else:
            pending.due = now + min(FIRST_RETRY * 2 ** (pending.tries - 1), LONGEST_RETRY)

    def _forget(self, pending: Pending) -> None:
        if pending in self._pending:
            self._pending.remove(pending)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
