"""Handing out the address of a webinar's registration page, for a site of the organiser's own."""

from __future__ import annotations

from bot.errors import BadInput
from bot.views import buttons, pages_link
from handlers.asking import Ask, Listeners

WHAT = "take a registration link for this webinar"
NO_PAGES = (
    "Greenroom has no pages of its own here: nobody outside reaches it. Whoever runs it can change that by setting "
    "PUBLIC_URL."
)


async def site_link(ask: Ask) -> None:
    """The address, for the eyes of who asks; the page itself is for everybody."""
    room = ask.room
    webinar = await room.mirror.find(buttons.picked(ask.value)[0])
    await ask.check_steers(webinar, WHAT)
    if not room.own_pages.is_on:
        raise BadInput(NO_PAGES)
    room.door.check(webinar)
    await ask.say(pages_link.site_link(webinar, room.own_pages.register_url(webinar)))


ACTIONS: Listeners = {buttons.PAGE_LINK: site_link}
