"""One access token of a provider that all callers of a process share."""

from __future__ import annotations

import asyncio
import contextlib
import math
from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pydantic import SecretStr

from bot.errors import ProviderError
from bot.providers.caller import Caller, Lane, send_at_once
from bot.providers.transport import AnyAnswer, AnyRequest

RENEWAL_MARGIN = 60.0
"""Seconds before its end at which a token is replaced, at most a tenth of its lifetime."""
REVOKE_TIMEOUT = 3.0
"""Seconds that revoking the token may take on shutdown."""


@dataclass(frozen=True)
class AccessToken:
    """An access token and the end of its use (monotonic seconds)."""

    access: SecretStr
    use_until: float


Token = TypeVar("Token", bound=AccessToken)


class SharedLogin(ABC, Generic[Token, AnyRequest, AnyAnswer]):
    """The only login of a process at a provider. Concurrent callers cause one renewal, and get the same token."""

    def __init__(
        self,
        send: Callable[[AnyRequest, Caller, str], Awaitable[AnyAnswer]],
        client_id: str,
        client_secret: SecretStr,
        monotonic: Callable[[], float],
    ) -> None:
        """Make no request yet. `send` takes a request, its caller and the `Authorization` header."""
        self._send, self._monotonic = send, monotonic
        pair = f"{client_id}:{client_secret.get_secret_value()}".encode()
        self._basic = SecretStr("Basic " + b64encode(pair).decode())
        self._token: Token | None = None
        self._renewal: asyncio.Task[Token] | None = None
        self.scope: frozenset[str] = frozenset()
        """The permissions of the app as of the last login; empty if the provider does not list them."""

    @abstractmethod
    async def _renew(self, caller: Caller) -> Token:
        """Ask for a token, and keep it. Raises `ProviderUnauthorized` if the provider refuses the credentials."""

    @abstractmethod
    def _revocation(self, token: Token) -> AnyRequest:
        """The request that revokes this token."""

    async def token(self, caller: Caller) -> Token:
        """A valid token: a new one if the use of the last has ended. Raises like `_renew`."""
        if self._token is not None and self._monotonic() < self._token.use_until:
            return self._token
        if self._renewal is None:
            # In a task: the first caller may be canceled while others wait.
            caller = replace(caller, lane=Lane.MANAGE, before_sending=send_at_once)
            self._renewal = asyncio.create_task(self._renew(caller))
            self._renewal.add_done_callback(self._on_renewed)
        return await asyncio.shield(self._renewal)

    async def replace_token(self, refused: Token, caller: Caller) -> Token:
        """A token to use instead of a refused one. Concurrent callers cause one renewal."""
        self._expire(refused.access)
        return await self.token(caller)

    def _use_until(self, asked_at: float, expires_in: float) -> float:
        """The end of the use of a token that was asked for then."""
        return asked_at + expires_in - min(RENEWAL_MARGIN, expires_in / 10)

    def _expire(self, access: SecretStr) -> None:
        """End the use of this token, if it is still the current one."""
        if self._token is not None and self._token.access == access:
            self._token = replace(self._token, use_until=-math.inf)

    async def revoke(self) -> None:
        """End a renewal that is going on, and revoke the token if there is one."""
        if self._renewal is not None:
            self._renewal.cancel()
            await asyncio.wait((self._renewal,))
        token, self._token = self._token, None
        if token is None:
            return
        with contextlib.suppress(ProviderError, TimeoutError):
            async with asyncio.timeout(REVOKE_TIMEOUT):
                await self._ask(self._revocation(token), Caller(Lane.MANAGE, patience=0))

    async def _ask(self, request: AnyRequest, caller: Caller) -> AnyAnswer:
        """Send a request about tokens, with the credentials of the app."""
        return await self._send(request, caller, self._basic.get_secret_value())

    def _on_renewed(self, renewal: asyncio.Task[Token]) -> None:
        self._renewal = None
        if not renewal.cancelled():
            renewal.exception()  # retrieved, so that asyncio does not log it when all callers were canceled
