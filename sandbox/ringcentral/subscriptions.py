"""Webhook subscriptions, as stored and as a caller can write them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sandbox.ringcentral.wire import Uri, Wire

MAX_LIFE = 315_360_000
"""Seconds: ten years (developers.ringcentral.com/api-reference)."""

EventFilters = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]
Seconds = Annotated[int, Field(ge=1, le=MAX_LIFE)]


class NewDeliveryMode(Wire):
    """WebhookDeliveryModeRequest; the guide calls the token `validationToken`, the reference `verificationToken`."""

    transport_type: Literal["WebHook"]
    address: Uri
    verification_token: str = ""
    validation_token: str = ""

    @property
    def token(self) -> str:
        """The token to send with each delivery."""
        return self.verification_token or self.validation_token


class NewSubscription(Wire):
    """CreateWebhookSubscriptionRequest."""

    event_filters: EventFilters
    delivery_mode: NewDeliveryMode
    expires_in: Seconds | None = None


class SubscriptionChange(Wire):
    """UpdateSubscriptionRequest; other fields are ignored."""

    event_filters: EventFilters
    expires_in: Seconds | None = None


class DisabledFilter(BaseModel):
    """A filter that the caller asked for and may not use."""

    filter: str
    reason: str = "CMN-408"
    message: str = "In order to use this filter, user needs to have [WebinarSettings] permission."


class Subscription(BaseModel):
    """A subscription of one person with the app. Times are sandbox time."""

    id: str
    owner_id: str
    filters: list[str]
    disabled: list[DisabledFilter] = []
    address: str
    token: str = ""
    created: datetime
    life: int  # seconds
    expires: datetime
    failing_since: datetime | None = None  # the first failed delivery since the last good one
    blacklisted: datetime | None = None

    def extend(self, now: datetime) -> None:
        """Start the lifetime again."""
        self.expires = now + timedelta(seconds=self.life)

    def is_expired(self, now: datetime) -> bool:
        """Whether it has ended by itself."""
        return now >= self.expires
