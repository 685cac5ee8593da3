"""What the faults of the vendors' stand-ins have in common: which calls they affect, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeVar


@dataclass
class CallFault:
    """Affects the next `times` calls that match."""

    method: str  # "*" for any
    path_regex: str  # searched in the path, without the query
    status: int | None = 500  # None with `effect`: the true response, only late
    effect: bool = False  # the call takes effect first
    hang: float | None = None  # seconds before the response
    cut: bool = False  # no response: the connection is dropped
    times: int = 1


F = TypeVar("F", bound=CallFault)


def check_fault(fault: F) -> F:
    """Return the fault; ValueError for an invalid combination."""
    try:
        re.compile(fault.path_regex)
    except re.error as error:
        raise ValueError(f"Not a regular expression: {fault.path_regex}") from error
    if fault.status is None and not (fault.effect or fault.cut):
        raise ValueError("Without a status, a fault must cut the call or let it take effect.")
    if fault.times < 1:
        raise ValueError("A fault happens at least once.")
    return fault


def match_fault(faults: list[F], method: str, path: str) -> F | None:
    """Return the first fault that matches; remove it from `faults` after its last use."""
    for fault in faults:
        if fault.method in ("*", method) and re.search(fault.path_regex, path):
            fault.times -= 1
            if not fault.times:
                faults.remove(fault)
            return fault
    return None
