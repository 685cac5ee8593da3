"""Injected faults: the next matching call fails, hangs or is cut off, before or after its effect."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.faults import CallFault, check_fault
from sandbox.zoom.limits import TOO_MANY, LimitKind, Limits
from sandbox.zoom.responses import ApiError, ApiResponse
from sandbox.zoom.rules import Label

GATEWAY_STATUSES = (502, 504)  # sent by a proxy, as HTML
DEFAULTS = {
    400: (300, "Validation Failed."),
    401: (124, "Invalid access token."),
    404: (3001, "Meeting does not exist."),
    429: (429, "You have reached the maximum per-second rate limit for this API. Try again later."),
}


@dataclass
class Fault(CallFault):
    """A fault with the answer of this vendor."""

    retry_after: str | None = None  # seconds or a date: Zoom sends either
    code: int | None = None  # replaces the default error code of that status
    message: str | None = None  # replaces the message: some codes have many reasons, told apart by it
    limit: LimitKind | None = None  # the refusal of this limit, with status 429
    bare: bool = False  # without the headers of a limit

    def response(self, limits: Limits, label: Label | None) -> ApiResponse:
        """The error response of this fault to an operation with this label."""
        if self.limit is not None:
            return self._limited(limits, label or "Light")
        if self.status is None:
            raise ValueError("A fault without a status has no answer of its own.")
        headers = {} if self.retry_after is None else {"Retry-After": self.retry_after}
        if self.status in GATEWAY_STATUSES:
            return ApiResponse(self.status, f"<html><body><h1>{self.status}</h1></body></html>", headers)
        code, message = DEFAULTS.get(self.status, (self.status, "Internal Server Error"))
        response = ApiError(self.status, self.code or code, self.message or message).response()
        response.headers = headers
        return response

    def _limited(self, limits: Limits, label: Label) -> ApiResponse:
        refusal = limits.refusal(self.limit or "second", label)
        refusal.code, refusal.message = self.code or refusal.code, self.message or refusal.message
        response = refusal.response()
        response.headers = {} if self.bare else response.headers
        if self.retry_after is not None:
            response.headers["Retry-After"] = self.retry_after
        return response


def check_zoom_fault(fault: Fault) -> Fault:
    """Return the fault; ValueError for an invalid combination. A limit makes it a 429."""
    if fault.limit is not None:
        fault.status = TOO_MANY
    return check_fault(fault)
