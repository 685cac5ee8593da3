"""Injected faults: the next matching call fails, hangs or is cut off, before or after its effect."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.faults import CallFault, check_fault
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
class Fault(CallFault):
    """A fault with the answer of this vendor."""

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


def check_ringcentral_fault(fault: Fault) -> Fault:
    """Return the fault; ValueError for an invalid combination."""
    if fault.half and not (fault.effect and fault.cut):
        raise ValueError("Half of the true response needs a call that takes effect and is cut.")
    return check_fault(fault)
