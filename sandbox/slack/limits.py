"""Slack's limits, all changeable, and the rate limit windows (on machine time)."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

from sandbox.clock import SandboxClock
from sandbox.slack.model import DAY, MINUTE

# Calls a minute of each tier: https://docs.slack.dev/apis/web-api/rate-limits
TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
HISTORY, MESSAGES = {"conversations.history", "conversations.replies"}, "messages of the workspace"


@dataclass
class Limits:
    """The limits that the stand-in enforces; a test can change any of them."""

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
    alt_text: int = 1_000
    snippet_bytes: int = 1_000_000
    form_file_bytes: int = 10_000_000
    schedule_ahead: float = 120 * DAY
    schedule_window: float = 5 * MINUTE
    schedule_in_window: int = 30
    delete_before_post: float = 60.0
    messages_per_second: float | None = 1.0  # per channel; None: no limit
    message_burst: int = 10  # Slack allows short bursts and gives no number: this one is ours
    workspace_per_minute: int | None = None  # Slack says "several hundred" and gives no number; None: no limit
    method_limits: bool = False  # the tiers; off, so that tests need not wait
    events_per_hour: int = 30_000
    history_per_minute: int | None = None  # 1 for apps sold outside the Marketplace; None: its tier
    history_objects: int = 999  # 15 for apps sold outside the Marketplace
    check_blocks: bool = True  # False: skip the validation of blocks in messages, for speed
    many_workspaces: bool = False  # True: a token that ends in a number is a separate workspace, see many_workspaces.py


@dataclass
class RateLimits:
    """Rate limits per workspace."""

    clock: SandboxClock
    limits: Limits
    _calls: dict[tuple[str, str], deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _buckets: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    def wait_for_method(self, method: str, tier: int | None, team: str = "") -> int | None:
        """Seconds until `method` can be called again; None if it can be called now, which counts the call."""
        most = TIERS[tier] if self.limits.method_limits and tier is not None else None
        if method in HISTORY and self.limits.history_per_minute is not None:
            most = self.limits.history_per_minute
        return self._wait_in_minute((team, method), most)

    def wait_for_message(self, channel: str, team: str = "") -> int | None:
        """Seconds until a message can be posted to `channel`; None if it can be posted now, which counts it."""
        rate, now = self.limits.messages_per_second, self.clock.monotonic()
        burst = float(self.limits.message_burst)
        tokens, at = self._buckets.get((team, channel), (burst, now))
        tokens = burst if rate is None else min(burst, tokens + (now - at) * rate)
        if rate is not None and tokens < 1:
            return max(1, math.ceil((1 - tokens) / rate))
        if wait := self._wait_in_minute((team, MESSAGES), self.limits.workspace_per_minute):
            return wait
        if rate is not None:
            self._buckets[team, channel] = (tokens - 1, now)
        return None

    def _wait_in_minute(self, key: tuple[str, str], most: int | None) -> int | None:
        if most is None:
            return None
        now, calls = self.clock.monotonic(), self._calls[key]
        while calls and calls[0] <= now - MINUTE:
            calls.popleft()
        if len(calls) >= most:
            return max(1, math.ceil(calls[0] + MINUTE - now))
        calls.append(now)
        return None
