"""Logins: who holds which token, for how long, and the two operations of the token service."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass

from sandbox.clock import SandboxClock
from sandbox.ringcentral.answers import Answer, ApiError
from sandbox.ringcentral.asked import MAX_DIGITS, Asked
from sandbox.ringcentral.company import Company, Person
from sandbox.ringcentral.rules import Rules

CLIENT_ID = "sandbox-client-id"
CLIENT_SECRET = "sandbox-client-secret-not-a-secret"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
REFRESH_GRANT = "refresh_token"
OTHER_GRANTS = ("authorization_code", "password", "client_credentials", "partner_jwt")

# developers.ringcentral.com/guide/authentication/refresh-tokens: a used refresh token works on for a while
REUSE_AFTER_FIRST_CALL = 10.0
REUSE_BEFORE_FIRST_CALL = 3600.0


@dataclass
class Login:
    """One OAuth session of a person with the app; times are machine time, in seconds."""

    id: str
    person: Person
    access: str
    access_until: float
    access_life: int
    refresh: str = ""
    refresh_until: float = 0.0
    spent_refresh: str = ""
    refreshed_at: float = 0.0
    first_call: float | None = None


class Logins:
    """The logins of one app, oldest first."""

    def __init__(self, rules: Rules, clock: SandboxClock) -> None:
        """Start with nobody logged in."""
        self._rules = rules
        self._clock = clock
        self._open: list[Login] = []
        self._ended: set[str] = set()

    def bearer(self, authorization: str) -> Login:
        """Whose call this is, or the 401 that it deserves.

        OAU-128 and OAU-129 are in the guide's table of errors. A token whose session was ended (a sixth login,
        a refresh, a revocation) answers OAU-213 "Token not found", as in older editions of the API reference;
        the guide of today says of it only "specific error code may vary".
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise ApiError(401, "AGW-401", "Authorization header is not specified")
        if token in self._ended:
            raise ApiError(401, "OAU-213", "Token not found")
        login = next((one for one in self._open if one.access == token), None)
        if login is None:
            raise ApiError(401, "OAU-129", "Access token corrupted")
        now = self._clock.monotonic()
        if now >= login.access_until:
            raise ApiError(401, "OAU-128", "Access token expired")
        login.first_call = login.first_call or now
        return login

    def holder(self, token: str) -> Person | None:
        """Whose access or refresh token this is."""
        login = self._find(token)
        return login.person if login else None

    def open(self, person: Person, life: int, refresh_life: int) -> Login:
        """A new login; where a person already has as many as the app may hold, the oldest ends."""
        mine = [one for one in self._open if one.person.id == person.id]
        for oldest in mine[: max(0, len(mine) + 1 - self._rules.sessions_per_user)]:
            self._end(oldest)
        login = Login(secrets.token_hex(8), person, "", 0.0, life)
        self._open.append(login)
        self._issue(login, refresh_life)
        return login

    def refreshed(self, token: str, refresh_life: int) -> Login:
        """The login with fresh tokens: new ones, or the ones already given for this refresh token.

        The old access token dies at once. A refresh token is used once, but may be sent again, for the same
        answer, until ten seconds after the new access token was first used, or for an hour while it is not.
        """
        now = self._clock.monotonic()
        login = self._find(token)
        if login is None or token == login.access or now >= login.refresh_until:
            raise ApiError(400, "OAU-213", "Token not found", oauth="invalid_grant")
        if token == login.spent_refresh:
            used = login.first_call
            if now >= (login.refreshed_at + REUSE_BEFORE_FIRST_CALL if used is None else used + REUSE_AFTER_FIRST_CALL):
                raise ApiError(400, "OAU-213", "Token not found", oauth="invalid_grant")
            return login
        self._ended.add(login.access)
        login.spent_refresh, login.refreshed_at = login.refresh, now
        self._issue(login, refresh_life)
        return login

    def revoke(self, token: str) -> None:
        """End the whole session that this access or refresh token belongs to; unknown tokens are fine (RFC 7009)."""
        login = self._find(token)
        if login is not None:
            self._end(login)

    def expire(self) -> None:
        """Make every access token as old as its life, for tests of what comes then."""
        for login in self._open:
            login.access_until = self._clock.monotonic()

    def count(self, person: Person) -> int:
        """How many logins this person has open."""
        return sum(one.person.id == person.id for one in self._open)

    def seconds_left(self, login: Login) -> tuple[int, int]:
        """How long the access and the refresh token still live."""
        now = self._clock.monotonic()
        return round(login.access_until - now), round(login.refresh_until - now)

    def _find(self, token: str) -> Login | None:
        if not token:
            return None
        return next((one for one in self._open if token in (one.access, one.refresh, one.spent_refresh)), None)

    def _issue(self, login: Login, refresh_life: int) -> None:
        now = self._clock.monotonic()
        login.access, login.access_until = f"sandbox-access-{secrets.token_urlsafe(18)}", now + login.access_life
        login.first_call = None
        if self._rules.issue_refresh_tokens:
            login.refresh = f"sandbox-refresh-{secrets.token_urlsafe(18)}"
            login.refresh_until = now + refresh_life

    def _end(self, login: Login) -> None:
        self._open.remove(login)
        self._ended.add(login.access)


