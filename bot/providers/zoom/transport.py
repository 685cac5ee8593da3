"""Send requests to Zoom: through the gate, with a token, repeated where that is safe."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import aiohttp

from bot.clock import Clock, monotonic
from bot.errors import ProviderForbidden
from bot.providers.provider_api import ProviderApi
from bot.providers.rate_budget import LONGEST_CALL
from bot.providers.transport import Transport
from bot.providers.zoom.auth import ZoomAccountLogin, ZoomToken
from bot.providers.zoom.errors import SCOPE_CODES, read_error
from bot.providers.zoom.limits import Label
from bot.providers.zoom.no_answer import no_answer_error
from bot.providers.zoom.records import ListPageRecord, parse_record
from bot.providers.zoom.request import ZoomAnswer, ZoomRequest

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.errors import ProviderBusy, ProviderError
    from bot.providers.caller import Caller, Lane
    from bot.providers.exchange import Response

log = logging.getLogger(__name__)

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


class ZoomTransport(Transport[ZoomRequest, ZoomAnswer]):
    """The connection of one app to Zoom's two servers: for tokens, and for the API."""

    first_pause = 1.0

    def __init__(
        self, http: aiohttp.ClientSession, gate: CallGate, *, api_url: str, oauth_url: str, **options: Any
    ) -> None:
        """`options` are those of `Transport`."""
        super().__init__(http, **options)
        self._gate = gate
        self._api_url, self._oauth_url = api_url.rstrip("/"), oauth_url.rstrip("/")

    def _url(self, request: ZoomRequest) -> str:
        if request.path.startswith(OAUTH):
            return self._oauth_url + request.path.removeprefix(OAUTH)
        return self._base(request.region) + request.filled_path

    def _base(self, region: str) -> str:
        """The API's address: that of the account's region, if the token names one; never without encryption instead."""
        configured, regional = urlsplit(self._api_url), urlsplit(region)
        if not regional.netloc or regional.scheme not in ("https", configured.scheme):
            return self._api_url
        return f"{regional.scheme}://{regional.netloc}{configured.path}"

    def _read(self, response: Response) -> ZoomAnswer:
        return ZoomAnswer(*response)

    async def _enter(self, request: ZoomRequest, caller: Caller) -> int:
        return await self._gate.enter(request.limit_keys, caller)

    def _may_send(self, turn: int) -> bool:
        return self._gate.may_send(turn)

    async def _leave(self, turn: int, answer: ZoomAnswer | None) -> None:
        status, headers = (answer.status, answer.headers) if answer else (None, {})
        message = read_error(answer.body).message if answer and status == 429 else ""
        await self._gate.answered(turn, status, headers, message)

    def _log_call(self, request: ZoomRequest, status: int | None, ms: int) -> None:
        extra = {"method": request.method, "path": request.path, "status": status}
        log.debug("zoom.request", extra={**extra, "ms": ms})
        if status == 429:
            log.warning("zoom.throttled", extra={**extra, "label": request.label})

    def _no_answer_error(self, *, may_have_happened: bool, status: int) -> ProviderError:
        return no_answer_error(may_have_happened=may_have_happened, status=status)


class ZoomApi(ProviderApi[ZoomRequest, ZoomAnswer, ZoomToken]):
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
        options = {"version": version, "timeout": timeout, "monotonic": monotonic, "sleep": sleep}
        transport = ZoomTransport(http, gate, api_url=api_url, oauth_url=oauth_url, **options)
        app = {"account_id": account_id, "client_id": client_id}
        login = ZoomAccountLogin(transport.send, **app, client_secret=client_secret, monotonic=monotonic)
        super().__init__(transport, login, gate)
        self._gate, self._renew_for_scope = gate, login.renew_for_scope
        self._account_id, self._secret = account_id, client_secret
        self._clock = clock

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
        """Return the body of a successful answer, as `_body_of` does.

        `parts` are fields of `ApiRequest`, and those whose limits count the request, as `limits.keys_for` takes them.
        """
        counts_for = {name: parts.pop(name) for name in SUBJECTS if name in parts}
        request = ZoomRequest(method, path, label, counts_for=counts_for, changes=changes, **parts)
        return await self._body_of(request, caller)

    async def _send(self, request: ZoomRequest, caller: Caller, token: ZoomToken) -> ZoomAnswer:
        return await super()._send(replace(request, region=token.api_url), caller, token)

    def _note_refusal(self, error: ProviderError, token: ZoomToken) -> None:
        if isinstance(error, ProviderForbidden) and error.code in SCOPE_CODES:
            self._renew_for_scope(token)
