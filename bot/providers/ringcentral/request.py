"""A request to RingCentral and its answer, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.clock import machine_now
from bot.errors import ProviderError
from bot.providers.exchange import ApiAnswer, ApiRequest
from bot.providers.rate_budget import DEFAULT_PENALTY, read_headers
from bot.providers.ringcentral.errors import error_for_answer

LIGHT, MEDIUM, HEAVY, AUTH = "light", "medium", "heavy", "auth"
"""RingCentral's rate groups."""


@dataclass(frozen=True)
class Request(ApiRequest):
    """A request to send, and the rate group that counts it."""

    group: str

    @property
    def app_permission(self) -> str:
        """The permission that the RingCentral app needs for this request."""
        if not self.path.startswith("/webinar/"):
            return "ReadAccounts"
        if self.path.startswith("/webinar/notifications/"):
            return "SubscriptionWebhook"
        return "EditWebinars" if self.changes else "ReadWebinars"


class Answer(ApiAnswer[Request]):
    """An answer of RingCentral."""

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
