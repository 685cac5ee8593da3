"""Shared by the control routes of the stand-ins: JSON in, JSON out, and a sentence for what is wrong."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import ValidationError


class Refusal(Exception):
    """A refusal in the words of a vendor's API."""

    status: int


def json_errors(handler: Handler) -> Handler:
    """Turn exceptions into JSON errors: 400, or the status of the API's own refusal."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refusal as refusal:
            return web.json_response({"error": str(refusal)}, status=refusal.status)
        except (ValidationError, ValueError, TypeError) as wrong:
            return web.json_response({"error": str(wrong)}, status=400)

    return handle


async def json_object(request: web.Request) -> dict[str, Any]:
    """The body of a control request; empty without one."""
    body = json.loads(await request.read() or b"{}")
    if not isinstance(body, dict):
        raise TypeError("The body must be a JSON object.")
    return body
