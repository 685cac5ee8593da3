"""Faults on demand: the next call of a method is refused, cut or left hanging, before or after it took effect."""

from __future__ import annotations

from dataclasses import dataclass, field

ANY = "*"


@dataclass
class Fault:
    """What the next `times` calls of `method` meet."""

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
        """Whether no answer is ever given: the connection is closed instead."""
        return self.cut or (self.hang is not None and not self.error and self.status is None)


@dataclass
class Faults:
    """The faults that are still to come, oldest first."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Line up a fault; one that says nothing is a rate limit."""
        if not (fault.error or fault.status or fault.cut or fault.hang is not None):
            fault.error = "ratelimited"
        self.waiting.append(fault)

    def take(self, method: str) -> Fault | None:
        """The fault this call of `method` meets, if any."""
        fault = next((one for one in self.waiting if one.method in (ANY, method)), None)
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
        return fault
