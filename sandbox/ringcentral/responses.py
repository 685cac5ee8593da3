"""API responses and errors, in the format of each RingCentral service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from sandbox.control import Refusal


@dataclass
class ApiResponse:
    """A response; a `body` of None is empty, a str is HTML."""

    status: int
    body: dict[str, Any] | str | None = None
    headers: dict[str, str] = field(default_factory=dict)


class ApiError(Refusal):
    """An error with RingCentral's codes (developers.ringcentral.com/guide/basics/errors)."""

    def __init__(
        self, status: int, code: str, message: str, parameter: str = "", *, oauth: str = "", **headers: str
    ) -> None:
        """`oauth` is the RFC 6749 error code, for OAuth operations only."""
        super().__init__(f"{code} {message}")
        self.status = status
        self.errors = [_error(code, message, parameter)]
        self.oauth = oauth
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def response(self, path: str) -> ApiResponse:
        """The error in the format of the service behind `path`.

        Webinar services send `errors` only. The older platform services repeat the first error beside it, as in the
        guide's webhook example. The OAuth operations add `error` and `error_description`. The directory has its own
        codes (ADG-…) and no repetition.
        """
        body: dict[str, Any] = {"errors": self.errors}
        first = self.errors[0]
        if self.oauth:
            body = {"error": self.oauth, "error_description": first["message"], **body}
        elif path.startswith("/restapi/") and not first["errorCode"].startswith("ADG-"):
            body = {"errorCode": first["errorCode"], "message": first["message"], **body}
        return ApiResponse(self.status, body, dict(self.headers))


def invalid(*parameters: str) -> ApiError:
    """400 for one or more invalid parameters, each in `parameterName`."""
    refusal = ApiError(400, "CMN-101", _is_invalid(parameters[0]), parameters[0])
    refusal.errors = [_error("CMN-101", _is_invalid(name), name) for name in parameters]
    return refusal


def directory_invalid(*parameters: str) -> ApiError:
    """400 of the directory, which has its own codes."""
    refusal = ApiError(400, "ADG-121", "")
    refusal.errors = [_error("ADG-121", f"Parameter [{name}] is invalid.", name) for name in parameters]
    return refusal


def invalid_fields(problem: ValidationError) -> ApiError:
    """400 for every invalid field, nested ones with dots (`settings.password`)."""
    names = [".".join(str(part) for part in one["loc"]) for one in problem.errors(include_url=False)]
    return invalid(*dict.fromkeys(names))


def not_found(parameter: str) -> ApiError:
    """404 for an unknown resource."""
    return ApiError(404, "CMN-102", f"Resource for parameter [{parameter}] is not found", parameter)


def duplicate(parameter: str) -> ApiError:
    """409 for a duplicate value."""
    return ApiError(409, "CMN-406", f"Duplicate value for parameter {parameter} found in request", parameter)


def needs_permission(permission: str) -> ApiError:
    """403 for a missing user permission; the guide prints its status as 4003."""
    sentence = f"In order to call this API endpoint, user needs to have [{permission}] permission."
    return ApiError(403, "CMN-408", sentence)


def not_in_this_state(status: str) -> ApiError:
    """403 for a change that the session's status forbids; the vendor documents no error code for it."""
    return ApiError(403, "CMN-101", f"Not allowed while the session is {status}", "status")


def _error(code: str, message: str, parameter: str) -> dict[str, str]:
    error = {"errorCode": code, "message": message}
    return {**error, "parameterName": parameter} if parameter else error


def _is_invalid(parameter: str) -> str:
    return f"Parameter [{parameter}] value is invalid"
