"""The Events API: subscriptions, deliveries in the background, and Slack's three retries.

https://docs.slack.dev/apis/events-api
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush

from sandbox.slack import payloads
from sandbox.slack.delivery import Delivery, Reply, Retry
from sandbox.slack.model import MINUTE, Event, Json
from sandbox.slack.world import World

HOUR = 60 * MINUTE
RETRY_AFTER = (0.0, MINUTE, 5 * MINUTE)
"""Seconds on the sandbox clock from a failed delivery to each retry."""
SUBSCRIBED = frozenset(
    {"app_home_opened", "channel_left", "group_left", "member_joined_channel", "member_left_channel"}
)
"""Default subscriptions: those of manifest.yml."""
LAST_WORDS = {"app_uninstalled", "tokens_revoked"}
"""Delivered although the app is not installed any more."""
_CHANNEL, _GROUP = "channels:read", "groups:read"
SUBSCRIPTIONS: dict[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "channel_archive": (_CHANNEL,),
    "channel_left": (_CHANNEL,),
    "channel_rename": (_CHANNEL,),
    "channel_unarchive": (_CHANNEL,),
    "group_archive": (_GROUP,),
    "group_left": (_GROUP,),
    "group_rename": (_GROUP,),
    "group_unarchive": (_GROUP,),
    "member_joined_channel": (_CHANNEL, _GROUP),
    "member_left_channel": (_CHANNEL, _GROUP),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "tokens_revoked": (),
    "user_change": ("users:read",),
}
"""What an app can subscribe to, and the scopes of which it needs the one of the conversation."""


@dataclass(order=True)
class _Pending:
    due: float
    number: int
    event_id: str
    reason: str
    payload: Json


class Events:
    """Notifies the app of what it has subscribed to and has the scope for."""

    def __init__(self, world: World, delivery: Delivery, subscribed: Iterable[str] = SUBSCRIBED) -> None:
        """Listen to this world. ValueError for an event that the stand-in does not have."""
        self.subscribed = set(subscribed)
        if unknown := self.subscribed - set(SUBSCRIPTIONS):
            raise ValueError(f"The stand-in has no event {', '.join(sorted(unknown))}.")
        self._world = world
        self._delivery = delivery
        self._pending: list[_Pending] = []
        self._running: set[asyncio.Task[Reply]] = set()
        self._sent: deque[float] = deque()  # when, in the last hour
        self._noted = -MINUTE  # when the app was last told of the limit
        self._retrying: set[asyncio.Task[Reply]] = set()
        world.on_event = self.emit

    def emit(self, event: Event) -> asyncio.Task[Reply] | None:
        """Deliver an event in the background; None if the app is not to be notified of it."""
        world = self._world
        allowed = not event.scope or event.scope in world.scopes
        installed = world.installed or event.subscription in LAST_WORDS
        if event.subscription not in self.subscribed or not allowed or not installed:
            return None
        if not self._has_room():
            return None
        return self._start(self._attempt(payloads.event(world, event), 0, ""))

    def _has_room(self) -> bool:
        """Count a delivery; beyond the limit of an hour, on machine time, the app hears so once a minute instead."""
        now = self._world.clock.monotonic()
        while self._sent and self._sent[0] <= now - HOUR:
            self._sent.popleft()
        if len(self._sent) < self._world.limits.events_per_hour:
            self._sent.append(now)
            return True
        if now - self._noted >= MINUTE:
            self._noted = now
            self._start(self._delivery.deliver("event", payloads.app_rate_limited(self._world)))
        return False

    def next_due(self) -> float | None:
        """When the next retry is due, in Unix seconds of the sandbox clock."""
        return self._pending[0].due if self._pending else None

    def deliver_due(self) -> Awaitable[object]:
        """Start the retries that are due; await the result to wait for the responses to all that have started."""
        while self._pending and self._pending[0].due <= self._world.now():
            one = heappop(self._pending)
            retry = self._start(self._attempt(one.payload, one.number, one.reason))
            self._retrying.add(retry)
            retry.add_done_callback(self._retrying.discard)
        return asyncio.gather(*self._retrying)

    async def stop(self) -> None:
        """Drop deliveries and retries."""
        self._pending.clear()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _attempt(self, payload: Json, number: int, reason: str) -> Reply:
        reply = await self._delivery.deliver("event", payload, Retry(number, reason) if number else None)
        if reply.error and not reply.no_retry and number < len(RETRY_AFTER) and self._world.installed:
            due = self._world.now() + RETRY_AFTER[number]
            heappush(self._pending, _Pending(due, number + 1, payload["event_id"], reply.reason, payload))
        return reply

    def _start(self, attempt: Awaitable[Reply]) -> asyncio.Task[Reply]:
        task = asyncio.ensure_future(attempt)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task
