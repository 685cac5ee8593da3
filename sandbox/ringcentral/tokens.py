"""OAuth sessions and their tokens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sandbox.clock import SandboxClock
from sandbox.ringcentral.company import Person
from sandbox.ringcentral.responses import ApiError
from sandbox.ringcentral.rules import Rules

# developers.ringcentral.com/guide/authentication/refresh-tokens: a used refresh token stays valid for a while
REUSE_AFTER_FIRST_CALL = 10.0
REUSE_BEFORE_FIRST_CALL = 3600.0


@dataclass
class OAuthSession:
    """One OAuth session of a person with the app; times are machine time in seconds."""

    id: str
    person: Person
    access: str
    access_expires: float
    access_ttl: int
    refresh: str = ""
    refresh_expires: float = 0.0
    used_refresh: str = ""
    refreshed_at: float = 0.0
    first_call: float | None = None


class TokenStore:
    """The OAuth sessions of one app, oldest first."""

    def __init__(self, rules: Rules, clock: SandboxClock) -> None:
        """Start without sessions."""
        self._rules = rules
        self._clock = clock
        self._active: list[OAuthSession] = []
        self._revoked: set[str] = set()

    def authenticate(self, authorization: str) -> OAuthSession:
        """Return the session of a bearer token, or raise a 401.

        OAU-128 and OAU-129 are in the guide's table of errors. A token whose session was ended (a sixth session, a
        refresh, a revocation) gets OAU-213 "Token not found", as in older editions of the API reference; today's
        guide says only "specific error code may vary".
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise ApiError(401, "AGW-401", "Authorization header is not specified")
        if token in self._revoked:
            raise ApiError(401, "OAU-213", "Token not found")
        session = next((one for one in self._active if one.access == token), None)
        if session is None:
            raise ApiError(401, "OAU-129", "Access token corrupted")
        now = self._clock.monotonic()
        if now >= session.access_expires:
            raise ApiError(401, "OAU-128", "Access token expired")
        session.first_call = session.first_call or now
        return session

    def owner_of(self, token: str) -> Person | None:
        """The owner of an access or refresh token."""
        session = self._find(token)
        return session.person if session else None

    def create(self, person: Person, ttl: int, refresh_ttl: int) -> OAuthSession:
        """Create a session; a person above the limit of sessions loses the oldest."""
        mine = [one for one in self._active if one.person.id == person.id]
        for oldest in mine[: max(0, len(mine) + 1 - self._rules.sessions_per_user)]:
            self._end(oldest)
        session = OAuthSession(secrets.token_hex(8), person, "", 0.0, ttl)
        self._active.append(session)
        self._issue(session, refresh_ttl)
        return session

    def refresh(self, token: str, refresh_ttl: int) -> OAuthSession:
        """The session with new tokens, or with those already issued for this refresh token.

        The old access token ends at once. A refresh token can be sent again, for the same response, until ten seconds
        after the first use of the new access token, or for an hour while that is unused.
        """
        now = self._clock.monotonic()
        session = self._find(token)
        if session is None or token == session.access or now >= session.refresh_expires:
            raise ApiError(400, "OAU-213", "Token not found", oauth="invalid_grant")
        if token == session.used_refresh:
            used = session.first_call
            if now >= (
                session.refreshed_at + REUSE_BEFORE_FIRST_CALL if used is None else used + REUSE_AFTER_FIRST_CALL
            ):
                raise ApiError(400, "OAU-213", "Token not found", oauth="invalid_grant")
            return session
        self._revoked.add(session.access)
        session.used_refresh, session.refreshed_at = session.refresh, now
        self._issue(session, refresh_ttl)
        return session

    def revoke(self, token: str) -> None:
        """End the session of this access or refresh token; unknown tokens are accepted (RFC 7009)."""
        session = self._find(token)
        if session is not None:
            self._end(session)

    def expire(self) -> None:
        """Expire all access tokens, for tests."""
        for session in self._active:
            session.access_expires = self._clock.monotonic()

    def count(self, person: Person) -> int:
        """Number of active sessions of this person."""
        return sum(one.person.id == person.id for one in self._active)

    def seconds_left(self, session: OAuthSession) -> tuple[int, int]:
        """Seconds until the access and the refresh token expire."""
        now = self._clock.monotonic()
        return round(session.access_expires - now), round(session.refresh_expires - now)

    def _find(self, token: str) -> OAuthSession | None:
        if not token:
            return None
        return next((one for one in self._active if token in (one.access, one.refresh, one.used_refresh)), None)

    def _issue(self, session: OAuthSession, refresh_ttl: int) -> None:
        now = self._clock.monotonic()
        session.access, session.access_expires = f"sandbox-access-{secrets.token_urlsafe(18)}", now + session.access_ttl
        session.first_call = None
        if self._rules.issue_refresh_tokens:
            session.refresh = f"sandbox-refresh-{secrets.token_urlsafe(18)}"
            session.refresh_expires = now + refresh_ttl

    def _end(self, session: OAuthSession) -> None:
        self._active.remove(session)
        self._revoked.add(session.access)
