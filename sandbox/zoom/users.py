"""The operations that read the users of the account."""

from __future__ import annotations

from typing import Any

from sandbox.zoom.models import User
from sandbox.zoom.request import ApiRequest
from sandbox.zoom.responses import ApiResponse
from sandbox.zoom.world import ACCOUNT_ID

BASIC, LICENSED = 1, 2


def list_users(request: ApiRequest) -> ApiResponse:
    """All users, in pages."""
    return ApiResponse(200, request.page("users", [_shown(one) for one in request.world.users]))


def get_user(request: ApiRequest) -> ApiResponse:
    """One user, by id or address."""
    one = request.world.user(request.path["userId"])
    return ApiResponse(200, {**_shown(one), "account_id": ACCOUNT_ID})


def _shown(one: User) -> dict[str, Any]:
    """Whether a user has the license for webinars is not in it, as at Zoom."""
    return {
        "id": one.id,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "display_name": one.name,
        "email": one.email,
        "type": LICENSED if one.is_licensed else BASIC,
        "timezone": one.timezone,
        "verified": 1,
        "status": "active",
    }
