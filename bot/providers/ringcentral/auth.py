"""Logging in to RingCentral: one JWT, one token for everybody, fetched by one and waited for by all."""

from __future__ import annotations

import asyncio
import contextlib
import math
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pydantic import SecretStr

from bot.clock import monotonic
from bot.errors import ProviderError, ProviderLogin
from bot.providers.base import Caller, Lane
from bot.providers.ringcentral.records import TokenRecord, read
from bot.providers.ringcentral.transport import Request, Transport

AUTH = "auth"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
EARLY = 60.0
"""Seconds before its expiry from which on a token is renewed, at most a tenth of its life."""
GOODBYE = 3.0
"""Seconds that giving the token back may take at the end."""


@dataclass(frozen=True)
class Token:
    """An access token, until when (monotonic seconds) it is used, and what renews it, if anything."""

    access: SecretStr
    good_until: float
    refresh: SecretStr


class Login:
    """The one login of a process. Every caller gets the same token."""

    def __init__(
        self,
        wire: Transport,
        *,
        client_id: str,
        client_secret: SecretStr,
        jwt: SecretStr,
        monotonic: Callable[[], float] = monotonic,
    ) -> None:
        """Nothing is asked before the first call."""
        self._wire, self._jwt, self._monotonic = wire, jwt, monotonic
        pair = f"{client_id}:{client_secret.get_secret_value()}".encode()
        self._basic = SecretStr("Basic " + b64encode(pair).decode())
        self._token: Token | None = None
        self._renewal: asyncio.Task[Token] | None = None

    async def token(self, caller: Caller) -> SecretStr:
        """A token that is good for now. Raises `ProviderLogin` where RingCentral does not accept us."""
        if self._token is not None and self._monotonic() < self._token.good_until:
            return self._token.access
        if self._renewal is None:
            # A task of its own: whoever asked first may go away while the others still wait.
            self._renewal = asyncio.create_task(self._renew(replace(caller, lane=Lane.PERSON)))
            self._renewal.add_done_callback(self._renewed)
        return (await asyncio.shield(self._renewal)).access

    async def instead_of(self, refused: SecretStr, caller: Caller) -> SecretStr:
        """Another token than the one that was refused; asks for one only where nobody else has yet."""
        if self._token is not None and self._token.access == refused:
            self._token = replace(self._token, good_until=-math.inf)
        return await self.token(caller)

    async def leave(self) -> None:
        """Give the token back: a user has five sessions an app, and each restart would end an older one."""
        if self._renewal is not None:
            self._renewal.cancel()
            await asyncio.wait((self._renewal,))
        token, self._token = self._token, None
        if token is None:
            return
        form = {"token": token.access.get_secret_value()}
        request = Request("POST", "/restapi/oauth/revoke", AUTH, form=form)
        with contextlib.suppress(ProviderError, TimeoutError):
            async with asyncio.timeout(GOODBYE):
                await self._wire.ask(request, Caller(Lane.PERSON, patience=0), self._basic.get_secret_value())

    async def _renew(self, caller: Caller) -> Token:
        if self._token is not None and self._token.refresh.get_secret_value():
            form = {"grant_type": "refresh_token", "refresh_token": self._token.refresh.get_secret_value()}
            # A refused refresh token is no news: it was used, or its session was ended by a sixth one.
            with contextlib.suppress(ProviderLogin):
                return await self._fetch(form, caller)
            self._token = None
        return await self._fetch({"grant_type": JWT_GRANT, "assertion": self._jwt.get_secret_value()}, caller)

    async def _fetch(self, form: Mapping[str, str], caller: Caller) -> Token:
        sent = self._monotonic()
        request = Request("POST", "/restapi/oauth/token", AUTH, form=form)
        answer = await self._wire.ask(request, caller, self._basic.get_secret_value())
        if answer.status != 200:
            raise answer.problem(request)
        told = read(TokenRecord, answer.body)
        good_until = sent + told.expires_in - min(EARLY, told.expires_in / 10)
        self._token = Token(told.access_token, good_until, told.refresh_token)
        return self._token

    def _renewed(self, renewal: asyncio.Task[Token]) -> None:
        self._renewal = None
        if not renewal.cancelled():
            renewal.exception()  # seen, even where nobody is left to be told
