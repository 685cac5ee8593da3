"""Zoom's webhooks over HTTP: signed, checked before they are parsed, and stored before they are answered."""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from bot.clock import machine_now
from bot.db.leases import DATABASE_UNAVAILABLE
from bot.providers.zoom import deliveries
from bot.web.limits import BODY_TIMEOUT, MAX_BODY, read_body
from bot.web.refused_deliveries import RefusedDeliveries

if TYPE_CHECKING:
    from pydantic import SecretStr

log = logging.getLogger(__name__)

PATH = "/zoom/webhook"
SIGNATURE, TIMESTAMP = "x-zm-signature", "x-zm-request-timestamp"
_SIGNATURE = re.compile("v0=[0-9a-f]{64}")
MAX_AGE = timedelta(minutes=5)
"""How old a delivery may be: Zoom signs each attempt anew."""
MAX_AHEAD = timedelta(minutes=1)
"""How far Zoom's clock may be ahead of ours."""
HANDSHAKE = web.ResponseKey("handshake", bool)
"""The mark of an answer to a check of the address, for the metrics."""


class ZoomWebhookIngress:
    """Accepts what Zoom signs for one account, and nothing else."""

    def __init__(
        self,
        secret: SecretStr,
        account_id: str,
        accept: Callable[[bytes], Awaitable[None]],
        now: Callable[[], datetime] = machine_now,
    ) -> None:
        """`secret` is the secret token of the Zoom app; `accept` stores an event of the account."""
        self._secret = secret.get_secret_value()
        self._account_id = account_id
        self._accept = accept
        self._refusals = RefusedDeliveries()
        self._now = now

    def add_routes(self, app: web.Application) -> None:
        """Add the route."""
        app.router.add_post(PATH, self.handle)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer 200 to a check of the address, and to an event that is stored or does not matter; refuse the rest."""
        if not (self._is_recent(request.headers.get(TIMESTAMP, "")) and _has_signature(request)):
            return self._refusals.refuse(401)
        if (request.content_length or 0) > MAX_BODY:
            return self._refusals.refuse(413)
        try:
            async with asyncio.timeout(BODY_TIMEOUT):
                raw = await read_body(request)
        except TimeoutError:
            return self._refusals.refuse(408)
        if raw is None:
            return self._refusals.refuse(413)
        if not self._is_signed(request, raw):
            return self._refusals.refuse(401)
        return await self._answer(deliveries.read_body(raw))

    def _is_recent(self, timestamp: str) -> bool:
        """Whether the time of a delivery is in seconds, and is now."""
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            return False
        age = self._now().timestamp() - int(timestamp)
        return -MAX_AHEAD.total_seconds() <= age <= MAX_AGE.total_seconds()

    def _is_signed(self, request: web.Request, raw: bytes) -> bool:
        given = request.headers.get(SIGNATURE, "").encode(errors="replace")
        right = deliveries.signature(self._secret, request.headers[TIMESTAMP], raw)
        return hmac.compare_digest(given, right.encode())

    async def _answer(self, body: deliveries.Validation | deliveries.AccountEvent | None) -> web.Response:
        if body is None:
            return self._refusals.refuse(400)
        if isinstance(body, deliveries.Validation):
            digest = deliveries.digest(self._secret, body.token.encode())
            answer = {"plainToken": body.token, "encryptedToken": digest}
            response = web.json_response(answer)
            response[HANDSHAKE] = True
            return response
        if body.account_id != self._account_id:
            return self._refusals.refuse(403)
        try:
            if body.content:
                await self._accept(body.content)
        except DATABASE_UNAVAILABLE as error:
            log.warning("webhook.not_stored", extra={"reason": type(error).__name__})
            return web.Response(status=503)  # it is delivered again
        return web.Response()


def _has_signature(request: web.Request) -> bool:
    """Whether a request looks signed; the body of another one is not even read."""
    return bool(_SIGNATURE.fullmatch(request.headers.get(SIGNATURE, "")))
