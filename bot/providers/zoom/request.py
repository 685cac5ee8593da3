"""A request to Zoom and its answer, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.clock import machine_now
from bot.providers.exchange import ApiAnswer, ApiRequest
from bot.providers.zoom.errors import error_for_answer
from bot.providers.zoom.limits import keys_for
from bot.providers.zoom.operations import Purpose, purpose_of
from bot.providers.zoom.scopes import scope_of
from bot.providers.zoom.times import read_time

if TYPE_CHECKING:
    from bot.errors import ProviderError
    from bot.providers.limit_keys import LimitKey
    from bot.providers.zoom.limits import Label

DEFAULT_PAUSE = timedelta(seconds=1)
"""The wait after a refusal of a limit per second that does not say when it ends."""


def encoded_id(value: str) -> str:
    """An id as part of a path. A UUID that begins with a slash or has two in a row is encoded twice, as Zoom wants."""
    once = quote(value, safe="")
    return quote(once, safe="") if value.startswith("/") or "//" in value else once


@dataclass(frozen=True)
class ZoomRequest(ApiRequest):
    """A request to send. Without a label it is a login, which no limit counts."""

    label: Label | None = None
    counts_for: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Whose daily limits count the request: see `limits.keys_for`."""
    region: str = ""
    """The address of the API for the region of the account; empty if the token does not name one."""

    @property
    def passes_gate(self) -> bool:
        """Whether a rate limit counts it."""
        return self.label is not None

    @property
    def limit_keys(self) -> tuple[LimitKey, ...]:
        """The limits that count it."""
        return keys_for(self.label, **self.counts_for) if self.label else ()

    @property
    def purpose(self) -> Purpose:
        """What the operation is for."""
        return purpose_of(self.method, self.path)

    @property
    def filled_path(self) -> str:
        """The path with its ids."""
        return self.path.format(**{name: encoded_id(value) for name, value in self.ids.items()})


class ZoomAnswer(ApiAnswer[ZoomRequest]):
    """An answer of Zoom."""

    @property
    def retry_at(self) -> datetime | None:
        """When the request can be sent again, as far as the answer says so: `Retry-After` is seconds or a date."""
        return _moment(self.headers.get("Retry-After", "")) or _moment(self.headers.get("X-RateLimit-Reset", ""))

    @property
    def retry_after(self) -> float | None:
        """The same in seconds from now; 0 if that has passed."""
        at = self.retry_at
        return max(0.0, (at - machine_now()).total_seconds()) if at else None

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
