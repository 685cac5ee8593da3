"""One request to RingCentral: through the gate, sent once, and what its answer or its silence means."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.clock import machine_now, monotonic
from bot.errors import ProviderError
from bot.providers.base import Caller
from bot.providers.gate import BLIND_PENALTY, Gate, read_headers
from bot.providers.ringcentral.errors import problem, trouble

log = logging.getLogger(__name__)

REPEATS = 3
"""How often a read, a removal or a setting is repeated after trouble: developers.ringcentral.com/guide/basics/errors"""
FIRST_PAUSE = 2.0
"""Seconds before the first repeat, doubled each time, as the same guide advises."""
REFUSALS = 5
"""How many 429s in a row are waited out for one request, however short their waits."""


class NotSent(Exception):
    """The connection was never made: nothing can have happened."""


class NoAnswer(Exception):
    """The request may have arrived, and its answer did not."""


@dataclass(frozen=True)
class Request:
    """What to ask; `path` is a template, and `ids` are filled in."""

    method: str
    path: str
    group: str
    changes: bool = False
    """Whether it matters if this is done or not."""
    settles: bool = False
    """Whether a change says what shall be so in the end, and not what to add."""
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)

    @property
    def repeatable(self) -> bool:
        """Whether doing it twice is the same as doing it once."""
        return not self.changes or self.settles or self.method == "DELETE"

    @property
    def app_permission(self) -> str:
        """The permission that the app needs for this."""
        if not self.path.startswith("/webinar/"):
            return "ReadAccounts"
        return "EditWebinars" if self.changes else "ReadWebinars"


@dataclass(frozen=True)
class Answer:
    """What came back; `body` is None where it is not JSON."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)

    @property
    def retry_after(self) -> float | None:
        """The seconds it asks us to wait, if it does."""
        return read_headers(self.headers).retry_after

    def problem(self, request: Request) -> ProviderError:
        """The error that this answer to `request` means."""
        wait = BLIND_PENALTY if self.retry_after is None else self.retry_after
        return problem(
            self.status,
            self.body,
            changes=request.changes,
            app_permission=request.app_permission,
            ready_at=machine_now() + timedelta(seconds=wait),
        )


class Transport:
    """The connection to one RingCentral server as one app."""

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
        """`timeout` is in seconds, for one request from connecting to the last byte of its answer."""
        self._http, self._gate = http, gate
        self._server_url = server_url.rstrip("/")
        self._headers = {"User-Agent": f"Greenroom/{version}", "Accept": "application/json"}
        # Its own limit for connecting: whoever could not even connect surely has sent nothing.
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=timeout / 2)
        self._monotonic, self._sleep = monotonic, sleep

    async def ask(self, request: Request, caller: Caller, authorization: str) -> Answer:
        """Send until there is a clear answer, and return it: a success or a refusal that is no 429.

        Trouble is repeated where that is harmless; else it is `ProviderDown` or `OutcomeUnknown`. A 429 had no
        effect, so it goes round through the gate while the caller's patience lasts.
        """
        deadline = self._monotonic() + caller.patience
        repeats, refusals, arrived = 0, 0, False
        while True:
            hurried = replace(caller, patience=deadline - self._monotonic())
            answer: Answer | None = None
            try:
                answer = await self._send(request, hurried, authorization)
            except NotSent:
                pass
            except NoAnswer:
                arrived = True
            if answer is not None and answer.status == 429:
                refusals += 1
                if refusals < REFUSALS:
                    continue
                raise answer.problem(request)
            if answer is not None and answer.status < 500 and answer.status != 408:
                return answer
            arrived = arrived or answer is not None
            pause = max(FIRST_PAUSE * 2**repeats, (answer and answer.retry_after) or 0.0)
            repeats += 1
            if not request.repeatable or repeats > REPEATS or self._monotonic() + pause > deadline:
                raise trouble(may_have_happened=request.changes and arrived, status=answer.status if answer else 0)
            await self._sleep(pause)

    async def _send(self, request: Request, caller: Caller, authorization: str) -> Answer:
        turn = await self._gate.enter(request.group, caller)
        started = self._monotonic()
        answer: Answer | None = None
        try:
            answer = await self._exchange(request, authorization)
            return answer
        finally:
            status = answer.status if answer else None
            seen = {"method": request.method, "path": request.path, "status": status}
            log.debug("ringcentral.request", extra={**seen, "ms": round((self._monotonic() - started) * 1000)})
            if status == 429:
                log.warning("ringcentral.throttled", extra={**seen, "group": request.group})
            await self._gate.answered(request.group, turn, status, answer.headers if answer else {})

    async def _exchange(self, request: Request, authorization: str) -> Answer:
        path = request.path.format(**{name: quote(value, safe="") for name, value in request.ids.items()})
        try:
            async with self._http.request(
                request.method,
                URL(self._server_url + path, encoded=True),
                params=request.query,
                json=request.json,
                data=request.form,
                headers={**self._headers, "Authorization": authorization},
                timeout=self._timeout,
                allow_redirects=False,
                middlewares=(_only_once,),
            ) as response:
                return Answer(response.status, response.headers, _json(await response.read()))
        except (aiohttp.ClientError, TimeoutError, OSError):
            # Raised without its cause: aiohttp's errors can carry the request with its headers.
            raise NoAnswer from None


async def _only_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep aiohttp from sending a request again by itself after a cut connection, past the gate."""
    try:
        return await handler(request)
    except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError):
        raise NotSent from None
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        raise NoAnswer from None


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None
