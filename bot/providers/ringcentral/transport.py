"""Send requests to RingCentral: through the gate, with a token, repeated where that is safe."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

import aiohttp
from pydantic import SecretStr

from bot.clock import Clock, monotonic
from bot.providers.base import Caller
from bot.providers.exchange import NoAnswer, NotSent, SentCall, SlotExpired, exchange
from bot.providers.gate import Gate
from bot.providers.rate_budget import LONGEST_CALL
from bot.providers.ringcentral.auth import Login
from bot.providers.ringcentral.errors import no_answer_error
from bot.providers.ringcentral.records import PageRecord, parse_record
from bot.providers.ringcentral.request import HEAVY, Answer, Request
from bot.providers.shared_reads import SharedReads

log = logging.getLogger(__name__)

MAX_REPEATS = 3
"""Repeats of a repeatable request after an error: developers.ringcentral.com/guide/basics/errors"""
FIRST_PAUSE = 2.0
"""Seconds before the first repeat, doubled each time, as the same guide advises."""
MAX_THROTTLED = 5
"""Consecutive 429 answers to one request before it fails with `ProviderBusy`."""
PER_PAGE = "1000"
TIMEOUT = LONGEST_CALL


class Transport:
    """The connection of one app to one RingCentral server."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        gate: Gate,
        *,
        server_url: str,
        version: str,
        timeout: float,
        monotonic: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`timeout` is in seconds, from connecting to the last byte of the answer."""
        self._http, self._gate = http, gate
        self._server_url = server_url.rstrip("/")
        self._headers = {"User-Agent": f"Greenroom/{version}", "Accept": "application/json"}
        # Connecting has a limit of its own: a request that timed out there was certainly not sent.
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=timeout / 2)
        self._monotonic, self._sleep = monotonic, sleep
        self.calls: Counter[SentCall] = Counter()
        """Calls sent since the start."""

    async def send(self, request: Request, caller: Caller, authorization: str) -> Answer:
        """Send until there is a clear answer, and return it: a success or a refusal other than 429.

        Repeat a repeatable request after an error; raise `ProviderDown` or `OutcomeUnknown` otherwise. A 429 had no
        effect, so the request passes the gate again, up to the caller's `patience`.
        """
        deadline = self._monotonic() + caller.patience
        repeats, throttled, may_have_arrived = 0, 0, False
        while True:
            remaining = replace(caller, patience=deadline - self._monotonic())
            answer: Answer | None = None
            try:
                with contextlib.suppress(NotSent):
                    answer = await self._send_once(request, remaining, authorization)
            except SlotExpired:
                continue
            except NoAnswer:
                may_have_arrived = True
            if answer is not None and answer.status == 429:
                throttled += 1
                if throttled < MAX_THROTTLED:
                    continue
                raise answer.error(request)
            if answer is not None and answer.status < 500 and answer.status != 408:
                return answer
            may_have_arrived = may_have_arrived or answer is not None
            pause = max(FIRST_PAUSE * 2**repeats, (answer and answer.retry_after) or 0.0)
            repeats += 1
            if not request.is_repeatable or repeats > MAX_REPEATS or self._monotonic() + pause > deadline:
                unknown = request.changes and may_have_arrived
                raise no_answer_error(may_have_happened=unknown, status=answer.status if answer else 0)
            await self._sleep(pause)

    async def _send_once(self, request: Request, caller: Caller, authorization: str) -> Answer:
        turn = await self._gate.enter(request.group, caller)
        started = self._monotonic()
        answer: Answer | None = None
        try:
            await caller.before_sending()
            if not self._gate.may_send(request.group, turn):
                raise SlotExpired
            answer = await self._exchange(request, authorization)
            return answer
        finally:
            status = answer.status if answer else None
            extra = {"method": request.method, "path": request.path, "status": status}
            log.debug("ringcentral.request", extra={**extra, "ms": round((self._monotonic() - started) * 1000)})
            if status == 429:
                log.warning("ringcentral.throttled", extra={**extra, "group": request.group})
            await self._gate.answered(request.group, turn, status, answer.headers if answer else {})

    async def _exchange(self, request: Request, authorization: str) -> Answer:
        path = request.path.format(**{name: quote(value, safe="") for name, value in request.ids.items()})
        try:
            response = await exchange(
                self._http,
                request.method,
                self._server_url + path,
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
        return Answer(*response)


class RingCentralApi:
    """Requests on behalf of the service user. The base class of the client."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        gate: Gate,
        *,
        server_url: str,
        client_id: str,
        client_secret: SecretStr,
        jwt: SecretStr,
        clock: Clock,
        version: str,
        timeout: float = TIMEOUT,
        monotonic: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Make no request yet. The caller closes `http`; `timeout` is in seconds."""
        self._gate = gate
        self._transport = Transport(
            http, gate, server_url=server_url, version=version, timeout=timeout, monotonic=monotonic, sleep=sleep
        )
        self._login = Login(
            self._transport.send, client_id=client_id, client_secret=client_secret, jwt=jwt, monotonic=monotonic
        )
        self._clock = clock
        self._reads = SharedReads()

    @property
    def calls(self) -> Mapping[SentCall, int]:
        """How often each operation was called since the start, by the status of the answer."""
        return self._transport.calls

    async def close(self) -> None:
        """Log out, and leave the gate; take a few seconds at most."""
        await self._login.revoke()
        await self._gate.close()

    async def _records(
        self, path: str, caller: Caller, *, query: Mapping[str, str], **parts: Any
    ) -> AsyncIterator[Any]:
        """Yield the records of every page, by page token: some lists can only be read forward."""
        token: str | None = None
        while True:
            records, token = await self._page(path, token, caller, query=query, **parts)
            for record in records:
                yield record
            if token is None:
                return

    async def _page(
        self, path: str, token: str | None, caller: Caller, *, query: Mapping[str, str], **parts: Any
    ) -> tuple[list[Any], str | None]:
        """The records of one page, and the token of the next one; `None` if there is none, or it is the same again."""
        page_query = {**query, "perPage": PER_PAGE, **({"pageToken": token} if token else {})}
        body = await self._request("GET", path, group=HEAVY, caller=caller, query=page_query, **parts)
        page = parse_record(PageRecord, body)
        next_token = page.paging.next_page_token
        return page.records, next_token if next_token not in ("", token) else None

    async def _request(
        self, method: str, path: str, *, group: str, caller: Caller, changes: bool = False, **parts: Any
    ) -> Any:
        """Return the body of a successful answer. Raise a `ProviderError` for anything else.

        Identical reads at the same time are one call; nobody gets the answer of one that was sent before a change.
        """
        request = Request(method, path, group, changes, **parts)
        if method == "GET":
            return await self._reads.read(request.identity, caller, partial(self._answer, request))
        try:
            return await self._answer(request, caller)
        finally:
            self._reads.after_change()

    async def _answer(self, request: Request, caller: Caller) -> Any:
        token = await self._login.token(caller)
        answer = await self._transport.send(request, caller, _bearer(token))
        if answer.status == 401:
            # A 401 had no effect, so the request, even a change, can be sent once more.
            token = await self._login.replace_token(token, caller)
            answer = await self._transport.send(request, caller, _bearer(token))
        if not 200 <= answer.status < 300:
            raise answer.error(request)
        return answer.body


def _bearer(token: SecretStr) -> str:
    return f"Bearer {token.get_secret_value()}"
