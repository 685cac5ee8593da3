"""Log in to Zoom as a server-to-server app, and share one access token among all callers."""

from __future__ import annotations

import asyncio
import contextlib
import math
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from pydantic import Field, SecretStr

from bot.clock import monotonic
from bot.errors import ProviderError
from bot.providers.caller import Caller, Lane, send_at_once
from bot.providers.zoom.records import ZoomRecord, parse_record
from bot.providers.zoom.request import ZoomAnswer, ZoomRequest

GRANT = "account_credentials"
RENEWAL_MARGIN = 60.0
"""Seconds before its end at which a token is replaced, at most a tenth of its lifetime."""
RENEW_FOR_SCOPE = 60.0
"""The age in seconds of a token from which on a missing scope is a reason for a new one: it may have been added."""
REVOKE_TIMEOUT = 3.0
"""Seconds that revoking the token may take on shutdown."""


class ZoomTokenRecord(ZoomRecord):
    """The answer to a login. `api_url` is the API's address for the region of the account."""

    access_token: SecretStr = Field(min_length=1)
    expires_in: float = Field(gt=0)
    scope: str = ""
    api_url: str = ""


@dataclass(frozen=True)
class ZoomToken:
    """An access token, when it was asked for and the end of its use (monotonic seconds), and its region."""

    access: SecretStr
    asked_at: float
    use_until: float
    api_url: str = ""


class ZoomAccountLogin:
    """The only login of a process. All callers get the same token; there is no refresh token, it is asked for again."""

    def __init__(
        self,
        send: Callable[[ZoomRequest, Caller, str], Awaitable[ZoomAnswer]],
        *,
        account_id: str,
        client_id: str,
        client_secret: SecretStr,
        monotonic: Callable[[], float] = monotonic,
    ) -> None:
        """Make no request yet. `send` takes a request, its caller and the `Authorization` header."""
        self._send, self._account_id, self._monotonic = send, account_id, monotonic
        pair = f"{client_id}:{client_secret.get_secret_value()}".encode()
        self._basic = SecretStr("Basic " + b64encode(pair).decode())
        self._token: ZoomToken | None = None
        self._renewal: asyncio.Task[ZoomToken] | None = None
        self.scope: frozenset[str] = frozenset()
        """The scopes of the app as of the last login; empty if Zoom does not list them."""

    async def token(self, caller: Caller) -> ZoomToken:
        """A valid token. Raises `ProviderUnauthorized` if Zoom refuses the credentials."""
        if self._token is not None and self._monotonic() < self._token.use_until:
            return self._token
        if self._renewal is None:
            # In a task: the first caller may be canceled while others wait.
            caller = replace(caller, lane=Lane.MANAGE, before_sending=send_at_once)
            self._renewal = asyncio.create_task(self._fetch(caller))
            self._renewal.add_done_callback(self._on_renewed)
        return await asyncio.shield(self._renewal)

    async def replace_token(self, refused: ZoomToken, caller: Caller) -> ZoomToken:
        """A token to use instead of a refused one. Concurrent callers cause one login."""
        self._expire(refused)
        return await self.token(caller)

    def renew_for_scope(self, token: ZoomToken) -> None:
        """Let the next call use a new token, unless this one is new: a token keeps the scopes of its login."""
        if self._monotonic() - token.asked_at >= RENEW_FOR_SCOPE:
            self._expire(token)

    async def revoke(self) -> None:
        """Revoke the token."""
        if self._renewal is not None:
            self._renewal.cancel()
            await asyncio.wait((self._renewal,))
        token, self._token = self._token, None
        if token is None:
            return
        request = ZoomRequest("POST", "/oauth/revoke", form={"token": token.access.get_secret_value()})
        with contextlib.suppress(ProviderError, TimeoutError):
            async with asyncio.timeout(REVOKE_TIMEOUT):
                await self._send(request, Caller(Lane.MANAGE, patience=0), self._basic.get_secret_value())

    def _expire(self, token: ZoomToken) -> None:
        if self._token is not None and self._token.access == token.access:
            self._token = replace(self._token, use_until=-math.inf)

    async def _fetch(self, caller: Caller) -> ZoomToken:
        asked_at = self._monotonic()
        request = ZoomRequest("POST", "/oauth/token", form={"grant_type": GRANT, "account_id": self._account_id})
        answer = await self._send(request, caller, self._basic.get_secret_value())
        if answer.status != 200:
            raise answer.error(request)
        record = parse_record(ZoomTokenRecord, answer.body)
        use_until = asked_at + record.expires_in - min(RENEWAL_MARGIN, record.expires_in / 10)
        self._token = ZoomToken(record.access_token, asked_at, use_until, record.api_url)
        self.scope = frozenset(record.scope.split())
        return self._token

    def _on_renewed(self, renewal: asyncio.Task[ZoomToken]) -> None:
        self._renewal = None
        if not renewal.cancelled():
            renewal.exception()  # retrieved, so that asyncio does not log it when all callers were canceled
