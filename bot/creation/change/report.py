"""Sends the result of a change to its user: in the modal, or in a DM if the modal was closed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.creation import draft_table
from bot.creation.change import texts as change_texts
from bot.creation.change.table import Change, ChangeStep
from bot.db.connection import Store
from bot.errors import ChannelUnreachable
from bot.slack.deliver import ResultDelivery
from bot.slack.message import Message, View
from bot.slack.responses import SlackRefused

if TYPE_CHECKING:
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)


class ChangeReport:
    """Reports what a change has led to."""

    def __init__(self, store: Store, results: ResultDelivery, mirror: Mirror) -> None:
        """Report by these means."""
        self._store = store
        self._results = results
        self._mirror = mirror

    async def send(self, change: Change) -> None:
        """Show the result, the problem, the conflict, or that the change goes on."""
        webinar = await self._mirror.find(change.session_id)
        if change.step in (ChangeStep.COMPLETE, ChangeStep.APPLIED):
            await self._forget_draft(change)
            view, message = change_texts.done(webinar, change), change_texts.done_message(webinar, change)
            await self._show(change, view, message)
        elif change.step is ChangeStep.CONFLICT:
            view, message = change_texts.conflict(webinar, change), change_texts.conflict_message(webinar, change)
            await self._show(change, view, message)
        elif change.ended_without_effect:
            view, message = change_texts.failed(change), change_texts.failed_message(webinar, change)
            await self._show(change, view, message)
        else:
            await self._results.window(change.user_id, change.view_id).note(change_texts.pending(webinar))

    async def _forget_draft(self, change: Change) -> None:
        if change.draft_id:
            async with self._store.write() as db:
                await draft_table.forget(db, change.account.workspace, change.draft_id)

    async def _show(self, change: Change, view: View, message: Message) -> None:
        try:
            await self._results.show(change.view_id, change.user_id, view, message)
        except (ChannelUnreachable, SlackRefused) as error:
            # Slack refuses the DM: this user cannot be notified.
            log.warning("change.undeliverable", extra={"change": change.change_id, "reason": error.sentence})
