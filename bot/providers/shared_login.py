"""One access token of a provider that all callers of a process share."""

from __future__ import annotations

import asyncio
import math
from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pydantic import SecretStr

from bot.providers.caller import Caller, Lane, send_at_once

RENEWAL_MARGIN = 60.0
"""Seconds before its end at which a token is replaced, at most a tenth of its lifetime."""


@dataclass(frozen=True)
class AccessToken:
    """An access token and the end of its use (monotonic seconds)."""

    access: SecretStr
    use_until: float


Token = TypeVar("Token", bound=AccessToken)


class SharedLogin(ABC, Generic[Token]):
    """The only login of a process at a provider. Concurrent callers cause one renewal, and get the same token."""

    def __init__(self, client_id: str, client_secret: SecretStr, monotonic: Callable[[], float]) -> None:
        """Make no request yet."""
        self._monotonic = monotonic
        pair = f"{client_id}:{client_secret.get_secret_value()}".encode()
        self._basic = SecretStr("Basic " + b64encode(pair).decode())
        self._token: Token | None = None
        self._renewal: asyncio.Task[Token] | None = None
        self.scope: frozenset[str] = frozenset()
        """The permissions of the app as of the last login; empty if the provider does not list them."""

    @abstractmethod
    async def _renew(self, caller: Caller) -> Token:
        """Ask for a token, and keep it. Raises `ProviderUnauthorized` if the provider refuses the credentials."""

    async def _valid(self, caller: Caller) -> Token:
        """The token, or a new one if its use has ended. Raises like `_renew`."""
        if self._token is not None and self._monotonic() < self._token.use_until:
            return self._token
        if self._renewal is None:
            # In a task: the first caller may be canceled while others wait.
            caller = replace(caller, lane=Lane.MANAGE, before_sending=send_at_once)
            self._renewal = asyncio.create_task(self._renew(caller))
            self._renewal.add_done_callback(self._on_renewed)
        return await asyncio.shield(self._renewal)

    def _use_until(self, asked_at: float, expires_in: float) -> float:
        """The end of the use of a token that was asked for then."""
        return asked_at + expires_in - min(RENEWAL_MARGIN, expires_in / 10)

    def _expire(self, access: SecretStr) -> None:
        """End the use of this token, if it is still the current one."""
        if self._token is not None and self._token.access == access:
            self._token = replace(self._token, use_until=-math.inf)

    async def _give_up(self) -> Token | None:
        """End a renewal that is going on; return the token that is not used any more, if there is one."""
        if self._renewal is not None:
            self._renewal.cancel()
            await asyncio.wait((self._renewal,))
        token, self._token = self._token, None
        return token

    def _on_renewed(self, renewal: asyncio.Task[Token]) -> None:
        self._renewal = None
        if not renewal.cancelled():
            renewal.exception()  # retrieved, so that asyncio does not log it when all callers were canceled
