"""`/webinar link`: gives organizers the link to a webinar's registration page, also one for each campaign."""

from __future__ import annotations

from bot.commands.link_args import RegistrationLink, parse_link_args
from bot.errors import BadInput
from bot.model.lifecycle import Stage, stage
from bot.model.webinar import Webinar
from bot.slack import buttons
from bot.slack.error_message import message_view
from bot.slack.message import Message
from handlers.link import form
from handlers.link import texts as link_texts
from handlers.request import Commands, Listeners, SlackRequest
from handlers.webinar_choice import choose_webinar

ACTION = "take a registration link for this webinar"
OWN_LINK = "To see your own join link, type `/webinar`."
NO_PAGES = (
    "Greenroom has no registration pages here, because people outside Slack cannot reach it. An admin of Greenroom can "
    "change that by setting PUBLIC_URL."
)
OVER = "This webinar is over, so nobody can register for it with a link."


async def link(request: SlackRequest, command: RegistrationLink) -> None:
    """Reply with the link of a campaign, or without one with the general link and the campaigns."""
    args = parse_link_args(command.words, await request.visible_webinars(), request.now())
    webinar = await choose_webinar(request, args.which, "link", typed=args.campaign)
    if webinar:
        await request.require_manager(webinar, ACTION, instead=OWN_LINK)
        await request.reply(await _answer(request, webinar, args.campaign))


async def link_pressed(request: SlackRequest) -> None:
    """The same from a button, to this organizer only; the page itself is public."""
    session_id, campaign = buttons.parse_value(request.value)
    webinar = await request.managed_webinar(session_id, ACTION)
    await request.reply(await _answer(request, webinar, campaign))


async def ask_for_campaign(request: SlackRequest) -> None:
    """Open the form for a campaign."""
    webinar = await request.managed_webinar(request.value, ACTION)
    _check(request, webinar)
    await request.open(form.form_view(webinar))


async def campaign_submitted(request: SlackRequest) -> None:
    """Show the link in place of the form."""
    webinar = await request.managed_webinar(request.metadata, ACTION)
    answer = await _answer(request, webinar, form.read_form(request.values))
    await request.acknowledge(response_action="update", view=message_view(answer))


async def _answer(request: SlackRequest, webinar: Webinar, campaign: str) -> Message:
    _check(request, webinar)
    own_pages = request.services.own_pages
    per_minute = own_pages.per_minute(webinar)
    if campaign:
        link = await own_pages.campaigns.link(webinar, campaign, request.user_id)
        return link_texts.campaign_link(webinar, link, per_minute)
    known = await own_pages.campaigns.of_webinar(webinar)
    return link_texts.site_link(webinar, own_pages.urls.register_url(webinar), per_minute, known)


def _check(request: SlackRequest, webinar: Webinar) -> None:
    if not request.services.own_pages.urls.is_on:
        raise BadInput(NO_PAGES)
    if stage(webinar, request.now()) is Stage.OVER:
        raise BadInput(OVER)
    request.services.registration.check(webinar)


COMMANDS: Commands = {RegistrationLink: link}
ACTIONS: Listeners = {buttons.PAGE_LINK: link_pressed, buttons.CAMPAIGN_LINK: ask_for_campaign}
SUBMISSIONS: Listeners = {form.CALLBACK: campaign_submitted}
