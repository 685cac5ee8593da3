"""OAuth operations: POST /restapi/oauth/token and /restapi/oauth/revoke."""

from __future__ import annotations

import base64
import binascii

from sandbox.ringcentral.company import Company, Person
from sandbox.ringcentral.request import FORM, MAX_DIGITS, ApiRequest, wrong_content_type
from sandbox.ringcentral.responses import ApiError, ApiResponse
from sandbox.ringcentral.tokens import OAuthSession, TokenStore

CLIENT_ID = "sandbox-client-id"
CLIENT_SECRET = "sandbox-client-secret-not-a-secret"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
REFRESH_GRANT = "refresh_token"
OTHER_GRANTS = ("authorization_code", "password", "client_credentials", "partner_jwt")


def subject_id(request: ApiRequest, company: Company, tokens: TokenStore) -> str:
    """The id of the person whose Auth budget a token request is charged to; empty if unknown."""
    form = request.form
    token = form.get("refresh_token") or form.get("token") or request.query.get("token", "")
    person = company.by_jwt(form.get("assertion", "")) or tokens.owner_of(token)
    return person.id if person else ""


def get_token(request: ApiRequest) -> ApiResponse:
    """POST /restapi/oauth/token for a JWT or a refresh token.

    Error codes as observed: OAU-123 and OAU-250 are quoted in RingCentral's community and issue tracker, OAU-140 and
    OAU-146 in developers.ringcentral.com/guide/basics/errors.
    """
    if request.content_type != FORM:
        raise wrong_content_type(415, oauth="invalid_request")
    _authenticate_client(request)
    grant = request.form.get("grant_type", "")
    ttl, refresh_ttl = _ttls(request)
    if grant == JWT_GRANT:
        session = request.world.tokens.create(_jwt_owner(request), ttl, refresh_ttl)
    elif grant == REFRESH_GRANT:
        session = request.world.tokens.refresh(request.form.get("refresh_token", ""), refresh_ttl)
    elif grant in OTHER_GRANTS:
        raise ApiError(400, "OAU-251", "Unauthorized for this grant type", oauth="unauthorized_client")
    else:
        raise ApiError(400, "OAU-250", "Unsupported grant type", oauth="invalid_request")
    return ApiResponse(200, _token_info(request, session))


def revoke_token(request: ApiRequest) -> ApiResponse:
    """POST /restapi/oauth/revoke, with the token in the form or, as the reference allows, in the query."""
    _authenticate_client(request)
    if request.raw and request.content_type != FORM:
        raise wrong_content_type(400, oauth="invalid_request")
    token = request.form.get("token") or request.query.get("token")
    if not token:
        raise ApiError(400, "CMN-101", "Parameter [token] value is invalid", "token", oauth="invalid_request")
    request.world.tokens.revoke(token)
    return ApiResponse(200)


def _authenticate_client(request: ApiRequest) -> None:
    """Check the app's credentials; a signed assertion in their place is not supported, but checked for its type."""
    if request.form.get("client_assertion_type", ASSERTION_TYPE) != ASSERTION_TYPE:
        name = "client_assertion_type"
        raise ApiError(400, "CMN-101", f"Parameter [{name}] value is invalid", name, oauth="invalid_request")
    scheme, _, encoded = request.authorization.partition(" ")
    if scheme.lower() != "basic":
        raise ApiError(401, "OAU-123", "Client authentication is required", oauth="invalid_client")
    try:
        given = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ApiError(401, "OAU-134", "Invalid Authorization header", oauth="invalid_client") from error
    if given != f"{CLIENT_ID}:{CLIENT_SECRET}":
        raise ApiError(401, "OAU-146", "Invalid client credentials", oauth="invalid_client")


def _jwt_owner(request: ApiRequest) -> Person:
    person = request.world.company.by_jwt(request.form.get("assertion", ""))
    if person is None:
        raise ApiError(401, "OAU-140", "Invalid resource owner credentials", oauth="invalid_grant")
    return person


def _ttls(request: ApiRequest) -> tuple[int, int]:
    rules = request.world.rules
    return (
        min(_seconds(request, "access_token_ttl", rules.token_life, 600, 3600), rules.token_life),
        _seconds(request, "refresh_token_ttl", rules.refresh_token_life, 1, 2592000),
    )


def _seconds(request: ApiRequest, name: str, usual: int, least: int, most: int) -> int:
    given = request.form.get(name)
    if given is None:
        return usual
    if not given.isdecimal() or len(given) > MAX_DIGITS or not least <= int(given) <= most:
        raise ApiError(400, "CMN-101", f"Parameter [{name}] value is invalid", name, oauth="invalid_request")
    return int(given)


def _token_info(request: ApiRequest, session: OAuthSession) -> dict[str, object]:
    access_left, refresh_left = request.world.tokens.seconds_left(session)
    info: dict[str, object] = {
        "access_token": session.access,
        "token_type": "bearer",
        "expires_in": access_left,
        "scope": " ".join(request.world.rules.app_permissions),
        "owner_id": session.person.id,
        "endpoint_id": f"endpoint-{session.id}",
        "session_id": session.id,
    }
    if session.refresh:
        info |= {"refresh_token": session.refresh, "refresh_token_expires_in": refresh_left}
    return info
