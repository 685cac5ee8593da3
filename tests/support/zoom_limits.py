"""A strict model of Zoom's limits, which counts by itself and notes every call over any of them. In simulated time."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.providers.limit_keys import LimitKey
from bot.providers.zoom.limits import Label, keys_for
from tests.support.gate import clock

EVENING = datetime(2026, 3, 2, 23, 59, 0, tzinfo=UTC)
"""One minute before midnight, when the stories begin."""
PER_SECOND = {"free": (4, 2, 1), "pro": (30, 20, 10), "business": (80, 60, 40)}
PER_MINUTE = {"free": 10, "pro": 10, "business": 20}
HEAVY_PER_DAY = {"free": 1_000, "pro": 30_000, "business": 60_000}
CATEGORIES = {"light": "Light", "medium": "Medium", "heavy": "Heavy", "intensive": "Resource-intensive"}


def today() -> datetime:
    """The simulated time of the bot."""
    return EVENING + timedelta(seconds=clock())


@dataclass(frozen=True)
class ZoomCall:
    """What a call does, as Zoom sees it."""

    label: str
    host: str = ""
    addresses: tuple[str, ...] = ()
    registrants: tuple[str, ...] = ()
    deletes: str = ""

    @property
    def keys(self) -> tuple[LimitKey, ...]:
        """Its limits as the bot sees them."""
        return keys_for(
            Label(self.label),
            host=self.host,
            addresses=self.addresses,
            registrants=self.registrants,
            deletes=self.deletes,
        )


@dataclass
class StrictZoom:
    """One account. Its clock is `skew` seconds ahead of the bot's."""

    plan: str = "pro"
    headers: bool = True
    skew: float = 0.0
    times: dict[str, deque[float]] = field(default_factory=dict)
    days: Counter[tuple[str, ...]] = field(default_factory=Counter)
    deleting: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    arrived: list[tuple[float, ZoomCall]] = field(default_factory=list)

    def limit(self, label: str) -> tuple[int, float]:
        """The calls and seconds of a label."""
        if label == "intensive":
            return PER_MINUTE[self.plan], 60.0
        return PER_SECOND[self.plan][("light", "medium", "heavy").index(label)], 1.0

    def wanted(self, addresses: Sequence[str]) -> int:
        """Adds that were sent of one of these addresses, whichever has the most."""
        return max((self.sent[one] for one in addresses), default=0)

    def arrive(self, call: ZoomCall) -> tuple[int, Mapping[str, str]]:
        """Count a call on its arrival."""
        now, day = clock(), str((today() + timedelta(seconds=self.skew)).date())
        self.arrived.append((now, call))
        limit, window = self.limit(call.label)
        times = self.times.setdefault(call.label, deque())
        while times and times[0] <= now - window:
            times.popleft()
        times.append(now)
        over = [f"{call.label}: {len(times)}"] if len(times) > limit else []
        over += self._over_days(call, day)
        self.deleting[call.deletes] += bool(call.deletes)
        over += [f"deletes at once: {call.deletes}"] if self.deleting[call.deletes] > 1 else []
        self.violations += over
        rates = {"Category": CATEGORIES[call.label], "Type": "QPS", "Limit": limit, "Remaining": limit - len(times)}
        headers = {f"X-RateLimit-{name}": str(value) for name, value in rates.items()} if self.headers else {}
        return (429 if over else 201), headers

    def _over_days(self, call: ZoomCall, day: str) -> list[str]:
        counted: Sequence[tuple[tuple[str, ...], int]] = [
            *((("host", call.host), 100) for _ in range(bool(call.host))),
            *((("address", one), 3) for one in call.addresses),
            *((("registrant", one), 10) for one in call.registrants),
            *((("heavy",), HEAVY_PER_DAY[self.plan]) for _ in range(call.label in ("heavy", "intensive"))),
        ]
        over = []
        for key, limit in counted:
            self.days[day, *key] += 1
            if self.days[day, *key] > limit:
                over.append(f"{day} {key}: {self.days[day, *key]}")
        return over

    def done(self, call: ZoomCall) -> None:
        """The call has been answered."""
        self.deleting[call.deletes] -= bool(call.deletes)
