"""One thing somebody asks of Greenroom in Slack, with everything needed to answer it where they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.model.people import Person, Workspace
from bot.model.webinar import Webinar
from bot.providers.base import Caller, Lane
from bot.services import Services
from bot.slack.client import SlackApi, SlackRefused
from bot.slack.error_message import message_view, sentence_message, waiting
from bot.slack.message import Message, View


@dataclass
class SlackRequest:
    """A command, a click or a sent form. `answered` says whether Slack has its acknowledgement."""

    services: Services
    ack: AsyncAck
    body: Mapping[str, Any]
    user_id: str
    channel_id: str = ""
    trigger_id: str = ""
    response_url: str = ""
    value: str = ""
    """What the clicked element carries."""
    block_id: str = ""
    view: Mapping[str, Any] | None = None
    answered: bool = False
    failed: Callable[[str], View] | None = None
    """What takes the place of a "working…" view when the work fails; nothing where no such view is shown."""

    @property
    def workspace(self) -> Workspace:
        """The workspace that Greenroom serves here; someone of another organisation is a stranger in it."""
        return self.services.account.workspace

    @property
    def slack(self) -> SlackApi:
        """Slack's Web API, as the bot."""
        return self.services.slack

    def now(self) -> datetime:
        """The current time (aware UTC)."""
        return self.services.clock.now()

    @property
    def view_id(self) -> str:
        """The id of the modal it was asked in, if it was."""
        return str(self.view["id"]) if self.view else ""

    @property
    def values(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        """What the modal holds (`view.state.values`)."""
        return self.view["state"]["values"] if self.view else {}

    @property
    def note(self) -> str:
        """What the modal was opened about (`private_metadata`)."""
        return str(self.view["private_metadata"]) if self.view else ""

    async def person(self) -> Person:
        """Who asks."""
        return await self.services.users.get(self.workspace, self.user_id)

    async def can_manage(self, webinar: Webinar) -> bool:
        """Whether whoever asks may steer this webinar, by what holds now."""
        return await self.services.permissions.can_manage(await self.person(), webinar)

    async def require_manager(self, webinar: Webinar, what: str) -> None:
        """Raise `NotAllowed`, naming who can; `what` goes on after "You can't"."""
        await self.services.permissions.check(await self.person(), webinar, what)

    async def accept(self, **answer: Any) -> None:
        """Acknowledge to Slack, once."""
        if not self.answered:
            self.answered = True
            await self.ack(**answer)

    async def reply(self, message: Message, *, replace: bool = False) -> None:
        """Answer for this person's eyes only: where they asked, or in a direct message where there is no such place.

        `replace` puts it in the place of the ephemeral message, or of the modal, whose button was pressed.
        """
        if self.response_url:
            await self.slack.respond(self.response_url, message, replace=replace)
        elif not (self.view and await self._show(message_view(message), replace=replace)):
            await self.slack.post(self.user_id, message)

    async def _show(self, view: View, *, replace: bool) -> bool:
        if replace:
            return await self.slack.update(self.view_id, view)
        try:
            await self.slack.push(self.trigger_id, view)
        except SlackRefused:
            return False  # the modal is closed, three are open already, or the trigger is spent
        return True

    async def open(self, view: View) -> str:
        """Open a modal, on top of the one it was asked in if it was."""
        if not self.view:
            return await self.slack.open(self.trigger_id, view)
        try:
            return await self.slack.push(self.trigger_id, view)
        except SlackRefused as refused:
            if refused.code != "push_limit_reached":
                raise
        # Three are open, which is all that Slack shows: it takes the place of the one on top.
        await self.slack.update(self.view_id, view)
        return self.view_id

    def caller_with_progress(self, working: Callable[[str], View]) -> Caller:
        """The same as `caller` where a "working…" view stands in the modal: a wait is told there, as its note."""

        async def tell(seconds: float) -> None:
            await self.slack.update(self.view_id, working(waiting(seconds)))

        return Caller(Lane.PERSON, on_wait=tell)

    def caller(self) -> Caller:
        """Makes vendor calls in this person's name; if they must wait, they are told for how long."""

        async def tell(seconds: float) -> None:
            await self.reply(sentence_message(waiting(seconds)))

        return Caller(Lane.PERSON, on_wait=tell)


CommandListener: TypeAlias = Callable[[SlackRequest, Any], Awaitable[None]]
"""Answers one kind of command; the second argument is the parsed command."""
Listener: TypeAlias = Callable[[SlackRequest], Awaitable[None]]
"""Answers a click or a sent form."""
Commands: TypeAlias = Mapping[type[Any], CommandListener]
Listeners: TypeAlias = Mapping[str, Listener]
