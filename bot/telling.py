"""Tells a person how their creation ended, puts up the card they asked for, and reads its registration."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from pydantic import SecretStr

from bot.announcing import Announcing
from bot.creating import Creating
from bot.errors import ChannelUnreachable, GreenroomError, ProviderError, ProviderGone
from bot.holding import DATABASE_AWAY
from bot.mirror import Mirror
from bot.models import Audience, Webinar
from bot.providers import NOTICE
from bot.slack_api import SlackApi, SlackRefused, SlackUnclear
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
    "Not every answer came through, so it is not certain yet whether the webinar is made. Greenroom goes on, and tells "
    "you when it is complete or surely not there."
)
TAKING_BACK = "What was begun is still being taken back."
UNCERTAIN = "It is not certain that the card stands in <#{}>. If there is none, share it again."


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

    async def recover(self) -> None:
        """Bring to an end what nobody works on any more, and tell the people who wait for it."""
        async for creation in self._creating.take_over():
            await self.tell(creation)

    async def tell(self, creation: Creation) -> None:
        """Show the result where the form was, or in a direct message if it was closed.

        Where Slack or the database gives no clear answer it is told again later: twice, rather than not at all.
        """
        async with self._creating.held(creation):
            try:
                if creation.step in (Step.WHOLE, Step.CARD_ASKED):
                    await self._tell_whole(creation)
                elif creation.step in (Step.UNDONE, Step.NOT_FOUND, Step.WATCHED):
                    await self._tell_failed(creation)
                else:
                    await self._tell_pending(creation)
            except (GreenroomError, *DATABASE_AWAY) as error:
                log.warning("creation.not_told_yet", extra={"draft": creation.draft_id, "reason": type(error).__name__})
                with contextlib.suppress(*DATABASE_AWAY):
                    await self._creating.later(creation)

    async def _tell_whole(self, creation: Creation) -> None:
        webinar = await self._mirror.find(str(creation.session_id))
        announced, notes = await self._announce(creation, webinar)
        there = await self._announcing.said_in(webinar, announced) if announced else None
        async with self._store.write() as db:
            link = await webinars.host_link(db, webinar.account, webinar.session_id)
            await drafts.forget(db, webinar.account.workspace, creation.draft_id)
        created = Created(
            webinar,
            host_link=SecretStr(link) if link else None,
            announced=announced,
            there=there,
            notes=notes,
            password_set=bool(creation.order.form.options.password.get_secret_value()),
        )
        await self._show(creation, create_result.done(created), create_result.done_message(created))
        await self._creating.told(creation)
        if webinar.audience is not Audience.ANYONE:
            self._tasks.start(self._read_registration(webinar), "read registration")

    async def _announce(self, creation: Creation, webinar: Webinar) -> tuple[str | None, list[str]]:
        channel = creation.order.form.announce_in
        if channel is None:
            return None, []
        if any(put_up.channel_id == channel for put_up in await self._announcing.standing(webinar)):
            return channel, []
        if not await self._creating.ask_for_card(creation):
            return None, [UNCERTAIN.format(channel)]
        try:
            await self._announcing.share(webinar, channel, creation.user_id)
        except SlackUnclear:
            return None, [UNCERTAIN.format(channel)]
        except GreenroomError as error:
            return None, [f"The card is not in <#{channel}>: {error.sentence}"]
        return channel, []

    async def _tell_failed(self, creation: Creation) -> None:
        async with self._store.write() as db:
            await drafts.mark(db, creation.account.workspace, creation.draft_id, drafts.OPEN)
        problem, draft_id = creation.problem, creation.draft_id
        await self._show(
            creation, create_result.failed(problem, draft_id), create_result.failed_message(problem, draft_id)
        )
        await self._creating.told(creation)

    async def _tell_pending(self, creation: Creation) -> None:
        # Without a way back to the form: what follows takes the place of this view.
        note = f"{creation.problem} {TAKING_BACK}" if creation.step is Step.UNDOING else PENDING
        view = create_result.working(creation.order.form.title, creation.draft_id, note=note)
        if creation.order.view_id:
            await self._slack.update(creation.order.view_id, view)

    async def _show(self, creation: Creation, view: View, instead: Message) -> None:
        try:
            if creation.order.view_id and await self._slack.update(creation.order.view_id, view):
                return
        except SlackRefused as error:
            log.warning("creation.not_shown", extra={"draft": creation.draft_id, "code": error.code})
        try:
            await self._slack.post(creation.user_id, instead)
        except (ChannelUnreachable, SlackRefused) as error:
            # A clear no to a direct message: there is nobody to be told.
            log.warning("creation.nobody_told", extra={"draft": creation.draft_id, "reason": error.sentence})

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
