"""API responses and errors in Zoom's format: a code, a message, and the fields that are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from sandbox.control import Refusal

VALIDATION = 300
"""The code of every value that is not valid."""
INVALID_FIELD = "Invalid field."


@dataclass
class ApiResponse:
    """A response; a `body` of None is empty, a str is HTML."""

    status: int
    body: dict[str, Any] | str | None = None
    headers: dict[str, str] = field(default_factory=dict)


class ApiError(Refusal):
    """A refusal: `{"code": …, "message": …}`, with `errors` for fields."""

    def __init__(
        self, status: int, code: int, message: str, errors: Sequence[dict[str, str]] = (), **headers: str
    ) -> None:
        """The same code means different things in different operations: the status and the operation decide."""
        super().__init__(f"{code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = list(errors)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def response(self) -> ApiResponse:
        """The refusal as a response."""
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        return ApiResponse(self.status, body | ({"errors": self.errors} if self.errors else {}), dict(self.headers))


def invalid(*fields: str) -> ApiError:
    """400 for one or more invalid fields or parameters."""
    errors = [{"field": name, "message": INVALID_FIELD} for name in fields]
    return ApiError(400, VALIDATION, "Validation Failed.", errors)


def invalid_fields(problem: ValidationError) -> ApiError:
    """400 for every invalid field of a body, nested ones with dots (`settings.approval_type`)."""
    names = [".".join(str(part) for part in one["loc"]) for one in problem.errors(include_url=False)]
    return invalid(*dict.fromkeys(names))


def not_found(kind: str, number: object) -> ApiError:
    """404 for an unknown or expired meeting or webinar."""
    return ApiError(404, 3001, f"{kind.capitalize()} does not exist: {number}.")


def unknown_user(given: str) -> ApiError:
    """404 for a user who does not exist."""
    return ApiError(404, 1001, f"User does not exist: {given}.")
