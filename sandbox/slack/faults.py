"""Injected faults: the next calls of a method fail, or a random share of all calls, by a seed."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

ANY = "*"
SERVER_ERROR = 500


@dataclass
class Fault:
    """What happens to the next `times` calls of `method`."""

    method: str
    error: str = ""
    status: int | None = None
    effect: bool = False
    cut: bool = False
    hang: float | None = None
    times: int = 1
    retry_after: int | None = None

    @property
    def silent(self) -> bool:
        """Whether the connection is closed without a response."""
        return self.cut or (self.hang is not None and not self.error and self.status is None)


@dataclass
class Chaos:
    """Makes shares (0 to 1) of the calls of `method` fail; `met` counts the failures.

    Without effect: `limited` is a 429, `refused` a 500. With the full effect: `lost` is a 500, `cut` a broken
    connection, and `hang` a connection that is silent for `hang_seconds` and then breaks.
    """

    method: str = ANY
    limited: float = 0.0
    refused: float = 0.0
    lost: float = 0.0
    cut: float = 0.0
    hang: float = 0.0
    seed: int = 0
    retry_after: int = 1
    hang_seconds: float = 60.0
    calls: int = field(default=0, init=False)
    met: Counter[str] = field(default_factory=Counter, init=False)

    def __post_init__(self) -> None:
        """ValueError for invalid shares."""
        if min(self.shares.values()) < 0 or sum(self.shares.values()) > 1:
            raise ValueError("Shares are at least 0 and together at most 1.")
        self._random = random.Random(self.seed)  # noqa: S311 - a test must be repeatable

    @property
    def shares(self) -> dict[str, float]:
        """Share of each kind of failure."""
        return {name: getattr(self, name) for name in ("limited", "refused", "lost", "cut", "hang")}

    def draw(self) -> Fault | None:
        """Choose what happens to the next call."""
        self.calls += 1
        thrown = self._random.random()
        for name, share in self.shares.items():
            if thrown < share:
                self.met[name] += 1
                return self._fault(name)
            thrown -= share
        return None

    def _fault(self, name: str) -> Fault:
        match name:
            case "limited":
                return Fault(self.method, error="ratelimited", retry_after=self.retry_after)
            case "refused":
                return Fault(self.method, status=SERVER_ERROR)
            case "lost":
                return Fault(self.method, status=SERVER_ERROR, effect=True)
            case "cut":
                return Fault(self.method, cut=True, effect=True)
            case _:
                return Fault(self.method, hang=self.hang_seconds, effect=True)


@dataclass
class Faults:
    """The pending faults, oldest first, and the active chaos."""

    waiting: list[Fault] = field(default_factory=list)
    chaos: list[Chaos] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Add a fault; without any details it is a rate limit."""
        if not (fault.error or fault.status or fault.cut or fault.hang is not None):
            fault.error = "ratelimited"
        self.waiting.append(fault)

    def take(self, method: str) -> Fault | None:
        """The fault for this call of `method`, if any."""
        fault = next((one for one in self.waiting if one.method in (ANY, method)), None)
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
            return fault
        return next((met for one in self.chaos if one.method in (ANY, method) and (met := one.draw())), None)
