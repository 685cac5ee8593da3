"""Who made a request from Slack, with which inputs, and what they may see and do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.errors import UnknownWebinar
from bot.model.people import Person, Workspace
from bot.model.webinar import Webinar
from bot.slack.client import SlackApi
from bot.slack.needs import NOTHING, Needs
from bot.slack.users import CURRENT
from bot.webinars.unsupported import check_supported

if TYPE_CHECKING:
    from bot.services import Services


@dataclass
class RequestContext:
    """A command, a click or a submitted form: its user, its inputs, and what its user may see and do."""

    services: Services
    ack: AsyncAck
    body: Mapping[str, Any]
    user_id: str
    channel_id: str = ""
    channel_name: str = ""
    trigger_id: str = ""
    response_url: str = ""
    action_id: str = ""
    """The id of the clicked element, or of the button that was chosen in a menu."""
    value: str = ""
    """The value of the clicked element."""
    block_id: str = ""
    view: Mapping[str, Any] | None = None
    answers_in_modal: bool = False
    """Whether the request came from the Home tab or a global shortcut: from neither a message nor a modal."""
    acknowledged: bool = False
    needs: Needs = NOTHING
    """What the webinar of this request must support; one of them is enough."""
    manages: bool = False
    """Whether a check of this request has found that its user manages the webinar: their calls go first."""

    @property
    def workspace(self) -> Workspace:
        """The workspace that Greenroom serves here; users of other organizations are strangers in it."""
        return self.services.account.workspace

    @property
    def slack(self) -> SlackApi:
        """Slack's Web API, as the bot."""
        return self.services.slack

    def now(self) -> datetime:
        """The current time (aware UTC)."""
        return self.services.clock.now()

    @property
    def is_in_channel(self) -> bool:
        """Whether it was made in a channel, where cards and notices are posted, and not in a direct message.

        One between several people has the id of a private channel; its name tells them apart.
        """
        return self.channel_id.startswith(("C", "G")) and not self.channel_name.startswith("mpdm-")

    @property
    def view_id(self) -> str:
        """The id of the modal the request came from, or empty."""
        return str(self.view["id"]) if self.view else ""

    @property
    def values(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        """The inputs of the modal (`view.state.values`)."""
        return self.view["state"]["values"] if self.view else {}

    @property
    def metadata(self) -> str:
        """The modal's `private_metadata`."""
        return str(self.view["private_metadata"]) if self.view else ""

    async def person(self) -> Person:
        """The user who made the request, as looked up at most a day ago."""
        return await self.services.users.get(self.workspace, self.user_id)

    async def current_person(self) -> Person:
        """The user who made the request, as looked up at most two minutes ago: for what not everybody may do."""
        return await self.services.users.get(self.workspace, self.user_id, max_age=CURRENT)

    async def find_webinar(self, session_id: str) -> Webinar:
        """The webinar of this session. Raises `UnknownWebinar` if there is none, or the user cannot see it.

        Raises `Unsupported` if it does not support what this request is about.
        """
        webinar = await self._visible_webinar(session_id)
        check_supported(webinar, self.needs)
        return webinar

    async def _visible_webinar(self, session_id: str) -> Webinar:
        webinar = await self.services.mirror.find(session_id)
        if not await self.services.visibility.can_see(await self.person(), webinar, here=self.channel_id):
            raise UnknownWebinar
        return webinar

    async def visible_webinars(self, ending_after: datetime | None = None) -> list[Webinar]:
        """The webinars that the user can see, by start; with `ending_after`, only those that end later."""
        webinars = await self.services.mirror.everything(ending_after)
        return await self.services.visibility.visible(await self.person(), webinars, here=self.channel_id)

    async def can_manage(self, webinar: Webinar) -> bool:
        """Whether the user may manage this webinar now."""
        return await self.services.permissions.can_manage(await self.current_person(), webinar)

    async def can_run(self, webinar: Webinar) -> bool:
        """Whether the user may run this webinar now: manage it, or be one of its co-hosts."""
        return await self.services.permissions.can_run(await self.current_person(), webinar)

    async def require_manager(self, webinar: Webinar, action: str, *, instead: str = "") -> None:
        """Raise `NotAllowed`, which names who may and what to do `instead`; `action` continues "You can't"."""
        person = await self.current_person()
        await self.services.permissions.check_manage(person, webinar, action, instead=instead)
        self.manages = True

    async def require_runner(self, webinar: Webinar, action: str) -> None:
        """Raise `NotAllowed` for anyone but those who manage the webinar and its co-hosts."""
        await self.services.permissions.check_run(await self.current_person(), webinar, action)
        self.manages = True

    async def managed_webinar(self, session_id: str, action: str) -> Webinar:
        """The webinar of this session. Raises like `find_webinar`, and `NotAllowed` if the user may not manage it."""
        webinar = await self._visible_webinar(session_id)
        await self.require_manager(webinar, action)
        check_supported(webinar, self.needs)
        return webinar

    async def run_webinar(self, session_id: str, action: str) -> Webinar:
        """The webinar of this session. Raises like `find_webinar`, and `NotAllowed` if the user may not run it."""
        webinar = await self._visible_webinar(session_id)
        await self.require_runner(webinar, action)
        check_supported(webinar, self.needs)
        return webinar
