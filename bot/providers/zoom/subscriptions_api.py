"""Subscriptions of Zoom's webhooks: they are set up in the Zoom app, by no call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.errors import ProviderGone, ProviderRefused

if TYPE_CHECKING:
    from datetime import timedelta

    from bot.providers.caller import Caller
    from bot.providers.events import EventSubscription

IN_THE_APP = "Zoom's webhooks are set up in the Zoom App Marketplace, in the app's settings under Feature."


class ZoomSubscriptionsApi:
    """The part of the client about subscriptions. No method makes a call."""

    has_event_subscriptions = False

    async def event_subscriptions(self, caller: Caller) -> list[EventSubscription]:  # noqa: ARG002 - of the port
        """See the port. None that a call can see."""
        return []

    async def event_subscription(self, subscription_id: str, caller: Caller) -> EventSubscription:  # noqa: ARG002
        """See the port."""
        raise ProviderGone(IN_THE_APP)

    async def subscribe(
        self,
        address: str,  # noqa: ARG002
        token: str,  # noqa: ARG002
        hosts: Sequence[str],  # noqa: ARG002
        lifetime: timedelta,  # noqa: ARG002
        caller: Caller,  # noqa: ARG002
    ) -> EventSubscription:
        """See the port."""
        raise ProviderRefused(IN_THE_APP)

    async def renew_event_subscription(self, subscription_id: str, caller: Caller) -> EventSubscription:  # noqa: ARG002
        """See the port."""
        raise ProviderGone(IN_THE_APP)

    async def unsubscribe(self, subscription_id: str, caller: Caller) -> None:
        """See the port. There is nothing to delete."""
