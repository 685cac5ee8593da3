"""Finds out which subscriptions to all webinars an organizer set up: those of earlier versions do not say."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.db.connection import Store
from bot.errors import GreenroomError
from bot.notices.planner import replan_channel
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Scope, Subscription
from bot.slack.users import CURRENT

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.model.people import Workspace
    from bot.slack.users import Users
    from bot.webinars.permissions import Permissions

log = logging.getLogger(__name__)


class SubscriptionReview:
    """Reviews the subscriptions of one workspace."""

    def __init__(
        self, workspace: Workspace, store: Store, users: Users, permissions: Permissions, clock: Clock
    ) -> None:
        """Ask Slack and the table of organizers about people."""
        self._workspace = workspace
        self._store = store
        self._users = users
        self._permissions = permissions
        self._clock = clock

    async def run(self) -> None:
        """Let the subscriptions of organizers cover all webinars, and withdraw notices that the others do not cover."""
        async with self._store.read() as db:
            found = await subscription_table.all_subscriptions(db, self._workspace)
        for subscription in found:
            if subscription.scope is Scope.ALL and not subscription.by_organizer:
                await self._review(subscription)

    async def _review(self, subscription: Subscription) -> None:
        try:
            person = await self._users.get(self._workspace, subscription.set_by, max_age=CURRENT)
            by_organizer = await self._permissions.is_organizer(person)
        except GreenroomError as error:  # as if by another member until the next review
            extra = {"channel": subscription.channel_id, "reason": type(error).__name__}
            log.warning("subscription.review_failed", extra=extra)
            by_organizer = False
        async with self._store.write() as db:
            await subscription_table.lock_channel(db, self._workspace, subscription.channel_id)
            current = await subscription_table.of_channel(db, self._workspace, subscription.channel_id)
            if by_organizer and subscription in current:
                await subscription_table.save(db, subscription.model_copy(update={"by_organizer": True}))
            await replan_channel(db, self._workspace, subscription.channel_id, self._clock.now())
