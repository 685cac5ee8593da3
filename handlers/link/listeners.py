"""Gives organizers the link to a webinar's registration page, for their own site."""

from __future__ import annotations

from bot.errors import BadInput
from bot.slack import buttons
from handlers.link import texts as link_texts
from handlers.request import Listeners, SlackRequest

ACTION = "take a registration link for this webinar"
NO_PAGES = (
    "Greenroom has no pages of its own here: nobody outside reaches it. Whoever runs it can change that by setting "
    "PUBLIC_URL."
)


async def site_link(request: SlackRequest) -> None:
    """Reply with the link, to this organizer only; the page itself is public."""
    services = request.services
    webinar = await request.managed_webinar(buttons.parse_value(request.value)[0], ACTION)
    if not services.own_pages.urls.is_on:
        raise BadInput(NO_PAGES)
    services.registration.check(webinar)
    await request.reply(link_texts.site_link(webinar, services.own_pages.urls.register_url(webinar)))


ACTIONS: Listeners = {buttons.PAGE_LINK: site_link}
