"""Shows a person what concerns them: in reply to the bare command, and on the Home tab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.commands.parser import Home
from bot.home import texts
from handlers.request import Commands, SlackRequest

if TYPE_CHECKING:
    from bot.services import Services
    from handlers.request import EventListeners


async def show_home(request: SlackRequest, _: Home) -> None:
    """Reply with what is live, the user's seats and webinars, and what comes next."""
    content = await request.services.home.content(await request.person(), here=request.channel_id)
    await request.reply(texts.home_message(content, now=request.now()))


async def home_opened(services: Services, event: Mapping[str, Any]) -> None:
    """Fill the Home tab. Slack reports the opening of the Messages tab as well, and sends along what the tab shows."""
    if event.get("tab") == "home":
        await services.home.opened(str(event["user"]), is_first="view" not in event)


COMMANDS: Commands = {Home: show_home}
EVENTS: EventListeners = {"app_home_opened": home_opened}
