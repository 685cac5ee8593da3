"""The picture of a registration, and the file of links where nobody is e-mailed: into the asker's own messages."""

from __future__ import annotations

from collections.abc import Callable

from bot.errors import BadInput
from bot.model.webinar import Webinar
from bot.providers.base import Caller
from bot.registration.texts.outlook import takeaway
from bot.slack import buttons
from bot.slack.client import Upload
from bot.slack.message import Message, View
from handlers.registration import chart_texts
from handlers.request import Ask, Listeners

WHAT_CHART = "see how the registrations of this webinar grow"
WHAT_LINKS = "have the links of the people who registered for this webinar"
NOT_READ = "There is no figure yet: press Refresh to read the registrations from RingCentral."
FILE_NAME = "registrations.png"


async def chart(ask: Ask) -> None:
    """Draw it from our own figures: no vendor call."""
    await _chart(ask, with_sources=False)


async def chart_with_sources(ask: Ask) -> None:
    """Draw it with where people came from, which their list at RingCentral says: one call per 1,000."""
    await _chart(ask, with_sources=True)


async def links(ask: Ask) -> None:
    """The file of links, as it is by now: one call per 1,000."""
    webinar = await ask.services.mirror.find(ask.value)
    await ask.check_steers(webinar, WHAT_LINKS)
    ask.services.door.check(webinar)
    people = await hand_links(ask, webinar, await _begun(ask, webinar, chart_texts.collecting))
    await _answer(ask, chart_texts.links_answer(webinar, people))


async def hand_links(ask: Ask, webinar: Webinar, caller: Caller) -> int:
    """Send whoever asks the links of everybody without a seat in Slack, if there is anybody; returns how many."""
    made = await ask.services.link_files.of(webinar, caller)
    if made.upload:
        await _send(ask, chart_texts.links_note(webinar, made.people), made.upload)
    return made.people


async def _chart(ask: Ask, *, with_sources: bool) -> None:
    webinar = await ask.services.mirror.find(ask.value)
    await ask.check_steers(webinar, WHAT_CHART)
    read, now = webinar.registration, ask.services.clock.now()
    if read is None:
        raise BadInput(NOT_READ)
    caller = await _begun(ask, webinar, chart_texts.drawing)
    made = await ask.services.pictures.picture(webinar, read, now, sources_for=caller if with_sources else None)
    words = takeaway(webinar, made.forecast, made.sources)
    if not made.png:
        why = chart_texts.TOO_EARLY if made.is_too_early else chart_texts.NOT_DRAWN
        await _answer(ask, chart_texts.answer(words, why))
        return
    spoken = takeaway(webinar, made.forecast, made.sources, spoken=True)
    upload = Upload(FILE_NAME, made.png, title=f"Registrations: {webinar.title}", alt_text=spoken)
    await _send(ask, chart_texts.caption(webinar, words, now=now, with_sources=with_sources), upload)
    await _answer(ask, chart_texts.answer(words, chart_texts.IN_MESSAGES))


async def _begun(ask: Ask, webinar: Webinar, working: Callable[..., View]) -> Caller:
    """Say in a modal that it is being made, where it was asked for in one: on top, so that a form keeps its answers."""
    if ask.view is None:
        return ask.caller()
    view_id = await ask.open(working(webinar))
    ask.view, ask.failed = {"id": view_id}, chart_texts.failed
    return ask.caller_behind(lambda note: working(webinar, note=note))


async def _send(ask: Ask, message: Message, upload: Upload) -> None:
    channel_id, _ = await ask.services.slack.post(ask.user_id, message)
    await ask.services.slack.send_file(channel_id, upload)


async def _answer(ask: Ask, message: Message) -> None:
    await ask.say(message, replace=bool(ask.view))


ACTIONS: Listeners = {buttons.CHART: chart, buttons.SOURCES: chart_with_sources, buttons.LINKS_FILE: links}
