"""Who has registered, for organisers alone: a page at a time, found by words, taken off the list, and as a file."""

from __future__ import annotations

import asyncio

from bot.commands.people_args import Registrants
from bot.errors import BadInput
from bot.model.webinar import Audience, Webinar
from bot.registration.bulk import csv_import
from bot.slack import buttons
from bot.slack.client import Upload
from bot.slack.error_message import sentence_message
from handlers import errors
from handlers.browse.listeners import chosen
from handlers.registrants import list as registrant_list
from handlers.registrants.list import Asked, Place
from handlers.request import Ask, Commands, Listeners

ANYONE = "Everyone with the link can join this webinar, so nobody registers for it."
FILE = "registrants.csv"
WHAT = "see who has registered for this webinar"


async def registrants(ask: Ask, command: Registrants) -> None:
    """Who has registered for the webinar that was named: one call."""
    webinar = await chosen(ask, command.which, "registrants")
    if webinar:
        await ask.check_steers(webinar, WHAT)
        await _show(ask, webinar, Place(session_id=webinar.session_id), anew=True)


async def registrants_button(ask: Ask) -> None:
    """The same from a button."""
    webinar = await _steered(ask, buttons.picked(ask.value)[0])
    await _show(ask, webinar, Place(session_id=webinar.session_id), anew=True)


async def turn_page(ask: Ask) -> None:
    """Another page, or everybody again, in the place of this one."""
    place = Place.model_validate_json(ask.value)
    await _show(ask, await _steered(ask, place.session_id), place, replace=True)


async def refresh(ask: Ask) -> None:
    """Read the list anew (one call), and show it in the same place."""
    place = Place.model_validate_json(ask.value)
    await _show(ask, await _steered(ask, place.session_id), place, replace=True, anew=True)


async def search(ask: Ask) -> None:
    """Ask for the words."""
    place = Place.model_validate_json(ask.value)
    await _steered(ask, place.session_id)
    await ask.open(registrant_list.search_form(place, ask.response_url))


async def words_sent(ask: Ask) -> None:
    """The words were sent: who is found by them stands in the place of the page."""
    asked = Asked.model_validate_json(ask.note)
    webinar = await _steered(ask, asked.place.session_id)
    place = Place(session_id=webinar.session_id, words=registrant_list.read_words(ask.values))
    await ask.accept()
    ask.view, ask.response_url = None, asked.response_url

    async def work(ask: Ask) -> None:
        await _show(ask, webinar, place, replace=True)

    errors.later(ask, work)


async def remove(ask: Ask) -> None:
    """Take somebody off the list (one call), as was confirmed at the button, and show who is left."""
    place = Place.model_validate_json(ask.value)
    webinar = await _steered(ask, place.session_id)
    await ask.services.enrolling.rolls.remove(webinar, place.picked, ask.caller())
    await ask.services.seats.notifier.removed(webinar, place.picked)
    await _show(ask, webinar, place, replace=True, note=registrant_list.GONE)


async def download(ask: Ask) -> None:
    """Everybody as a file, in a direct message."""
    place = Place.model_validate_json(ask.value)
    webinar = await _steered(ask, place.session_id)
    roll = await ask.services.enrolling.rolls.get(webinar, ask.user_id, ask.caller())
    content = await asyncio.to_thread(csv_import.export, roll.everybody)
    said = sentence_message(registrant_list.downloaded(webinar, len(roll.everybody)))
    channel_id, _ = await ask.services.slack.post(ask.user_id, said)
    await ask.services.slack.send_file(channel_id, Upload(FILE, content, title="Registrants"))
    await _show(ask, webinar, place, replace=True, note=registrant_list.IN_DM)


async def _steered(ask: Ask, session_id: str) -> Webinar:
    webinar = await ask.services.mirror.find(session_id)
    await ask.check_steers(webinar, WHAT)
    return webinar


async def _show(
    ask: Ask, webinar: Webinar, place: Place, *, replace: bool = False, anew: bool = False, note: str = ""
) -> None:
    if webinar.audience is Audience.ANYONE:
        raise BadInput(ANYONE)
    roll = await ask.services.enrolling.rolls.get(webinar, ask.user_id, ask.caller(), anew=anew)
    now = ask.services.clock.now()
    page = registrant_list.listing(webinar, roll.everybody, place, age=roll.age, now=now, note=note)
    await ask.say(page, replace=replace)


COMMANDS: Commands = {Registrants: registrants}
ACTIONS: Listeners = {
    buttons.REGISTRANTS: registrants_button,
    registrant_list.PREVIOUS: turn_page,
    registrant_list.NEXT: turn_page,
    registrant_list.ALL: turn_page,
    registrant_list.REFRESH: refresh,
    registrant_list.SEARCH: search,
    registrant_list.REMOVE: remove,
    registrant_list.DOWNLOAD: download,
}
SUBMISSIONS: Listeners = {registrant_list.SEARCH_CALLBACK: words_sent}
