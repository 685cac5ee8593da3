"""A request to Zoom and its answer, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.clock import machine_now
from bot.providers.exchange import ApiRequest
from bot.providers.zoom.errors import error_for_answer
from bot.providers.zoom.operations import Purpose, purpose_of
from bot.providers.zoom.scopes import scope_of
from bot.providers.zoom.times import read_time

if TYPE_CHECKING:
    from bot.errors import ProviderError
    from bot.providers.zoom.limits import Label

DEFAULT_PAUSE = timedelta(seconds=1)
"""The wait after a refusal of a limit per second that does not say when it ends."""


def encoded_id(value: str) -> str:
    """An id as part of a path. A UUID that begins with a slash or has two in a row is encoded twice, as Zoom wants."""
    once = quote(value, safe="")
    return quote(once, safe="") if value.startswith("/") or "//" in value else once


@dataclass(frozen=True)
class ZoomRequest(ApiRequest):
    """A request to send. `path` is a template; `ids` fills its placeholders. Without a label it is a login."""

    method: str
    path: str
    label: Label | None = None
    changes: bool = False
    """Whether the request changes something, so that an unknown outcome matters."""
    is_idempotent: bool = False
    """Whether a change states the final result, so that sending it twice equals sending it once."""
    counts_for: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Whose daily limits count the request: see `limits.keys_for`."""
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)

    @property
    def purpose(self) -> Purpose:
        """What the operation is for."""
        return purpose_of(self.method, self.path)

    @property
    def filled_path(self) -> str:
        """The path with its ids."""
        return self.path.format(**{name: encoded_id(value) for name, value in self.ids.items()})


@dataclass(frozen=True)
class ZoomAnswer:
    """An HTTP response. `body` is `None` if it is not JSON."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)

    @property
    def retry_at(self) -> datetime | None:
        """When the request can be sent again, as far as the answer says so: `Retry-After` is seconds or a date."""
        return _moment(self.headers.get("Retry-After", "")) or _moment(self.headers.get("X-RateLimit-Reset", ""))

    def error(self, request: ZoomRequest) -> ProviderError:
        """The error that this answer to `request` means."""
        return error_for_answer(
            self.status,
            self.body,
            purpose=request.purpose,
            changes=request.changes,
            scope=scope_of(request.method, request.path),
            ready_at=self.retry_at or _next_try(self.headers, machine_now()),
        )


def _next_try(headers: Mapping[str, str], now: datetime) -> datetime:
    """When to try again if the answer does not say so: a limit without a type is one of a day, and ends at midnight."""
    if headers.get("X-RateLimit-Type", "").upper() == "QPS":
        return now + DEFAULT_PAUSE
    return (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _moment(text: str) -> datetime | None:
    """A time of a header: seconds from now, a Unix time, or a date. `None` if it is none of these."""
    if text.isascii() and text.isdigit() and len(text) <= 11:
        seconds = int(text)
        return datetime.fromtimestamp(seconds, UTC) if seconds > 10**9 else machine_now() + timedelta(seconds=seconds)
    return read_time(text)
