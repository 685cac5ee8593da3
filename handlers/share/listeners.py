"""Sharing a webinar: its card goes up in a channel, and the channel hears about it from then on."""

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
    """Share in the named channel, or here."""
    check_may_share(await request.person())
    if command.channel_name and not command.channel_id:
        raise BadInput(f"Slack knows no channel #{command.channel_name} here. Choose it from the list as you type #.")
    webinar = await choose_webinar(request, command.which, "share")
    if webinar:
        await _share(request, webinar, command.channel_id or request.channel_id)


async def share_here(request: SlackRequest) -> None:
    """The button: share in the channel where it was pressed."""
    check_may_share(await request.person())
    await _share(request, await request.services.mirror.find(request.value), request.channel_id)


async def share_in(request: SlackRequest) -> None:
    """The picker in the result of a creation: share in the chosen channel."""
    check_may_share(await request.person())
    await _share(request, await request.services.mirror.find(buttons.shared_by(request.block_id)), request.value)


async def _share(request: SlackRequest, webinar: Webinar, channel_id: str) -> None:
    if not channel_id:
        raise BadInput("Choose a channel, or type /webinar share in the channel where the card should stand.")
    put_up = await request.services.cards.share(webinar, channel_id, request.user_id)
    request.services.scheduler.wake()
    there = await request.services.cards.said_in(webinar, put_up.channel_id)
    await request.reply(shared(webinar, put_up.channel_id, there))


COMMANDS: Commands = {Share: share}
ACTIONS: Listeners = {buttons.SHARE_HERE: share_here, buttons.SHARE_IN: share_in}
