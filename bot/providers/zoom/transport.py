"""Send requests to Zoom: through the gate, with a token, repeated where that is safe."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import aiohttp

from bot.clock import Clock, machine_now, monotonic
from bot.errors import ProviderForbidden
from bot.providers.exchange import NoAnswer, NotSent, SentCall, SlotExpired, exchange
from bot.providers.rate_budget import LONGEST_CALL
from bot.providers.shared_reads import SharedReads
from bot.providers.zoom.auth import ZoomAccountLogin, ZoomToken
from bot.providers.zoom.errors import SCOPE_CODES, read_error
from bot.providers.zoom.limits import Label, keys_for
from bot.providers.zoom.no_answer import no_answer_error
from bot.providers.zoom.records import ListPageRecord, parse_record
from bot.providers.zoom.request import ZoomAnswer, ZoomRequest

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.errors import ProviderBusy
    from bot.providers.caller import Caller, Lane

log = logging.getLogger(__name__)

MAX_REPEATS = 3
"""Repeats of a repeatable request after an error."""
FIRST_PAUSE = 1.0
"""Seconds before the first repeat, doubled each time."""
MAX_THROTTLED = 5
"""Consecutive 429 answers to one request before it fails with `ProviderBusy`."""
PER_PAGE = "300"
OAUTH = "/oauth"
SUBJECTS = ("host", "address", "addresses", "registrants", "deletes")


class CallGate(Protocol):
    """What decides when a call may go: see `bot.providers.keyed_gate.KeyedGate`."""

    async def enter(self, keys: Sequence[Any], caller: Caller) -> int: ...
    async def used_up(self, keys: Sequence[Any], lane: Lane) -> Mapping[Any, ProviderBusy]: ...
    def may_send(self, turn: int) -> bool: ...
    async def answered(self, turn: int, status: int | None, headers: Mapping[str, str], message: str = "") -> None: ...
    def calls_a_minute(self, group: str, lane: Lane) -> int: ...
    async def close(self) -> None: ...


class ZoomTransport:
    """The connection of one app to Zoom's two servers: for tokens, and for the API."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        gate: CallGate,
        *,
        api_url: str,
        oauth_url: str,
        version: str,
        timeout: float,
        monotonic: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`timeout` is in seconds, from connecting to the last byte of the answer."""
        self._http, self._gate = http, gate
        self._api_url, self._oauth_url = api_url.rstrip("/"), oauth_url.rstrip("/")
        self._headers = {"User-Agent": f"Greenroom/{version}", "Accept": "application/json"}
        # Connecting has a limit of its own: a request that timed out there was certainly not sent.
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=timeout / 2)
        self._monotonic, self._sleep = monotonic, sleep
        self.calls: Counter[SentCall] = Counter()
        """Calls sent since the start."""

    async def send(self, request: ZoomRequest, caller: Caller, authorization: str, *, region: str = "") -> ZoomAnswer:
        """Send until there is a clear answer, and return it: a success or a refusal other than 429.

        Repeat a repeatable request after an error; raise `ProviderDown` or `OutcomeUnknown` otherwise. A 429 had no
        effect, so the request passes the gate again, up to the caller's `patience`.
        """
        deadline = self._monotonic() + caller.patience
        repeats, throttled, may_have_arrived = 0, 0, False
        while True:
            remaining = replace(caller, patience=deadline - self._monotonic())
            answer: ZoomAnswer | None = None
            try:
                with contextlib.suppress(NotSent):
                    answer = await self._send_once(request, remaining, authorization, region)
            except SlotExpired:
                continue
            except NoAnswer:
                may_have_arrived = True
            if answer is not None and answer.status == 429:
                throttled += 1
                if throttled < MAX_THROTTLED and request.label is not None:
                    continue
                raise answer.error(request)
            if answer is not None and answer.status < 500 and answer.status != 408:
                return answer
            may_have_arrived = may_have_arrived or answer is not None
            pause = max(FIRST_PAUSE * 2**repeats, _seconds_until_retry(answer))
            repeats += 1
            if not request.is_repeatable or repeats > MAX_REPEATS or self._monotonic() + pause > deadline:
                unknown = request.changes and may_have_arrived
                raise no_answer_error(may_have_happened=unknown, status=answer.status if answer else 0)
            await self._sleep(pause)

    async def _send_once(self, request: ZoomRequest, caller: Caller, authorization: str, region: str) -> ZoomAnswer:
        if request.label is None:  # a login, which no limit counts
            return await self._exchange(request, authorization, region)
        turn = await self._gate.enter(keys_for(request.label, **request.counts_for), caller)
        started = self._monotonic()
        answer: ZoomAnswer | None = None
        try:
            await caller.before_sending()
            if not self._gate.may_send(turn):
                raise SlotExpired
            answer = await self._exchange(request, authorization, region)
            return answer
        finally:
            status = answer.status if answer else None
            extra = {"method": request.method, "path": request.path, "status": status}
            log.debug("zoom.request", extra={**extra, "ms": round((self._monotonic() - started) * 1000)})
            if status == 429:
                log.warning("zoom.throttled", extra={**extra, "label": request.label})
            message = read_error(answer.body).message if answer and status == 429 else ""
            await self._gate.answered(turn, status, answer.headers if answer else {}, message)

    async def _exchange(self, request: ZoomRequest, authorization: str, region: str) -> ZoomAnswer:
        is_login = request.path.startswith(OAUTH)
        url = self._oauth_url + request.path.removeprefix(OAUTH) if is_login else self._base(region)
        try:
            response = await exchange(
                self._http,
                request.method,
                url if is_login else url + request.filled_path,
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
        return ZoomAnswer(*response)

    def _base(self, region: str) -> str:
        """The API's address: that of the account's region, if the token names one; never without encryption instead."""
        configured, regional = urlsplit(self._api_url), urlsplit(region)
        if not regional.netloc or regional.scheme not in ("https", configured.scheme):
            return self._api_url
        return f"{regional.scheme}://{regional.netloc}{configured.path}"


class ZoomApi:
    """Requests on behalf of the account. The base class of the client."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        gate: CallGate,
        *,
        api_url: str,
        oauth_url: str,
        account_id: str,
        client_id: str,
        client_secret: SecretStr,
        clock: Clock,
        version: str,
        timeout: float = LONGEST_CALL,
        monotonic: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Make no request yet. The caller closes `http`; `timeout` is in seconds."""
        self._gate = gate
        urls = {"api_url": api_url, "oauth_url": oauth_url}
        self._transport = ZoomTransport(
            http, gate, **urls, version=version, timeout=timeout, monotonic=monotonic, sleep=sleep
        )
        self._login = ZoomAccountLogin(
            self._transport.send,
            account_id=account_id,
            client_id=client_id,
            client_secret=client_secret,
            monotonic=monotonic,
        )
        self._account_id, self._secret = account_id, client_secret
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

    async def granted_scopes(self, caller: Caller) -> frozenset[str]:
        """The scopes of the app, as Zoom lists them with a token; empty if it does not."""
        await self._login.token(caller)
        return self._login.scope

    async def _items(
        self,
        path: str,
        name: str,
        *,
        label: Label,
        caller: Caller,
        query: Mapping[str, str] | None = None,
        **parts: Any,
    ) -> AsyncIterator[Any]:
        """Yield the items of every page of a list, which has them under `name`."""
        token: str | None = None
        while True:
            items, token = await self._page(path, name, token, label=label, caller=caller, query=query, **parts)
            for item in items:
                yield item
            if token is None:
                return

    async def _page(
        self,
        path: str,
        name: str,
        token: str | None,
        *,
        label: Label,
        caller: Caller,
        query: Mapping[str, str] | None = None,
        **parts: Any,
    ) -> tuple[list[Any], str | None]:
        """The items of one page, and the token of the next one; `None` if there is none, or it is the same again."""
        page_query = {"page_size": PER_PAGE, **(query or {}), **({"next_page_token": token} if token else {})}
        body = await self._request("GET", path, label=label, caller=caller, query=page_query, **parts)
        next_token = parse_record(ListPageRecord, body).next_page_token
        items = body.get(name)
        return items if isinstance(items, list) else [], next_token if next_token not in ("", token) else None

    async def _request(
        self, method: str, path: str, *, label: Label, caller: Caller, changes: bool = False, **parts: Any
    ) -> Any:
        """Return the body of a successful answer. Raise a `ProviderError` for anything else.

        `parts` are `ids` for the placeholders of `path`, `query`, `json`, `is_idempotent`, and those whose limits count
        it, as `limits.keys_for` takes them. Identical reads at the same time are one call; nobody gets the answer of
        one that was sent before a change.
        """
        counts_for = {name: parts.pop(name) for name in SUBJECTS if name in parts}
        request = ZoomRequest(method, path, label, changes, counts_for=counts_for, **parts)
        if method == "GET":
            return await self._reads.read(request.identity, caller, partial(self._answer, request))
        try:
            return await self._answer(request, caller)
        finally:
            self._reads.after_change()

    async def _answer(self, request: ZoomRequest, caller: Caller) -> Any:
        token = await self._login.token(caller)
        answer = await self._send(request, caller, token)
        if answer.status == 401:
            # A 401 had no effect, so the request, even a change, can be sent once more.
            token = await self._login.replace_token(token, caller)
            answer = await self._send(request, caller, token)
        if not 200 <= answer.status < 300:
            error = answer.error(request)
            if isinstance(error, ProviderForbidden) and error.code in SCOPE_CODES:
                self._login.renew_for_scope(token)
            raise error
        return answer.body

    async def _send(self, request: ZoomRequest, caller: Caller, token: ZoomToken) -> ZoomAnswer:
        authorization = f"Bearer {token.access.get_secret_value()}"
        return await self._transport.send(request, caller, authorization, region=token.api_url)


def _seconds_until_retry(answer: ZoomAnswer | None) -> float:
    """The seconds that an answer asks to wait; 0 if it does not."""
    at = answer.retry_at if answer else None
    return max(0.0, (at - machine_now()).total_seconds()) if at else 0.0
