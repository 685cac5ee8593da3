"""Requests to a provider on behalf of its account: with a token that is renewed once, reads shared, changes alone."""

from __future__ import annotations

from abc import ABC
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from bot.providers.shared_login import AccessToken, SharedLogin
from bot.providers.shared_reads import SharedReads
from bot.providers.transport import AnyAnswer, AnyRequest, Transport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.errors import ProviderError
    from bot.providers.caller import Caller
    from bot.providers.exchange import SentCall

Token = TypeVar("Token", bound=AccessToken)


class _Gate(Protocol):
    async def close(self) -> None: ...


class ProviderApi(ABC, Generic[AnyRequest, AnyAnswer, Token]):
    """What the clients of all providers have in common."""

    def __init__(
        self,
        transport: Transport[AnyRequest, AnyAnswer],
        login: SharedLogin[Token, AnyRequest, AnyAnswer],
        gate: _Gate,
    ) -> None:
        """Make no request yet."""
        self._transport, self._login = transport, login
        self._leave_gate = gate.close
        self._reads = SharedReads()

    @property
    def calls(self) -> Mapping[SentCall, int]:
        """How often each operation was called since the start, by the status of the answer."""
        return self._transport.calls

    async def close(self) -> None:
        """Log out, and leave the gate; take a few seconds at most."""
        await self._login.revoke()
        await self._leave_gate()

    async def _body_of(self, request: AnyRequest, caller: Caller) -> Any:
        """Return the body of a successful answer. Raise a `ProviderError` for anything else.

        Identical reads at the same time are one call; nobody gets the answer of one that was sent before a change.
        """
        if request.method == "GET":
            return await self._reads.read(request.identity, caller, partial(self._answer, request))
        try:
            return await self._answer(request, caller)
        finally:
            self._reads.after_change()

    async def _answer(self, request: AnyRequest, caller: Caller) -> Any:
        token = await self._login.token(caller)
        answer = await self._send(request, caller, token)
        if answer.status == 401:
            # A 401 had no effect, so the request, even a change, can be sent once more.
            token = await self._login.replace_token(token, caller)
            answer = await self._send(request, caller, token)
        if not 200 <= answer.status < 300:
            error = answer.error(request)
            self._note_refusal(error, token)
            raise error
        return answer.body

    async def _send(self, request: AnyRequest, caller: Caller, token: Token) -> AnyAnswer:
        return await self._transport.send(request, caller, f"Bearer {token.access.get_secret_value()}")

    def _note_refusal(self, error: ProviderError, token: Token) -> None:
        """Consider what a refusal means for the token; by default nothing."""
