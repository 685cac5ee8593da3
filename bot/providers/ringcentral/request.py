"""One question to RingCentral as the user whom the login stands for: its answer, or what its refusal means."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.clock import Clock, monotonic
from bot.providers.base import Caller
from bot.providers.gate import Gate
from bot.providers.ringcentral.auth import Login
from bot.providers.ringcentral.records import Page, read
from bot.providers.ringcentral.transport import Request, Transport

LIGHT, MEDIUM, HEAVY = "light", "medium", "heavy"
PER_PAGE = "1000"
TIMEOUT = 20.0


class RingCentralApi:
    """The one request function under everything that the client asks."""

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
        """Nothing is sent before the first question; `http` stays the caller's to close; `timeout` in seconds."""
        self._wire = Transport(
            http, gate, server_url=server_url, version=version, timeout=timeout, monotonic=monotonic, sleep=sleep
        )
        self._login = Login(self._wire, client_id=client_id, client_secret=client_secret, jwt=jwt, monotonic=monotonic)
        self._clock = clock

    async def close(self) -> None:
        """Log out, waiting a few seconds at most."""
        await self._login.leave()

    async def _listed(self, path: str, caller: Caller, *, query: Mapping[str, str], **parts: Any) -> AsyncIterator[Any]:
        """The records of every page; some lists page forward only, so all of them are read that way."""
        token: str | None = ""
        while token is not None:
            asked = {**query, "perPage": PER_PAGE, **({"pageToken": token} if token else {})}
            page = read(Page, await self._request("GET", path, group=HEAVY, caller=caller, query=asked, **parts))
            for record in page.records:
                yield record
            following = page.paging.next_page_token
            token = following if following not in ("", token) else None

    async def _request(
        self, method: str, path: str, *, group: str, caller: Caller, changes: bool = False, **parts: Any
    ) -> Any:
        """The body of a successful answer; everything else is raised as one of our errors."""
        request = Request(method, path, group, changes, **parts)
        token = await self._login.token(caller)
        answer = await self._wire.ask(request, caller, _bearer(token))
        if answer.status == 401:
            # A 401 had no effect, so even a change may be sent again, once.
            token = await self._login.instead_of(token, caller)
            answer = await self._wire.ask(request, caller, _bearer(token))
        if not 200 <= answer.status < 300:
            raise answer.problem(request)
        return answer.body


def _bearer(token: SecretStr) -> str:
    return f"Bearer {token.get_secret_value()}"
