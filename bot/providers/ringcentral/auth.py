"""Log in to RingCentral with a JWT and share one access token among all callers."""

from __future__ import annotations

import asyncio
import contextlib
import json
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from pydantic import SecretStr

from bot.clock import monotonic
from bot.errors import ProviderError, ProviderUnauthorized
from bot.providers.base import Caller, Lane
from bot.providers.ringcentral.records import TokenRecord, parse_record
from bot.providers.ringcentral.request import AUTH, Answer, Request
from bot.providers.shared_login import AccessToken, SharedLogin

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
REVOKE_TIMEOUT = 3.0
"""Seconds that revoking the token may take on shutdown."""


def account_user(server_url: str, client_id: str, jwt: SecretStr) -> str:
    """A key for this app and the user of this JWT, whose calls RingCentral counts together. It is no secret.

    A new JWT of the same user has the same key, as long as its subject can be read.
    """
    user = jwt.get_secret_value()
    with contextlib.suppress(ValueError, IndexError, KeyError, TypeError):
        payload = user.split(".")[1]
        user = str(json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"])
    return sha256("\n".join((server_url.rstrip("/"), client_id, user)).encode()).hexdigest()


@dataclass(frozen=True)
class RefreshableToken(AccessToken):
    """An access token with its refresh token (may be empty)."""

    refresh: SecretStr


class Login(SharedLogin[RefreshableToken]):
    """The login of the user of a JWT."""

    def __init__(
        self,
        send: Callable[[Request, Caller, str], Awaitable[Answer]],
        *,
        client_id: str,
        client_secret: SecretStr,
        jwt: SecretStr,
        monotonic: Callable[[], float] = monotonic,
    ) -> None:
        """Make no request yet. `send` takes a request, its caller and the `Authorization` header."""
        super().__init__(client_id, client_secret, monotonic)
        self._send, self._jwt = send, jwt

    async def token(self, caller: Caller) -> SecretStr:
        """A valid token. Raises `ProviderUnauthorized` if RingCentral refuses the credentials."""
        return (await self._valid(caller)).access

    async def replace_token(self, refused: SecretStr, caller: Caller) -> SecretStr:
        """A token to use instead of a refused one. Concurrent callers cause one renewal."""
        self._expire(refused)
        return await self.token(caller)

    async def revoke(self) -> None:
        """Revoke the token: a user has five sessions per app, and a restart would otherwise end an older one."""
        token = await self._give_up()
        if token is None:
            return
        form = {"token": token.access.get_secret_value()}
        request = Request("POST", "/restapi/oauth/revoke", AUTH, form=form)
        with contextlib.suppress(ProviderError, TimeoutError):
            async with asyncio.timeout(REVOKE_TIMEOUT):
                await self._send(request, Caller(Lane.MANAGE, patience=0), self._basic.get_secret_value())

    async def _renew(self, caller: Caller) -> RefreshableToken:
        if self._token is not None and self._token.refresh.get_secret_value():
            form = {"grant_type": "refresh_token", "refresh_token": self._token.refresh.get_secret_value()}
            # A refused refresh token is normal: it was used, or a sixth session has ended its own.
            with contextlib.suppress(ProviderUnauthorized):
                return await self._fetch(form, caller)
            self._token = None
        return await self._fetch({"grant_type": JWT_GRANT, "assertion": self._jwt.get_secret_value()}, caller)

    async def _fetch(self, form: Mapping[str, str], caller: Caller) -> RefreshableToken:
        sent_at = self._monotonic()
        request = Request("POST", "/restapi/oauth/token", AUTH, form=form)
        answer = await self._send(request, caller, self._basic.get_secret_value())
        if answer.status != 200:
            raise answer.error(request)
        record = parse_record(TokenRecord, answer.body)
        use_until = self._use_until(sent_at, record.expires_in)
        self._token = RefreshableToken(record.access_token, use_until, record.refresh_token)
        self.scope = frozenset(record.scope.split())
        return self._token
