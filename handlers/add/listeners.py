"""Adds an existing meeting or webinar by its link or id."""

from __future__ import annotations

from bot.commands.add_args import Add
from bot.commands.event_link import registration_code
from bot.commands.webinar_ref import has_id
from bot.errors import BadInput
from bot.model.lifecycle import is_coming_or_live
from bot.model.webinar import Webinar
from bot.webinars.permissions import check_may_add
from handlers.browse.details import details
from handlers.request import Commands, SlackRequest

NOTHING = (
    "To add a meeting or webinar, paste its link or ID, for example `/webinar add 812 3456 7890`. To create a new "
    "one, type `/webinar create` and its title."
)
NO_NUMBER = (
    "There is no link or ID of a meeting in “{words}”: copy one, for example `/webinar add 812 3456 7890`. To create "
    "a new webinar, type `/webinar create {words}`."
)
PAGE_ONLY = (
    "A link to a registration page does not say which meeting or webinar it is for. Open the meeting there and copy "
    "its ID or its invitation link, for example `/webinar add 812 3456 7890`."
)
ADDED = "Added. From now on, Greenroom keeps it up to date here."
ADDED_DATES = (
    "Added with its {count} coming dates; this is the next one. From now on, Greenroom keeps them up to date here."
)
HERE = "This one was already added."
MAX_WORDS = 200


async def add(request: SlackRequest, command: Add) -> None:
    """Read it at its provider, and show it with the buttons for what comes next."""
    person = await request.person()
    check_may_add(person)
    here = [webinar for webinar in await request.visible_webinars() if _is_meant(webinar, command)]
    if here:
        await request.reply(await details(request, _next(here, request), note=HERE))
        return
    if not command.number:
        raise BadInput(_missing(command))
    hosts = await request.services.permissions.hosts_to_add(person)
    added = await request.services.adder.add(command.number, request.user_id, request.caller(), hosts)
    note = ADDED if len(added) == 1 else ADDED_DATES.format(count=len(added))
    await request.reply(await details(request, _next(added, request), note=note))


def _is_meant(webinar: Webinar, command: Add) -> bool:
    if command.number:
        return has_id(webinar, command.number)
    page = webinar.registration.page_uri if webinar.registration else ""
    return bool(command.code) and registration_code(page) == command.code


def _next(dates: list[Webinar], request: SlackRequest) -> Webinar:
    coming = [webinar for webinar in dates if is_coming_or_live(webinar, request.now())]
    return min(coming or dates, key=lambda webinar: webinar.start)


def _missing(command: Add) -> str:
    words = " ".join(command.words.split())[:MAX_WORDS]
    return PAGE_ONLY if command.code else NO_NUMBER.format(words=words) if words else NOTHING


COMMANDS: Commands = {Add: add}
