"""Access tokens of the account: several may live at once, and none can be refreshed."""

from __future__ import annotations

import secrets

from sandbox.clock import SandboxClock
from sandbox.zoom.responses import ApiError
from sandbox.zoom.rules import Rules

INVALID = 124


class Tokens:
    """The tokens of one app, with the machine second at which each expires."""

    def __init__(self, rules: Rules, clock: SandboxClock) -> None:
        """Start without tokens."""
        self._rules = rules
        self._clock = clock
        self._expires: dict[str, float] = {}

    def create(self) -> str:
        """A new token; earlier ones stay valid."""
        token = f"sandbox-zoom-{secrets.token_urlsafe(24)}"
        self._expires[token] = self._clock.monotonic() + self._rules.token_seconds
        return token

    def revoke(self, token: str) -> None:
        """End a token."""
        self._expires.pop(token, None)

    def expire(self) -> None:
        """Expire all tokens, for tests."""
        self._expires = dict.fromkeys(self._expires, self._clock.monotonic())

    def clear(self) -> None:
        """Forget all tokens."""
        self._expires.clear()

    def authenticate(self, authorization: str) -> None:
        """Raise 401 unless this is a valid bearer token."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or token not in self._expires:
            raise ApiError(401, INVALID, "Invalid access token.")
        if self._clock.monotonic() >= self._expires[token]:
            raise ApiError(401, INVALID, "Access token is expired.")
