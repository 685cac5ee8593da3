"""Shares a webinar: posts its card in a channel, and subscribes the channel to it."""

from __future__ import annotations

from bot.commands.parser import Share
from bot.errors import BadInput
from bot.model.webinar import Webinar
from bot.notices.subscriptions.texts.share_result import shared
from bot.slack import buttons
from bot.webinars.permissions import check_may_share
from handlers.request import Commands, Listeners, SlackRequest
from handlers.webinar_choice import choose_webinar


async def share(request: SlackRequest, command: Share) -> None:
    """Share in the named channel, else in this one."""
    check_may_share(await request.person())
    if command.channel_name and not command.channel_id:
        raise BadInput(f"Slack knows no channel #{command.channel_name} here. Choose it from the list as you type #.")
    webinar = await choose_webinar(request, command.which, "share")
    if webinar:
        await _share(request, webinar, command.channel_id or request.channel_id)


async def share_here(request: SlackRequest) -> None:
    """Share in the channel of the button."""
    check_may_share(await request.person())
    await _share(request, await request.services.mirror.find(request.value), request.channel_id)


async def share_in(request: SlackRequest) -> None:
    """Share in the channel chosen in a picker."""
    check_may_share(await request.person())
    await _share(
        request, await request.services.mirror.find(buttons.shared_webinar_id(request.block_id)), request.value
    )


async def _share(request: SlackRequest, webinar: Webinar, channel_id: str) -> None:
    if not channel_id:
        raise BadInput("Choose a channel, or type /webinar share in the channel where the card should stand.")
    card = await request.services.cards.share(webinar, channel_id, request.user_id)
    request.services.scheduler.wake()
    planned = await request.services.cards.planned_in(webinar, card.channel_id)
    await request.reply(shared(webinar, card.channel_id, planned))


COMMANDS: Commands = {Share: share}
ACTIONS: Listeners = {buttons.SHARE_HERE: share_here, buttons.SHARE_IN: share_in}
