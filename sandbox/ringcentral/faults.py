"""Injected faults: the next matching call fails, hangs or is cut off, before or after its effect."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.ringcentral.responses import ApiError, ApiResponse

GATEWAY_STATUSES = (502, 504)  # sent by a proxy, as HTML
DEFAULT_CODES = {
    400: ("CMN-101", "Parameter value is invalid"),
    401: ("OAU-129", "Access token corrupted"),
    403: ("CMN-109", "Feature not available"),
    404: ("CMN-102", "Resource is not found"),
    409: ("CMN-406", "Duplicate value found in request"),
    # A 429 here is another limit than the caller's budget, so it has no X-Rate-Limit headers:
    # developers.ringcentral.com/guide/basics/rate-limits, "you hit some other type of rate limit"
    429: ("CMN-302", "Request rate exceeded"),
    500: ("CMN-203", "Internal Server Error"),
    503: ("CMN-201", "Service Temporary Unavailable"),
}
DIRECTORY_CODES = {
    500: ("ADG-001", "Service internal error."),
    503: ("ADG-000", "Service temporary unavailable."),
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
    retry_after: int | None = None
    code: str | None = None  # replaces the default error code of that status
    half: bool = False  # with `effect` and `cut`: half of the true response arrives first

    def response(self, path: str) -> ApiResponse:
        """The error response of this fault, in the format of the service behind `path`."""
        if self.status is None:
            raise ValueError("A fault without a status has no answer of its own.")
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.status in GATEWAY_STATUSES:
            return ApiResponse(self.status, f"<html><body><h1>{self.status}</h1></body></html>", headers)
        codes = {**DEFAULT_CODES, **DIRECTORY_CODES} if "/directory/" in path else DEFAULT_CODES
        code, message = codes.get(self.status, ("CMN-203", "Internal Server Error"))
        response = ApiError(self.status, self.code or code, message).response(path)
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
    if fault.half and not (fault.effect and fault.cut):
        raise ValueError("Half of the true response needs a call that takes effect and is cut.")
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
