"""Shares a webinar: posts its card in a channel, and subscribes the channel to it."""

from __future__ import annotations

from bot.commands.parser import Share
from bot.errors import BadInput
from bot.model.webinar import Webinar
from bot.notices.subscriptions.texts.share_result import shared
from bot.slack import buttons
from bot.webinars.permissions import check_may_share
from handlers.request import Commands, Listeners, SlackRequest, once
from handlers.share import texts as share_texts
from handlers.share.texts import SharePlace
from handlers.webinar_choice import choose_webinar


async def share(request: SlackRequest, command: Share) -> None:
    """Share in the named channel, else in this one; in a direct message, ask for the channel."""
    check_may_share(await request.current_person())
    if command.channel_name and not command.channel_id:
        raise BadInput(f"Slack knows no channel #{command.channel_name} here. Choose it from the list as you type #.")
    webinar = await choose_webinar(request, command.which, "share")
    if webinar:
        await _share(request, webinar, command.channel_id or _here(request))


async def share_here(request: SlackRequest) -> None:
    """Share in the channel of the button."""
    check_may_share(await request.current_person())
    await _share(request, await request.find_webinar(request.value), _here(request))


async def share_in(request: SlackRequest) -> None:
    """Share in the channel chosen in a picker."""
    check_may_share(await request.current_person())
    webinar = await request.find_webinar(buttons.shared_webinar_id(request.block_id))
    await _share(request, webinar, request.value)


async def share_confirmed(request: SlackRequest) -> None:
    """Share in a channel that another organization reads, as confirmed."""
    check_may_share(await request.current_person())
    place = SharePlace.model_validate_json(request.value)
    await _post(request, await request.find_webinar(place.session_id), place.channel_id, replace=True)


async def repost(request: SlackRequest) -> None:
    """Post the card again; the old one becomes a link to it."""
    check_may_share(await request.current_person())
    place = SharePlace.model_validate_json(request.value)
    await _post(request, await request.find_webinar(place.session_id), place.channel_id, again=True, replace=True)


def _here(request: SlackRequest) -> str:
    return request.channel_id if request.is_in_channel else ""


async def _share(request: SlackRequest, webinar: Webinar, channel_id: str) -> None:
    if not channel_id:
        await request.reply(share_texts.choose_channel(webinar))
        return
    has_card = channel_id in {card.channel_id for card in await request.services.cards.of_webinar(webinar)}
    organizations = "" if has_card else await request.services.cards.organizations_in(webinar, channel_id)
    if organizations:
        await request.reply(share_texts.confirm_external(webinar, channel_id, organizations))
        return
    await _post(request, webinar, channel_id)


async def _post(
    request: SlackRequest, webinar: Webinar, channel_id: str, *, again: bool = False, replace: bool = False
) -> None:
    cards = request.services.cards
    card, is_new = await cards.share(webinar, channel_id, request.user_id, again=again)
    if not is_new:
        link = await request.slack.permalink(card.channel_id, card.message_ts)
        await request.reply(share_texts.already_shared(webinar, card.channel_id, link), replace=replace)
        return
    request.services.scheduler.wake()
    planned = await cards.planned_in(webinar, card.channel_id)
    await request.reply(shared(webinar, card.channel_id, planned), replace=replace)
    # Without it, the card of a webinar that was created elsewhere has no Register yet.
    request.services.background.start(request.services.mirror.read_unread(webinar), "read shared webinar")


COMMANDS: Commands = {Share: share}
ACTIONS: Listeners = {
    buttons.SHARE_HERE: once(share_here),
    buttons.SHARE_IN: once(share_in),
    share_texts.CONFIRM: once(share_confirmed),
    share_texts.REPOST: once(repost),
}
