"""The webhooks of one account: the subscription is kept, deliveries are accepted and acted upon."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.db.leases import WorkerLeases
from bot.sync.webhooks import state_table
from bot.sync.webhooks import subscription_rules as rules
from bot.sync.webhooks.address import WebhookAddress
from bot.sync.webhooks.admin_messages import AdminMessages
from bot.sync.webhooks.hint_worker import HintWorker
from bot.sync.webhooks.inbox import DeliveryInbox
from bot.sync.webhooks.subscriber import Subscriber

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.background import BackgroundTasks
    from bot.clock import Clock
    from bot.db.connection import Store
    from bot.model.people import Account
    from bot.providers.base import WebinarProvider
    from bot.slack.client import SlackApi
    from bot.sync.mirror import Mirror
    from bot.sync.webhooks.state_table import WebhookFacts

log = logging.getLogger(__name__)


class Webhooks:
    """Off without a public URL: then the poller alone keeps the mirror current."""

    def __init__(
        self,
        worker_id: str,
        account: Account,
        store: Store,
        slack: SlackApi,
        provider: WebinarProvider,
        mirror: Mirror,
        clock: Clock,
        background: BackgroundTasks,
        wake_delivery: Callable[[], None],
        *,
        public_url: str,
        others_deliver: bool = True,
    ) -> None:
        """Do nothing yet. `others_deliver`: the providers that need no subscription by calls are set up to deliver."""
        self._others_deliver = others_deliver
        self._account = account
        self._store = store
        self.address = WebhookAddress(public_url, store.vault, account)
        self._provider = provider
        self.hints = HintWorker(worker_id, account, store, provider, mirror, background, wake_delivery)
        self._inbox = DeliveryInbox(store, account)
        self._subscriber = Subscriber(account, store, provider, clock, self.address)
        self._admins = AdminMessages(store, slack, account.workspace)
        self._leases = WorkerLeases(store, state_table.LEASES, account, worker_id, subject="webhook")
        self._has_said_off = False
        self._clock = clock
        mirror.relax_while(self.work)

    @property
    def is_on(self) -> bool:
        """Whether there is a public URL to deliver to."""
        return self.address.is_on

    async def accept(self, raw: bytes) -> None:
        """Store a delivery, and act upon it soon. Raises what the database raises."""
        await self._inbox.add(raw)
        self.hints.wake()

    async def work(self) -> bool:
        """Whether all providers deliver all events, as far as is known."""
        return self.is_on and self._others_deliver and rules.delivers(await self.facts(), self._clock.now())

    async def facts(self) -> WebhookFacts:
        """What is known of the subscription."""
        async with self._store.read() as db:
            return await state_table.find(db, self._account)

    async def maintain(self) -> None:
        """Have a subscription that works, unless another replica is at it; notify the admins if there is none."""
        if not self.is_on:
            if not self._has_said_off:
                log.info("webhook.off")
            self._has_said_off = True
            return
        if not self._provider.has_event_subscriptions:
            return
        async with self._store.write() as db:
            await state_table.add(db, self._account)
        claimed = await self._leases.claim_many(1)
        if not claimed:
            return
        [state] = claimed
        after = before = state.facts
        async with self._leases.keep(state):
            try:
                after = await self._subscriber.maintain(before)
                after = await self._admins.send_due(after)
            finally:
                async with self._store.write() as db:
                    await self._leases.finish(db, state.model_copy(update={"facts": after}))
        if after.subscription_id and after.subscription_id != before.subscription_id:
            await self.hints.read_list_soon()  # what happened without a subscription was delivered nowhere

    async def resume(self) -> None:
        """Act upon deliveries that an earlier process has left."""
        if self.is_on:
            self.hints.wake()

    async def forget_old(self) -> None:
        """Delete what is not needed any more."""
        await self.hints.forget_old()
