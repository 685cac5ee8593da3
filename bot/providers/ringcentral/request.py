"""A request to RingCentral and its answer, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.clock import machine_now
from bot.errors import ProviderError
from bot.providers.exchange import ApiRequest
from bot.providers.rate_budget import DEFAULT_PENALTY, read_headers
from bot.providers.ringcentral.errors import error_for_answer

LIGHT, MEDIUM, HEAVY, AUTH = "light", "medium", "heavy", "auth"
"""RingCentral's rate groups."""


@dataclass(frozen=True)
class Request(ApiRequest):
    """A request to send. `path` is a template; `ids` fills its placeholders."""

    method: str
    path: str
    group: str
    changes: bool = False
    """Whether the request changes something, so that an unknown outcome matters."""
    is_idempotent: bool = False
    """Whether a change states the final result, so that sending it twice equals sending it once."""
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)

    @property
    def app_permission(self) -> str:
        """The permission that the RingCentral app needs for this request."""
        if not self.path.startswith("/webinar/"):
            return "ReadAccounts"
        if self.path.startswith("/webinar/notifications/"):
            return "SubscriptionWebhook"
        return "EditWebinars" if self.changes else "ReadWebinars"


@dataclass(frozen=True)
class Answer:
    """An HTTP response. `body` is `None` if it is not JSON."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)

    @property
    def retry_after(self) -> float | None:
        """The value of `Retry-After` in seconds, if present."""
        return read_headers(self.headers).retry_after

    def error(self, request: Request) -> ProviderError:
        """The error that this answer to `request` means."""
        wait = DEFAULT_PENALTY if self.retry_after is None else self.retry_after
        return error_for_answer(
            self.status,
            self.body,
            changes=request.changes,
            app_permission=request.app_permission,
            ready_at=machine_now() + timedelta(seconds=wait),
        )
