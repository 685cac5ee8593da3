"""Slack's requests over HTTP: length, timestamp and signature are checked on the raw bytes, before any parsing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.clock import machine_now
from bot.web.limits import BODY_TIMEOUT, MAX_BODY, read_body, refuse
from bot.web.slack_payload import MalformedPayload, read_payload

log = logging.getLogger(__name__)

MAX_AGE_S = 300
"""How old a request may be: docs.slack.dev/authentication/verifying-requests-from-slack"""
INTERNAL = ("x-slack-bolt-lazy-only", "x-slack-bolt-lazy-function-name")
"""Headers with which Bolt calls itself."""
TIMESTAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"


class SlackIngress:
    """Passes genuine, well-formed requests on to Bolt, and answers all others itself."""

    def __init__(
        self,
        app: AsyncApp,
        signing_secret: str,
        now: Callable[[], datetime] = machine_now,
        *,
        body_timeout: float = BODY_TIMEOUT,
    ) -> None:
        """`signing_secret` is that of the Slack app; `body_timeout` is in seconds."""
        self._body_timeout = body_timeout
        self._app = app
        self._secret = signing_secret.encode()
        self._now = now

    async def handle(self, request: web.Request) -> web.Response:
        """Answer 413, 401, 408 or 400 to what is not Slack's; the app's answer to the rest."""
        timestamp = request.headers.get(TIMESTAMP, "")
        if (request.content_length or 0) > MAX_BODY:
            return refuse(413)
        if not (self._is_recent(timestamp) and request.headers.get(SIGNATURE, "").startswith("v0=")):
            return refuse(401)
        try:
            async with asyncio.timeout(self._body_timeout):
                body = await read_body(request)
        except TimeoutError:
            return refuse(408)
        if body is None:
            return refuse(413)
        if not self._is_genuine(timestamp, body, request.headers[SIGNATURE]):
            return refuse(401)
        try:
            bolt_request = _bolt_request(body, request)
        except MalformedPayload as error:
            log.warning("ingress.malformed", extra={"reason": str(error)})
            return web.Response(status=400)
        return await to_aiohttp_response(await self._app.async_dispatch(bolt_request))

    def _is_recent(self, timestamp: str) -> bool:
        is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 20
        return is_number and abs(self._now().timestamp() - int(timestamp)) <= MAX_AGE_S

    def _is_genuine(self, timestamp: str, body: bytes, signature: str) -> bool:
        signed = b"v0:" + timestamp.encode() + b":" + body
        expected = "v0=" + hmac.new(self._secret, signed, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))


def _bolt_request(body: bytes, request: web.Request) -> AsyncBoltRequest:
    read_payload(body, request.content_type)
    sent = request.headers.items()
    headers: dict[str, str | Sequence[str]] = {name: one for name, one in sent if name.lower() not in INTERNAL}
    try:
        return AsyncBoltRequest(body=body.decode(), query=request.query_string, headers=headers)
    except Exception as error:  # Bolt looks into many fields, and expects none of a wrong type
        raise MalformedPayload(type(error).__name__) from error
