"""Sends the result of a creation to its user, and posts the card the user asked for."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.creation import draft_table
from bot.creation import texts as creation_texts
from bot.creation.announce import Announcement, Announcer
from bot.creation.table import Creation, CreationStep
from bot.creation.texts import CreatedResult
from bot.db.connection import Store
from bot.errors import ChannelUnreachable
from bot.model.webinar import Webinar
from bot.slack.deliver import ResultDelivery
from bot.slack.error_message import sentence_message
from bot.slack.message import Message, View
from bot.slack.responses import SlackRefused
from bot.sync.cards import Cards
from bot.webinars import table as webinar_table

if TYPE_CHECKING:
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

PENDING = (
    "It is not certain yet whether the webinar was created. Greenroom keeps checking, and you get a direct message "
    "with the result."
)
UNDOING = "Greenroom is still undoing what was started."


class CreationReport:
    """Updates the form with the result, or sends a DM if the form was closed."""

    def __init__(self, worker_id: str, store: Store, results: ResultDelivery, cards: Cards, mirror: Mirror) -> None:
        """`worker_id` owns the reported creations."""
        self._store = store
        self._results = results
        self._cards = cards
        self._mirror = mirror
        self.announcer = Announcer(worker_id, store, results.slack, cards)

    async def completed(self, creation: Creation) -> tuple[Webinar, Announcement]:
        """Post the card once, show the webinar, and forget the draft."""
        webinar = await self._mirror.find(str(creation.session_id))
        announced = await self.announcer.announce(creation, webinar)
        channel_id = announced.channel_id
        planned = await self._cards.planned_in(webinar, channel_id) if channel_id else None
        async with self._store.write() as db:
            link = await webinar_table.host_link(db, webinar.account, webinar.session_id)
            await draft_table.forget(db, webinar.account.workspace, creation.draft_id)
        created = CreatedResult(
            webinar,
            host_link=SecretStr(link) if link else None,
            channel_id=channel_id,
            planned=planned,
            notes=[note for note in (creation.problem, announced.note) if note],
            password_set=bool(creation.request.form.options.password.get_secret_value()),
        )
        await self._show(creation, creation_texts.done(created), creation_texts.done_message(created))
        return webinar, announced

    async def announced_later(self, creation: Creation) -> Announcement:
        """Post the card of a reported creation, or notify the user that it cannot be posted."""
        webinar = await self._mirror.find(str(creation.session_id))
        announced = await self.announcer.announce_later(creation, webinar)
        if announced.note and announced.next_step is CreationStep.REPORTED:
            await self._results.post(creation.user_id, sentence_message(announced.note))
        return announced

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
        note = f"{creation.problem}\n{UNDOING}" if creation.step is CreationStep.UNDOING else PENDING
        view = creation_texts.working(creation.request.form.title, creation.draft_id, note=note)
        await self._results.window(creation.user_id, creation.request.view_id).note(view)

    async def _show(self, creation: Creation, view: View, message: Message) -> None:
        try:
            await self._results.show(creation.request.view_id, creation.user_id, view, message)
        except (ChannelUnreachable, SlackRefused) as error:
            # Slack refuses the DM: this user cannot be notified.
            log.warning("creation.undeliverable", extra={"draft": creation.draft_id, "reason": error.sentence})
