"""Sends the result of a creation to its user, and posts the card the user asked for."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.creation import draft_table
from bot.creation import table as creation_table
from bot.creation import texts as creation_texts
from bot.creation.table import Creation, CreationStep
from bot.creation.texts import CreatedResult
from bot.db.connection import Store
from bot.errors import ChannelUnreachable, GreenroomError
from bot.model.webinar import Webinar
from bot.slack.deliver import ResultDelivery
from bot.slack.message import Message, View
from bot.slack.responses import SlackOutcomeUnknown, SlackRefused
from bot.sync.cards import Cards
from bot.webinars import table as webinar_table

if TYPE_CHECKING:
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

PENDING = (
    "Not every answer came through, so it is not certain yet whether the webinar is made. Greenroom goes on, and tells "
    "you when it is complete or surely not there."
)
UNDOING = "What was begun is still being taken back."
UNCERTAIN = "It is not certain that the card stands in <#{}>. If there is none, share it again."


class CreationReport:
    """Updates the form with the result, or sends a DM if the form was closed."""

    def __init__(self, worker_id: str, store: Store, results: ResultDelivery, cards: Cards, mirror: Mirror) -> None:
        """`worker_id` owns the reported creations."""
        self._worker_id = worker_id
        self._store = store
        self._results = results
        self._cards = cards
        self._mirror = mirror

    async def completed(self, creation: Creation) -> Webinar:
        """Post the card once, show the webinar, and forget the draft."""
        webinar = await self._mirror.find(str(creation.session_id))
        channel_id, notes = await self._announce(creation, webinar)
        planned = await self._cards.planned_in(webinar, channel_id) if channel_id else None
        async with self._store.write() as db:
            link = await webinar_table.host_link(db, webinar.account, webinar.session_id)
            await draft_table.forget(db, webinar.account.workspace, creation.draft_id)
        created = CreatedResult(
            webinar,
            host_link=SecretStr(link) if link else None,
            channel_id=channel_id,
            planned=planned,
            notes=notes,
            password_set=bool(creation.request.form.options.password.get_secret_value()),
        )
        await self._show(creation, creation_texts.done(created), creation_texts.done_message(created))
        return webinar

    async def failed(self, creation: Creation) -> None:
        """Show the problem, and reopen the draft."""
        async with self._store.write() as db:
            await draft_table.set_state(db, creation.account.workspace, creation.draft_id, draft_table.OPEN)
        problem, draft_id = creation.problem, creation.draft_id
        message = creation_texts.failed_message(problem, draft_id, title=creation.request.form.title)
        await self._show(creation, creation_texts.failed(problem, draft_id), message)

    async def pending(self, creation: Creation) -> None:
        """Show that the creation goes on."""
        # Without a button back to the form: the result replaces this view.
        note = f"{creation.problem} {UNDOING}" if creation.step is CreationStep.UNDOING else PENDING
        view = creation_texts.working(creation.request.form.title, creation.draft_id, note=note)
        await self._results.window(creation.user_id, creation.request.view_id).note(view)

    async def _announce(self, creation: Creation, webinar: Webinar) -> tuple[str | None, list[str]]:
        channel = creation.request.form.announce_in
        if channel is None:
            return None, []
        if any(put_up.channel_id == channel for put_up in await self._cards.of_webinar(webinar)):
            return channel, []
        async with self._store.write() as db:  # saved before the post: two cards are worse than none
            may_post = await creation_table.record_card_request(db, creation, self._worker_id)
        if not may_post:
            return None, [UNCERTAIN.format(channel)]
        try:
            await self._cards.share(webinar, channel, creation.user_id)
        except SlackOutcomeUnknown:
            return None, [UNCERTAIN.format(channel)]
        except GreenroomError as error:
            return None, [f"The card is not in <#{channel}>: {error.sentence}"]
        return channel, []

    async def _show(self, creation: Creation, view: View, message: Message) -> None:
        try:
            await self._results.show(creation.request.view_id, creation.user_id, view, message)
        except (ChannelUnreachable, SlackRefused) as error:
            # Slack refuses the DM: this user cannot be notified.
            log.warning("creation.undeliverable", extra={"draft": creation.draft_id, "reason": error.sentence})