def subject(asked: Asked, company: Company, logins: Logins) -> str:
    """The id of the person a call to the token service is about, as far as it says; the Auth budget is theirs."""
    form = asked.form
    token = form.get("refresh_token") or form.get("token") or asked.query.get("token", "")
    person = company.by_jwt(form.get("assertion", "")) or logins.holder(token)
    return person.id if person else ""


def get_token(asked: Asked) -> Answer:
    """POST /restapi/oauth/token for a JWT or a refresh token.

    Error words and codes as people have met them: OAU-123 and OAU-250 are quoted in RingCentral's own community
    and issue tracker, OAU-140 and OAU-146 stand in developers.ringcentral.com/guide/basics/errors.
    """
    if asked.content_type != "application/x-www-form-urlencoded":
        raise ApiError(415, "CMN-407", "Parameter in header is invalid", "Content-Type", oauth="invalid_request")
    _authenticate_client(asked)
    grant = asked.form.get("grant_type", "")
    life, refresh_life = _lives(asked)
    if grant == JWT_GRANT:
        login = asked.world.logins.open(_jwt_owner(asked), life, refresh_life)
    elif grant == REFRESH_GRANT:
        login = asked.world.logins.refreshed(asked.form.get("refresh_token", ""), refresh_life)
    elif grant in OTHER_GRANTS:
        raise ApiError(400, "OAU-251", "Unauthorized for this grant type", oauth="unauthorized_client")
    else:
        raise ApiError(400, "OAU-250", "Unsupported grant type", oauth="invalid_request")
    return Answer(200, _token_info(asked, login))


def revoke_token(asked: Asked) -> Answer:
    """POST /restapi/oauth/revoke, with the token in the form or, as the reference allows, in the query."""
    _authenticate_client(asked)
    token = asked.form.get("token") or asked.query.get("token")
    if not token:
        raise ApiError(400, "CMN-101", "Parameter [token] value is invalid", "token", oauth="invalid_request")
    asked.world.logins.revoke(token)
    return Answer(200)


def _authenticate_client(asked: Asked) -> None:
    scheme, _, encoded = asked.authorization.partition(" ")
    if scheme.lower() != "basic":
        raise ApiError(401, "OAU-123", "Client authentication is required", oauth="invalid_client")
    try:
        given = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ApiError(401, "OAU-134", "Invalid Authorization header", oauth="invalid_client") from error
    if given != f"{CLIENT_ID}:{CLIENT_SECRET}":
        raise ApiError(401, "OAU-146", "Invalid client credentials", oauth="invalid_client")


def _jwt_owner(asked: Asked) -> Person:
    person = asked.world.company.by_jwt(asked.form.get("assertion", ""))
    if person is None:
        raise ApiError(401, "OAU-140", "Invalid resource owner credentials", oauth="invalid_grant")
    return person


def _lives(asked: Asked) -> tuple[int, int]:
    rules = asked.world.rules
    return (
        min(_seconds(asked, "access_token_ttl", rules.token_life, 600, 3600), rules.token_life),
        _seconds(asked, "refresh_token_ttl", rules.refresh_token_life, 1, 2592000),
    )


def _seconds(asked: Asked, name: str, usual: int, least: int, most: int) -> int:
    given = asked.form.get(name)
    if given is None:
        return usual
    if not given.isdecimal() or len(given) > MAX_DIGITS or not least <= int(given) <= most:
        raise ApiError(400, "CMN-101", f"Parameter [{name}] value is invalid", name, oauth="invalid_request")
    return int(given)


def _token_info(asked: Asked, login: Login) -> dict[str, object]:
    access_left, refresh_left = asked.world.logins.seconds_left(login)
    info: dict[str, object] = {
        "access_token": login.access,
        "token_type": "bearer",
        "expires_in": access_left,
        "scope": " ".join(asked.world.rules.app_permissions),
        "owner_id": login.person.id,
        "endpoint_id": f"endpoint-{login.id}",
        "session_id": login.id,
    }
    if login.refresh:
        info |= {"refresh_token": login.refresh, "refresh_token_expires_in": refresh_left}
    return info
