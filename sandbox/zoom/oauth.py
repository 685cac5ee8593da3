"""Server-to-server OAuth: a token for the account, and its revocation."""

from __future__ import annotations

import base64
import binascii
import hmac

from sandbox.zoom.request import ApiRequest
from sandbox.zoom.responses import ApiResponse
from sandbox.zoom.world import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET

GRANT = "account_credentials"


def get_token(request: ApiRequest) -> ApiResponse:
    """A token of an hour; the parameters come in the body or in the query."""
    if not _is_client(request.authorization):
        return _refused(401, "invalid_client", "Invalid client_id or client_secret")
    form = request.form
    if form.get("grant_type") != GRANT:
        return _refused(400, "unsupported_grant_type", "unsupported grant type")
    if form.get("account_id") != ACCOUNT_ID:
        return _refused(400, "invalid_request", "Bad Request")
    rules = request.world.rules
    body = {
        "access_token": request.world.tokens.create(),
        "token_type": "bearer",
        "expires_in": rules.token_seconds,
        "scope": " ".join(rules.scopes),
        "api_url": request.world.url,
    }
    return ApiResponse(200, body)


def revoke_token(request: ApiRequest) -> ApiResponse:
    """End a token at once; an unknown one is accepted (RFC 7009)."""
    if not _is_client(request.authorization):
        return _refused(401, "invalid_client", "Invalid client_id or client_secret")
    request.world.tokens.revoke(request.form.get("token", ""))
    return ApiResponse(200, {"status": "success"})


def _is_client(authorization: str) -> bool:
    scheme, _, encoded = authorization.partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(given, f"{CLIENT_ID}:{CLIENT_SECRET}".encode())


def _refused(status: int, error: str, reason: str) -> ApiResponse:
    return ApiResponse(status, {"reason": reason, "error": error})
