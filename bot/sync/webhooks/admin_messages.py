"""Notifies admins by direct message when webhooks stop working, and when they work again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.errors import GreenroomError
from bot.slack import user_table
from bot.sync.webhooks import subscription_rules as rules
from bot.sync.webhooks import texts
from bot.webinars import organizer_table

if TYPE_CHECKING:
    from bot.db.connection import Store
    from bot.model.people import Workspace
    from bot.slack.client import SlackApi
    from bot.slack.message import Message
    from bot.sync.webhooks.state_table import WebhookFacts

log = logging.getLogger(__name__)

MOST_ADMINS = 3


class AdminMessages:
    """The messages about the webhooks of one workspace: once for each problem."""

    def __init__(self, store: Store, slack: SlackApi, workspace: Workspace) -> None:
        """Send through this Slack."""
        self._store = store
        self._slack = slack
        self._workspace = workspace

    async def send_due(self, facts: WebhookFacts) -> WebhookFacts:
        """Send what must be reported; what could not be sent to anybody is sent later."""
        if rules.must_report_problem(facts) and await self._send(texts.problem(facts.problem)):
            facts = facts.model_copy(update={"is_reported": True})
        if rules.must_report_recovery(facts) and await self._send(texts.recovery()):
            facts = facts.model_copy(update={"is_reported": False})
        if rules.must_report_disabled(facts) and await self._send(texts.disabled(facts.disabled)):
            facts = facts.model_copy(update={"reported_disabled": facts.disabled})
        return facts

    async def _send(self, message: Message) -> bool:
        """Send to the admins who use Greenroom, or else to its organizers. Whether anybody got it."""
        sent = False
        for user_id in await self._recipients():
            try:
                await self._slack.post(user_id, message)
                sent = True
            except GreenroomError as error:
                log.warning("webhook.report_refused", extra={"user": user_id, "reason": error.sentence})
        return sent

    async def _recipients(self) -> list[str]:
        async with self._store.read() as db:
            admins = await user_table.recent_admins(db, self._workspace, MOST_ADMINS)
            organizers = await organizer_table.find(db, self._workspace)
        chosen = [one for one in (organizers.set_by, *organizers.people) if one]
        return [one.user_id for one in admins] or list(dict.fromkeys(chosen))[:MOST_ADMINS]
