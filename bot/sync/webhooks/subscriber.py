"""Keeps one webhook subscription at the provider: made, found again, checked, renewed, and replaced when it is dead."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.errors import ProviderError, ProviderForbidden, ProviderGone
from bot.providers.base import UPKEEP
from bot.providers.names import SUBSCRIBED
from bot.sync.webhooks import subscription_rules as rules
from bot.webinars import table as webinar_table

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.db.connection import Store
    from bot.model.people import Account
    from bot.providers.base import WebinarProvider
    from bot.providers.events import EventSubscription
    from bot.sync.webhooks.address import WebhookAddress
    from bot.sync.webhooks.state_table import WebhookFacts

log = logging.getLogger(__name__)

NO_FILTERS = (
    f"{SUBSCRIBED} does not let Greenroom's user subscribe to events of webinars. An administrator can give that user "
    f"the Webinar Settings permission."
)


class Subscriber:
    """The calls about our subscription; what is known of it is passed in and returned."""

    def __init__(
        self, account: Account, store: Store, provider: WebinarProvider, clock: Clock, address: WebhookAddress
    ) -> None:
        """Have events delivered to this address."""
        self._account = account
        self._store = store
        self._provider = provider
        self._clock = clock
        self._address = address
        self._is_found = False

    async def maintain(self, facts: WebhookFacts) -> WebhookFacts:
        """Do what is due, and return what is known then. Raises no `ProviderError`."""
        now = self._clock.now()
        if not rules.may_try(facts, now):
            return facts
        try:
            if not (self._is_found and facts.subscription_id):
                facts = await self._find_or_make(facts)
            elif rules.is_check_due(facts, now):
                facts = await self._check(facts)
        except ProviderError as error:
            if not facts.problem:
                log.warning("webhook.failed", extra={"code": error.code, "reason": error.sentence})
            return rules.failed(facts, error.sentence, now)
        return await self._renew(facts) if rules.is_renewal_due(facts, now) else facts

    async def _find_or_make(self, facts: WebhookFacts) -> WebhookFacts:
        listed = await self._provider.event_subscriptions(UPKEEP)
        ours, leftovers = rules.choose(listed, self._address.url, self._address.prefix)
        for one in leftovers:
            await self._remove(one)
        subscription = ours or await self._make()
        self._is_found = True
        if facts.problem:
            log.info("webhook.recovered")
        return rules.working(facts, subscription, self._clock.now())

    async def _make(self) -> EventSubscription:
        """Subscribe to the whole company, or, where that is not allowed, to hosts."""
        address, token = self._address.url, self._address.token
        made = await self._provider.subscribe(address, token, (), rules.LIFETIME, UPKEEP)
        if made.disabled:
            log.warning("webhook.filters_disabled", extra={"filters": list(made.disabled)})
            refused = made.disabled
            await self._provider.unsubscribe(made.subscription_id, UPKEEP)
            made = await self._provider.subscribe(address, token, await self._hosts(), rules.LIFETIME, UPKEEP)
            if made.disabled:
                log.warning("webhook.filters_disabled", extra={"filters": list(made.disabled)})
            if not made.filters:
                await self._provider.unsubscribe(made.subscription_id, UPKEEP)
                raise ProviderForbidden(NO_FILTERS)
            made = replace(made, disabled=(*refused, *made.disabled))
        log.info("webhook.subscribed", extra={"subscription": made.subscription_id, "filters": len(made.filters)})
        return made

    async def _hosts(self) -> list[str]:
        user = await self._provider.service_user(UPKEEP)
        async with self._store.read() as db:
            coming = await webinar_table.list_webinars(db, self._account.workspace, self._clock.now())
        return list(rules.hosts_to_watch(user.user_id, [webinar.host_user_id for webinar in coming]))

    async def _check(self, facts: WebhookFacts) -> WebhookFacts:
        """Ask whether it is active; make another one if it is not."""
        try:
            found = await self._provider.event_subscription(facts.subscription_id, UPKEEP)
        except ProviderGone:
            log.warning("webhook.lost", extra={"subscription": facts.subscription_id, "reason": "gone"})
        except ProviderError as error:
            log.warning("webhook.check_failed", extra={"code": error.code, "reason": error.sentence})
            return facts.model_copy(update={"checked_at": self._clock.now()})
        else:
            if found.is_active:
                disabled = facts.disabled if not found.disabled else found.disabled
                return rules.working(facts, found, self._clock.now()).model_copy(update={"disabled": disabled})
            extra = {"subscription": facts.subscription_id, "reason": found.problem or "blacklisted"}
            log.warning("webhook.lost", extra=extra)
        return await self._find_or_make(facts)

    async def _renew(self, facts: WebhookFacts) -> WebhookFacts:
        if not facts.subscription_id:
            return facts
        try:
            renewed = await self._provider.renew_event_subscription(facts.subscription_id, UPKEEP)
        except ProviderGone:
            return facts.model_copy(update={"checked_at": None})  # the next check makes another one
        except ProviderError as error:
            log.warning("webhook.renewal_failed", extra={"code": error.code, "reason": error.sentence})
            return facts.model_copy(update={"next_at": self._clock.now() + rules.CHECK_EVERY})
        log.info("webhook.renewed", extra={"subscription": facts.subscription_id})
        return facts.model_copy(update={"expires_at": renewed.expires_at})

    async def _remove(self, one: EventSubscription) -> None:
        extra = {"subscription": one.subscription_id}
        try:
            await self._provider.unsubscribe(one.subscription_id, UPKEEP)
        except ProviderError as error:
            log.warning("webhook.leftover_kept", extra={**extra, "code": error.code})
        else:
            log.info("webhook.leftover_removed", extra=extra)
