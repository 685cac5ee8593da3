"""Send requests to a provider: through its gate, repeated where that is safe, and counted."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import aiohttp

from bot.providers.exchange import ApiAnswer, ApiRequest, NoAnswer, NotSent, Response, SentCall, SlotExpired, exchange

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.errors import ProviderError
    from bot.providers.caller import Caller

MAX_REPEATS = 3
"""Repeats of a repeatable request after an error: developers.ringcentral.com/guide/basics/errors"""
MAX_THROTTLED = 5
"""Consecutive 429 answers to one request before it fails with `ProviderBusy`."""

AnyRequest = TypeVar("AnyRequest", bound=ApiRequest)
AnyAnswer = TypeVar("AnyAnswer", bound=ApiAnswer[Any])


class Transport(ABC, Generic[AnyRequest, AnyAnswer]):
    """The connection of one app to one provider."""

    first_pause: float
    """Seconds before the first repeat, doubled each time."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        *,
        version: str,
        timeout: float,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """`timeout` is in seconds, from connecting to the last byte of the answer."""
        self._http = http
        self._headers = {"User-Agent": f"Greenroom/{version}", "Accept": "application/json"}
        # Connecting has a limit of its own: a request that timed out there was certainly not sent.
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=timeout / 2)
        self._monotonic, self._sleep = monotonic, sleep
        self.calls: Counter[SentCall] = Counter()
        """Calls sent since the start."""

    async def send(self, request: AnyRequest, caller: Caller, authorization: str) -> AnyAnswer:
        """Send until there is a clear answer, and return it: a success or a refusal other than 429.

        Repeat a repeatable request after an error; raise `ProviderDown` or `OutcomeUnknown` otherwise. A 429 had no
        effect, so the request passes the gate again, up to the caller's `patience`.
        """
        deadline = self._monotonic() + caller.patience
        repeats, throttled, may_have_arrived = 0, 0, False
        while True:
            remaining = replace(caller, patience=deadline - self._monotonic())
            answer: AnyAnswer | None = None
            try:
                with contextlib.suppress(NotSent):
                    answer = await self._send_once(request, remaining, authorization)
            except SlotExpired:
                continue
            except NoAnswer:
                may_have_arrived = True
            if answer is not None and answer.status == 429:
                throttled += 1
                if throttled < MAX_THROTTLED and request.passes_gate:
                    continue
                raise answer.error(request)
            if answer is not None and answer.status < 500 and answer.status != 408:
                return answer
            may_have_arrived = may_have_arrived or answer is not None
            pause = max(self.first_pause * 2**repeats, (answer and answer.retry_after) or 0.0)
            repeats += 1
            if not request.is_repeatable or repeats > MAX_REPEATS or self._monotonic() + pause > deadline:
                unknown = request.changes and may_have_arrived
                raise self._no_answer_error(may_have_happened=unknown, status=answer.status if answer else 0)
            await self._sleep(pause)

    async def _send_once(self, request: AnyRequest, caller: Caller, authorization: str) -> AnyAnswer:
        if not request.passes_gate:
            return await self._exchange(request, authorization)
        turn = await self._enter(request, caller)
        started = self._monotonic()
        answer: AnyAnswer | None = None
        try:
            await caller.before_sending()
            if not self._may_send(turn):
                raise SlotExpired
            answer = await self._exchange(request, authorization)
            return answer
        finally:
            ms = round((self._monotonic() - started) * 1000)
            self._log_call(request, answer.status if answer else None, ms)
            await self._leave(turn, answer)

    async def _exchange(self, request: AnyRequest, authorization: str) -> AnyAnswer:
        try:
            response = await exchange(
                self._http,
                request.method,
                self._url(request),
                query=request.query,
                json_body=request.json,
                form=request.form,
                headers={**self._headers, "Authorization": authorization},
                timeout=self._timeout,
            )
        except NoAnswer:
            self.calls[SentCall(request.method, request.path, None)] += 1
            raise
        self.calls[SentCall(request.method, request.path, response.status)] += 1
        return self._read(response)

    @abstractmethod
    def _url(self, request: AnyRequest) -> str:
        """The encoded address to send this request to."""

    @abstractmethod
    def _read(self, response: Response) -> AnyAnswer:
        """The response as an answer of this provider."""

    @abstractmethod
    async def _enter(self, request: AnyRequest, caller: Caller) -> Any:
        """Wait at the gate; return the turn of the call. Raises `ProviderBusy` after the caller's `patience`."""

    @abstractmethod
    def _may_send(self, turn: Any) -> bool:
        """Whether the turn is still this call's."""

    @abstractmethod
    async def _leave(self, turn: Any, answer: AnyAnswer | None) -> None:
        """Let the gate know the answer; `None` if there was none."""

    @abstractmethod
    def _log_call(self, request: AnyRequest, status: int | None, ms: int) -> None:
        """Log a call that took so long, and a warning if it was throttled."""

    @abstractmethod
    def _no_answer_error(self, *, may_have_happened: bool, status: int) -> ProviderError:
        """The error for no answer, or for one that does not tell the outcome."""
