"""Handing out the address of a webinar's registration page, for a site of the organiser's own."""

from __future__ import annotations

from bot.errors import BadInput
from bot.slack import buttons
from handlers.link import texts as link_texts
from handlers.request import Listeners, SlackRequest

WHAT = "take a registration link for this webinar"
NO_PAGES = (
    "Greenroom has no pages of its own here: nobody outside reaches it. Whoever runs it can change that by setting "
    "PUBLIC_URL."
)


async def site_link(request: SlackRequest) -> None:
    """The address, for the eyes of who asks; the page itself is for everybody."""
    services = request.services
    webinar = await services.mirror.find(buttons.picked(request.value)[0])
    await request.require_manager(webinar, WHAT)
    if not services.own_pages.urls.is_on:
        raise BadInput(NO_PAGES)
    services.registration.check(webinar)
    await request.reply(link_texts.site_link(webinar, services.own_pages.urls.register_url(webinar)))


ACTIONS: Listeners = {buttons.PAGE_LINK: site_link}
