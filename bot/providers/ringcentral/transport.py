"""Send requests to RingCentral: through the gate, with a token, repeated where that is safe."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
from pydantic import SecretStr

from bot.clock import Clock, monotonic
from bot.errors import ProviderError
from bot.providers.base import Caller
from bot.providers.exchange import Response
from bot.providers.gate import Gate
from bot.providers.provider_api import ProviderApi
from bot.providers.rate_budget import LONGEST_CALL
from bot.providers.ringcentral.auth import Login, RefreshableToken
from bot.providers.ringcentral.errors import no_answer_error
from bot.providers.ringcentral.records import PageRecord, parse_record
from bot.providers.ringcentral.request import HEAVY, Answer, Request
from bot.providers.transport import Transport

log = logging.getLogger(__name__)

PER_PAGE = "1000"
TIMEOUT = LONGEST_CALL


class RingCentralTransport(Transport[Request, Answer]):
    """The connection of one app to one RingCentral server."""

    first_pause = 2.0  # as developers.ringcentral.com/guide/basics/errors advises

    def __init__(self, http: aiohttp.ClientSession, gate: Gate, *, server_url: str, **options: Any) -> None:
        """`options` are those of `Transport`."""
        super().__init__(http, **options)
        self._gate, self._server_url = gate, server_url.rstrip("/")

    def _url(self, request: Request) -> str:
        ids = {name: quote(value, safe="") for name, value in request.ids.items()}
        return self._server_url + request.path.format(**ids)

    def _read(self, response: Response) -> Answer:
        return Answer(*response)

    async def _enter(self, request: Request, caller: Caller) -> tuple[str, int]:
        return request.group, await self._gate.enter(request.group, caller)

    def _may_send(self, turn: tuple[str, int]) -> bool:
        return self._gate.may_send(*turn)

    async def _leave(self, turn: tuple[str, int], answer: Answer | None) -> None:
        status, headers = (answer.status, answer.headers) if answer else (None, {})
        await self._gate.answered(*turn, status, headers)

    def _log_call(self, request: Request, status: int | None, ms: int) -> None:
        extra = {"method": request.method, "path": request.path, "status": status}
        log.debug("ringcentral.request", extra={**extra, "ms": ms})
        if status == 429:
            log.warning("ringcentral.throttled", extra={**extra, "group": request.group})

    def _no_answer_error(self, *, may_have_happened: bool, status: int) -> ProviderError:
        return no_answer_error(may_have_happened=may_have_happened, status=status)


class RingCentralApi(ProviderApi[Request, Answer, RefreshableToken]):
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
        options = {"version": version, "timeout": timeout, "monotonic": monotonic, "sleep": sleep}
        transport = RingCentralTransport(http, gate, server_url=server_url, **options)
        login = Login(transport.send, client_id=client_id, client_secret=client_secret, jwt=jwt, monotonic=monotonic)
        super().__init__(transport, login, gate)
        self._gate, self._clock = gate, clock

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
        """Return the body of a successful answer, as `_body_of` does. `parts` are fields of `ApiRequest`."""
        return await self._body_of(Request(method, path, group, changes=changes, **parts), caller)
