"""Injected faults: the next matching call fails, hangs or is cut off, before or after its effect."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.zoom.responses import ApiError, ApiResponse

GATEWAY_STATUSES = (502, 504)  # sent by a proxy, as HTML
DEFAULTS = {
    400: (300, "Validation Failed."),
    401: (124, "Invalid access token."),
    404: (3001, "Meeting does not exist."),
    429: (429, "You have reached the maximum per-second rate limit for this API. Try again later."),
}


@dataclass
class Fault:
    """Affects the next `times` calls that match."""

    method: str  # "*" for any
    path_regex: str  # searched in the path, without the query
    status: int | None = 500  # None with `effect`: the true response, only late
    effect: bool = False  # the call takes effect first
    hang: float | None = None  # seconds before the response
    cut: bool = False  # no response: the connection is dropped
    times: int = 1
    retry_after: str | None = None  # seconds or a date: Zoom sends either
    code: int | None = None  # replaces the default error code of that status

    def response(self) -> ApiResponse:
        """The error response of this fault."""
        if self.status is None:
            raise ValueError("A fault without a status has no answer of its own.")
        headers = {} if self.retry_after is None else {"Retry-After": self.retry_after}
        if self.status in GATEWAY_STATUSES:
            return ApiResponse(self.status, f"<html><body><h1>{self.status}</h1></body></html>", headers)
        code, message = DEFAULTS.get(self.status, (self.status, "Internal Server Error"))
        response = ApiError(self.status, self.code or code, message).response()
        response.headers = headers
        return response


def check_fault(fault: Fault) -> Fault:
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


def match_fault(faults: list[Fault], method: str, path: str) -> Fault | None:
    """Return the first fault that matches; remove it from `faults` after its last use."""
    for fault in faults:
        if fault.method in ("*", method) and re.search(fault.path_regex, path):
            fault.times -= 1
            if not fault.times:
                faults.remove(fault)
            return fault
    return None
