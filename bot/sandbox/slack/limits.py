"""Slack's limits as numbers that can be changed, and the windows that count calls (all on machine time)."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

from bot.sandbox.clock import SandboxClock
from bot.sandbox.slack.model import DAY, MINUTE

# Calls a minute of each tier: https://docs.slack.dev/apis/web-api/rate-limits
TIERS = {1: 1, 2: 20, 3: 50, 4: 100}


@dataclass
class Limits:
    """What the stand-in enforces; a test may shorten or lift any of it."""

    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    response_url_seconds: float = 30 * MINUTE
    response_url_uses: int = 5
    stack: int = 3
    connections: int = 10
    message_text: int = 40_000
    update_text: int = 4_000
    markdown_text: int = 12_000
    view_bytes: int = 250_000
    schedule_ahead: float = 120 * DAY
    schedule_window: float = 5 * MINUTE
    schedule_in_window: int = 30
    delete_before_post: float = 60.0
    messages_per_second: float | None = 1.0  # each channel; None lifts it
    message_burst: int = 10  # Slack allows short bursts and does not say how short: this number is ours
    method_limits: bool = False  # the tiers; off, so that tests need not pace themselves


@dataclass
class RateLimits:
    """Says how long a caller must wait, or nothing."""

    clock: SandboxClock
    limits: Limits
    _calls: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait_for_method(self, method: str, tier: int | None) -> int | None:
        """Seconds until `method` may be called again, counting this call if it may be made now."""
        if not self.limits.method_limits or tier is None:
            return None
        now, calls = self.clock.monotonic(), self._calls[method]
        while calls and calls[0] <= now - MINUTE:
            calls.popleft()
        if len(calls) >= TIERS[tier]:
            return max(1, math.ceil(calls[0] + MINUTE - now))
        calls.append(now)
        return None

    def wait_for_channel(self, channel: str) -> int | None:
        """Seconds until a message may be posted to `channel`, counting this one if it may be posted now."""
        rate = self.limits.messages_per_second
        if rate is None:
            return None
        now = self.clock.monotonic()
        tokens, at = self._buckets.get(channel, (float(self.limits.message_burst), now))
        tokens = min(float(self.limits.message_burst), tokens + (now - at) * rate)
        allowed = tokens >= 1
        self._buckets[channel] = (tokens - 1 if allowed else tokens, now)
        return None if allowed else max(1, math.ceil((1 - tokens) / rate))
