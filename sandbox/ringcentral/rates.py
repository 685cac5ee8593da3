"""Rate budgets: a sliding window per user, app and group, with a penalty that every further call restarts."""

from __future__ import annotations

import math
from collections import defaultdict, deque

from sandbox.clock import SandboxClock
from sandbox.ringcentral.responses import ApiError
from sandbox.ringcentral.rules import Group, Rules

Key = tuple[str, str, Group]  # user, app, group


class Rates:
    """Counts calls on machine time, as in developers.ringcentral.com/guide/basics/rate-limits."""

    def __init__(self, rules: Rules, clock: SandboxClock) -> None:
        """Start with unused budgets."""
        self._rules = rules
        self._clock = clock
        self._spent: dict[Key, deque[float]] = defaultdict(deque)
        self._penalty_until: dict[Key, float] = {}
        self.penalties = 0  # how many times a budget was exceeded
        self.throttled = 0  # calls that got a 429, including those during a penalty

    def charge(self, key: Key) -> dict[str, str]:
        """Count one call and return its headers, or raise a 429.

        "With each new request the penalty interval is reset": calls during a penalty extend it.
        """
        now = self._clock.monotonic()
        spent = self._recent(key, now)
        if now < self._penalty_until.get(key, now):
            raise self._refuse(key, now)
        if len(spent) >= self._rules.budgets[key[2]]:
            self.penalties += 1
            raise self._refuse(key, now)
        spent.append(now)
        return self.headers(key)

    def headers(self, key: Key) -> dict[str, str]:
        """The rate limit headers, if there are any; reading them costs nothing."""
        if not self._rules.rate_headers:
            return {}
        now = self._clock.monotonic()
        limit = self._rules.budgets[key[2]]
        in_penalty = now < self._penalty_until.get(key, now)
        left = 0 if in_penalty else max(0, limit - len(self._recent(key, now)))
        return {
            "X-Rate-Limit-Group": key[2],
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Remaining": str(left),
            "X-Rate-Limit-Window": str(math.ceil(self._rules.window)),
        }

    def _recent(self, key: Key, now: float) -> deque[float]:
        spent = self._spent[key]
        while spent and spent[0] <= now - self._rules.window:
            spent.popleft()
        return spent

    def _refuse(self, key: Key, now: float) -> ApiError:
        self._penalty_until[key] = now + self._rules.penalty
        self.throttled += 1
        refusal = ApiError(429, "CMN-301", "Request rate exceeded")
        refusal.headers = {**self.headers(key), "Retry-After": str(math.ceil(self._rules.penalty))}
        return refusal
