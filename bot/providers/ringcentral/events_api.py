"""RingCentral's requests about webhooks; developers.ringcentral.com/guide/webinar/events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pydantic import AwareDatetime

from bot.errors import ProviderGone
from bot.providers.base import Caller
from bot.providers.events import MAX_HOSTS, EventHint, EventSubscription
from bot.providers.ringcentral import deliveries
from bot.providers.ringcentral.records import Record, parse_record
from bot.providers.ringcentral.request import LIGHT, MEDIUM
from bot.providers.ringcentral.transport import RingCentralApi

SUBSCRIPTIONS = "/webinar/notifications/v1/subscriptions"
SUBSCRIPTION = "/webinar/notifications/v1/subscriptions/{subscription_id}"
RENEWAL = "/webinar/notifications/v1/subscriptions/{subscription_id}/renew"
EVENTS = (
    "/webinar/configuration/v1/company/sessions",
    "/webinar/runtime/v1/company/sessions/state",
    "/webinar/registration/v1/company/sessions/state",
    "/webinar/registration/v1/company/sessions/registrants",
)
ACTIVE = "active"
"""Every other status is dead: the enum has had Blacklisted, Blocked and Suspended."""


class DeliveryModeRecord(Record):
    """WebhookDeliveryMode."""

    address: str = ""


class DisabledFilterRecord(Record):
    """DisabledFilterInfo."""

    filter: str = ""
    reason: str = ""


class BlacklistedRecord(Record):
    """The data of a blacklisted subscription."""

    reason: str = ""


class EventSubscriptionRecord(Record):
    """SubscriptionInfo."""

    id: str
    status: str
    expiration_time: AwareDatetime
    event_filters: tuple[str, ...] = ()
    disabled_filters: tuple[DisabledFilterRecord, ...] = ()
    delivery_mode: DeliveryModeRecord = DeliveryModeRecord()
    blacklisted_data: BlacklistedRecord = BlacklistedRecord()

    def subscription(self) -> EventSubscription:
        """Convert to the port's terms."""
        disabled = [f"{one.filter} ({one.reason})" if one.reason else one.filter for one in self.disabled_filters]
        return EventSubscription(
            subscription_id=self.id,
            address=self.delivery_mode.address,
            is_active=self.status.lower() == ACTIVE,
            expires_at=self.expiration_time,
            filters=self.event_filters,
            disabled=tuple(disabled),
            problem=self.blacklisted_data.reason,
        )


class EventSubscriptionsRecord(Record):
    """SubscriptionListResource."""

    records: tuple[EventSubscriptionRecord, ...] = ()


class EventsApi(RingCentralApi):
    """The part of the client about webhooks."""

    async def event_subscriptions(self, caller: Caller) -> list[EventSubscription]:
        """See the port. One Light call."""
        body = await self._request("GET", SUBSCRIPTIONS, group=LIGHT, caller=caller)
        return [one.subscription() for one in parse_record(EventSubscriptionsRecord, body).records]

    async def event_subscription(self, subscription_id: str, caller: Caller) -> EventSubscription:
        """See the port. One Light call."""
        ids = {"subscription_id": subscription_id}
        body = await self._request("GET", SUBSCRIPTION, group=LIGHT, caller=caller, ids=ids)
        return parse_record(EventSubscriptionRecord, body).subscription()

    async def subscribe(
        self, address: str, token: str, hosts: Sequence[str], lifetime: timedelta, caller: Caller
    ) -> EventSubscription:
        """See the port. One Medium call.

        A filter for each host: a single one with several hosts would be disabled because of one of them.
        """
        mode = {"transportType": "WebHook", "address": address, "verificationToken": token}
        json = {
            "eventFilters": event_filters(hosts),
            "deliveryMode": mode,
            "expiresIn": int(lifetime.total_seconds()),
        }
        body = await self._request("POST", SUBSCRIPTIONS, group=MEDIUM, caller=caller, changes=True, json=json)
        return parse_record(EventSubscriptionRecord, body, changes=True).subscription()

    async def renew_event_subscription(self, subscription_id: str, caller: Caller) -> EventSubscription:
        """See the port. One Light call, unlike a PUT, whose required body the reference contradicts."""
        ids = {"subscription_id": subscription_id}
        body = await self._request(
            "POST", RENEWAL, group=LIGHT, caller=caller, changes=True, is_idempotent=True, ids=ids
        )
        return parse_record(EventSubscriptionRecord, body, changes=True).subscription()

    async def unsubscribe(self, subscription_id: str, caller: Caller) -> None:
        """See the port. One Medium call."""
        ids = {"subscription_id": subscription_id}
        try:
            await self._request("DELETE", SUBSCRIPTION, group=MEDIUM, caller=caller, changes=True, ids=ids)
        except ProviderGone:
            return

    def read_delivery(self, raw: bytes) -> EventHint:
        """See the port."""
        return deliveries.read_delivery(raw)


def event_filters(hosts: Sequence[str]) -> list[str]:
    """The filters of all four events: of the whole company, or of at most `MAX_HOSTS` hosts."""
    if not hosts:
        return list(EVENTS)
    return [f"{event}?hostUserId={host}" for host in hosts[:MAX_HOSTS] for event in EVENTS]
