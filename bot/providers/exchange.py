"""One HTTP request and its answer: sent once, with a clear difference between "not sent" and "not answered"."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import aiohttp
from yarl import URL

if TYPE_CHECKING:
    from bot.errors import ProviderError


class NotSent(Exception):
    """No connection was made: the request had no effect."""


class NoAnswer(Exception):
    """The request may have arrived, but no answer did."""


class SlotExpired(Exception):
    """The process was frozen, or something took long before sending, so the slot may be another call's by now."""


class SentCall(NamedTuple):
    """An operation, as method and path template, and the status of its answer; `None` without an answer."""

    method: str
    path: str
    status: int | None


@dataclass(frozen=True)
class ApiRequest:
    """A request to send. `path` is a template; `ids` fills its placeholders."""

    method: str
    path: str
    changes: bool = field(default=False, kw_only=True)
    """Whether the request changes something, so that an unknown outcome matters."""
    is_idempotent: bool = field(default=False, kw_only=True)
    """Whether a change states the final result, so that sending it twice equals sending it once."""
    ids: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    query: Mapping[str, str] = field(default_factory=dict, kw_only=True, repr=False)
    json: Any = field(default=None, kw_only=True, repr=False)
    form: Mapping[str, str] | None = field(default=None, kw_only=True, repr=False)

    @property
    def identity(self) -> tuple[object, ...]:
        """What identical reads have in common: the operation, the ids and the query."""
        return self.method, self.path, tuple(sorted(self.ids.items())), tuple(sorted(self.query.items()))

    @property
    def is_repeatable(self) -> bool:
        """Whether the request can be sent again after an unknown outcome."""
        return not self.changes or self.is_idempotent or self.method == "DELETE"

    @property
    def passes_gate(self) -> bool:
        """Whether a rate limit counts it."""
        return True


AnyRequest = TypeVar("AnyRequest", bound=ApiRequest, contravariant=True)


class Response(NamedTuple):
    """What came back. `body` is `None` if it is not JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class ApiAnswer(ABC, Generic[AnyRequest]):
    """An HTTP response, as its provider means it. `body` is `None` if it is not JSON."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)

    @property
    @abstractmethod
    def retry_after(self) -> float | None:
        """In how many seconds the request can be sent again, as far as the answer says so."""

    @abstractmethod
    def error(self, request: AnyRequest) -> ProviderError:
        """The error that this answer to `request` means."""


async def exchange(
    http: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    query: Mapping[str, str],
    json_body: Any,
    form: Mapping[str, str] | None,
    headers: Mapping[str, str],
    timeout: aiohttp.ClientTimeout,
) -> Response:
    """Send a request once; `url` is encoded. Raises `NotSent` or `NoAnswer`."""
    try:
        async with http.request(
            method,
            URL(url, encoded=True),
            params=query,
            json=json_body,
            data=form,
            headers=headers,
            timeout=timeout,
            allow_redirects=False,
            middlewares=(_send_only_once,),
        ) as response:
            return Response(response.status, response.headers, _parse_json(await response.read()))
    except (NoAnswer, aiohttp.ClientError, TimeoutError, OSError):
        # Without the cause: aiohttp's errors can hold the request with its headers.
        raise NoAnswer from None


async def _send_only_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Stop aiohttp from repeating a request after a cut connection, which would bypass the gate."""
    try:
        return await handler(request)
    except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError):
        raise NotSent from None
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        raise NoAnswer from None


def _parse_json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
