"""Tells a person how their creation ended, puts up the card they asked for, and reads its registration."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from pydantic import SecretStr

from bot.announcing import Announcing
from bot.creating import Creating
from bot.errors import ChannelUnreachable, GreenroomError, ProviderError, ProviderGone
from bot.mirror import Mirror
from bot.models import Audience, Webinar
from bot.providers import NOTICE
from bot.slack_api import SlackApi
from bot.store import drafts, webinars
from bot.store.connection import Store
from bot.store.creations import Creation, Step
from bot.tasks import Tasks
from bot.views import create_result
from bot.views.blocks import Message, View
from bot.views.create_result import Created

log = logging.getLogger(__name__)

REGISTRATION_WAITS = (0.5, 4.0, 15.0, 60.0)
"""Seconds before each try to read a new session's registration, which may be unknown (404) just after creation."""

PENDING = (
    "RingCentral is not answering, so it is not clear yet whether the webinar was made. "
    "Greenroom goes on looking, and tells you in a direct message when it is complete or surely not there."
)
TAKING_BACK = " What was begun is still being taken back; a direct message follows when it is gone."


class Telling:
    """What follows a creation."""

    def __init__(
        self,
        store: Store,
        slack: SlackApi,
        creating: Creating,
        announcing: Announcing,
        mirror: Mirror,
        tasks: Tasks,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Tell through this Slack."""
        self._store = store
        self._slack = slack
        self._creating = creating
        self._announcing = announcing
        self._mirror = mirror
        self._tasks = tasks
        self._sleep = sleep
        self.registration_waits = REGISTRATION_WAITS

    async def tell(self, creation: Creation, *, recovered: bool = False) -> None:
        """Show the result where the form was, or in a direct message if it was closed or `recovered` after a crash."""
        if creation.step is Step.WHOLE:
            await self._tell_whole(creation, recovered=recovered)
        elif creation.step in (Step.UNDONE, Step.WATCHED):
            await self._tell_failed(creation, creation.problem)
        else:
            sentence = creation.problem + TAKING_BACK if creation.step is Step.UNDOING else PENDING
            await self._show(creation, create_result.failed(sentence, creation.draft_id))

    async def _tell_whole(self, creation: Creation, *, recovered: bool) -> None:
        webinar = await self._mirror.find(str(creation.session_id))
        announced, notes = await self._announce(creation, webinar, recovered=recovered)
        async with self._store.write() as db:
            link = await webinars.host_link(db, webinar.account, webinar.session_id)
            await drafts.forget(db, webinar.account.workspace, creation.draft_id)
        order = creation.order
        created = Created(
            webinar,
            host_link=SecretStr(link) if link else None,
            announced=announced,
            notes=notes,
            password_set=bool(order.form.options.password.get_secret_value()),
        )
        await self._show(creation, create_result.done(created), create_result.done_message(created))
        await self._creating.told(creation)
        if webinar.audience is not Audience.ANYONE:
            self._tasks.start(self._read_registration(webinar), "read registration")

    async def _announce(self, creation: Creation, webinar: Webinar, *, recovered: bool) -> tuple[str | None, list[str]]:
        channel = creation.order.form.announce_in
        if channel is None:
            return None, []
        if any(put_up.channel_id == channel for put_up in await self._announcing.standing(webinar)):
            return channel, []
        if recovered:
            # Nobody knows whether the card went out before the crash, and two cards are worse than a button.
            return None, [f"Greenroom was restarted meanwhile. If no card stands in <#{channel}>, share it again."]
        try:
            await self._announcing.share(webinar, channel, creation.user_id)
        except ChannelUnreachable as error:
            return None, [f"The card is not in <#{channel}>: {error.sentence}"]
        except GreenroomError as error:
            return None, [f"The card may not be in <#{channel}>. {error.sentence}"]
        return channel, []

    async def _tell_failed(self, creation: Creation, sentence: str) -> None:
        async with self._store.write() as db:
            await drafts.mark(db, creation.account.workspace, creation.draft_id, drafts.OPEN)
        failed = create_result.failed(sentence, creation.draft_id)
        await self._show(creation, failed, create_result.failed_message(sentence, creation.draft_id))
        await self._creating.told(creation)

    async def _show(self, creation: Creation, view: View, instead: Message | None = None) -> None:
        if creation.order.view_id and await self._slack.update(creation.order.view_id, view):
            return
        if instead:
            await self._slack.post(creation.user_id, instead)

    async def _read_registration(self, webinar: Webinar) -> None:
        for wait in self.registration_waits:
            await self._sleep(wait)
            try:
                await self._mirror.read_registration(await self._mirror.find(webinar.session_id), NOTICE)
            except ProviderGone:
                continue
            except ProviderError as error:
                log.warning("registration.unread", extra={"session": webinar.session_id, "code": error.code})
                continue
            return
