"""The provider's webhooks over HTTP: checked, stored, and answered before anything is done about them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from aiohttp import web

from bot.db.leases import DATABASE_UNAVAILABLE
from bot.sync.webhooks.address import PATH
from bot.web.limits import BODY_TIMEOUT, MAX_BODY, read_body
from bot.web.refused_deliveries import RefusedDeliveries

if TYPE_CHECKING:
    from bot.sync.webhooks.address import WebhookAddress

log = logging.getLogger(__name__)

HANDSHAKE = "Validation-Token"
TOKENS = ("Verification-Token", HANDSHAKE)
"""The header of a delivery that carries our token: by the reference, and by today's guide."""
MAX_HANDSHAKE = 512
"""Bytes of a handshake's token: an answer may have 1,024 altogether."""


class WebhookIngress:
    """Accepts deliveries at our secret address that carry our token, and nothing else."""

    def __init__(self, address: WebhookAddress, accept: Callable[[bytes], Awaitable[None]]) -> None:
        """`accept` stores a delivery."""
        self._address = address
        self._accept = accept
        self._refusals = RefusedDeliveries()

    def add_routes(self, app: web.Application) -> None:
        """Add the route."""
        app.router.add_post(PATH + "{secret}", self.handle)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer 200 to a handshake and to a delivery that is stored, and refuse everything else."""
        if not self._address.is_path(request.match_info["secret"]):
            return self._refusals.refuse(404)
        sent = [request.headers[name] for name in TOKENS if name in request.headers]
        matches = [self._address.is_token(token) for token in sent]  # each of them, whichever is right
        if not any(matches):
            if HANDSHAKE in request.headers and not request.can_read_body:
                return self._shake_hands(request.headers[HANDSHAKE])
            return self._refusals.refuse(401)
        if (request.content_length or 0) > MAX_BODY:
            return self._refusals.refuse(413)
        try:
            async with asyncio.timeout(BODY_TIMEOUT):
                body = await read_body(request)
        except TimeoutError:
            return self._refusals.refuse(408)
        return self._refusals.refuse(413) if body is None else await self._store(body)

    async def _store(self, body: bytes) -> web.Response:
        try:
            await self._accept(body)
        except DATABASE_UNAVAILABLE as error:
            log.warning("webhook.not_stored", extra={"reason": type(error).__name__})
            return web.Response(status=503)  # it is delivered again
        return web.Response()

    def _shake_hands(self, token: str) -> web.Response:
        """The answer to the call with which the provider checks an address: the same token, as JSON without a body."""
        if len(token.encode(errors="replace")) > MAX_HANDSHAKE:
            return self._refusals.refuse(400)
        return web.Response(headers={HANDSHAKE: token}, content_type="application/json")
