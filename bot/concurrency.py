"""Keyed locks, and a sliding window for rate limits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable
from weakref import WeakValueDictionary


class KeyedLocks:
    """One lock for each key, kept only while it is in use: `async with locks[key]`."""

    def __init__(self) -> None:
        """Start without locks."""
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    def __getitem__(self, key: Hashable) -> asyncio.Lock:
        """The lock of this key; keep a reference to it while it is held."""
        return self._locks.setdefault(key, asyncio.Lock())


class SlidingWindow:
    """At most `most` events in any `seconds`. Times are seconds that only increase."""

    def __init__(self, most: int, seconds: float) -> None:
        """Start without events."""
        self.most = most
        self._seconds = seconds
        self._events: deque[float] = deque()

    def add(self, now: float, count: int = 1) -> None:
        """Record events that happen now, even beyond the limit."""
        self._events.extend([now] * count)

    def left(self, now: float) -> int:
        """How many more events fit now."""
        self._forget_old(now)
        return max(0, self.most - len(self._events))

    def wait(self, now: float) -> float:
        """Seconds until one more event fits, 0 if one fits now."""
        if self.left(now):
            return 0.0
        return self._events[-self.most] + self._seconds - now

    def _forget_old(self, now: float) -> None:
        while self._events and self._events[0] <= now - self._seconds:
            self._events.popleft()
