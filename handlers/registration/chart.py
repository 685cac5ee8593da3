"""The picture of a registration, and the file of links where nobody is e-mailed: into the asker's own messages."""

from __future__ import annotations

from collections.abc import Callable

from bot.errors import BadInput
from bot.model.webinar import Webinar
from bot.providers.base import Caller
from bot.registration.texts.forecast_text import summary
from bot.slack import buttons
from bot.slack.client import Upload
from bot.slack.message import Message, View
from handlers.registration import chart_texts
from handlers.request import Listeners, SlackRequest

CHART_ACTION = "see how the registrations of this webinar grow"
LINKS_ACTION = "have the links of the people who registered for this webinar"
NOT_READ = "There is no figure yet: press Refresh to read the registrations from RingCentral."
FILE_NAME = "registrations.png"


async def chart_pressed(request: SlackRequest) -> None:
    """Draw it from our own figures: no vendor call."""
    await _chart(request, with_sources=False)


async def sources_pressed(request: SlackRequest) -> None:
    """Draw it with where people came from, which their list at RingCentral says: one call per 1,000."""
    await _chart(request, with_sources=True)


async def links_pressed(request: SlackRequest) -> None:
    """The file of links, as it is by now: one call per 1,000."""
    webinar = await request.services.mirror.find(request.value)
    await request.require_manager(webinar, LINKS_ACTION)
    request.services.registration.check(webinar)
    people = await send_links(request, webinar, await _show_progress(request, webinar, chart_texts.collecting_view))
    await _answer(request, chart_texts.links_reply(webinar, people))


async def send_links(request: SlackRequest, webinar: Webinar, caller: Caller) -> int:
    """Send whoever asks the links of everybody without a seat in Slack, if there is anybody; returns how many."""
    made = await request.services.link_files.create(webinar, caller)
    if made.upload:
        await _send(request, chart_texts.links_message(webinar, made.people), made.upload)
    return made.people


async def _chart(request: SlackRequest, *, with_sources: bool) -> None:
    webinar = await request.services.mirror.find(request.value)
    await request.require_manager(webinar, CHART_ACTION)
    read, now = webinar.registration, request.now()
    if read is None:
        raise BadInput(NOT_READ)
    caller = await _show_progress(request, webinar, chart_texts.drawing_view)
    made = await request.services.chart_images.create(webinar, read, now, sources_for=caller if with_sources else None)
    words = summary(webinar, made.forecast, made.sources)
    if not made.png:
        why = chart_texts.TOO_EARLY if made.is_too_early else chart_texts.NOT_DRAWN
        await _answer(request, chart_texts.chart_reply(words, why))
        return
    spoken = summary(webinar, made.forecast, made.sources, is_plain=True)
    upload = Upload(FILE_NAME, made.png, title=f"Registrations: {webinar.title}", alt_text=spoken)
    await _send(request, chart_texts.caption(webinar, words, now=now, with_sources=with_sources), upload)
    await _answer(request, chart_texts.chart_reply(words, chart_texts.SENT))


async def _show_progress(request: SlackRequest, webinar: Webinar, working: Callable[..., View]) -> Caller:
    """Say in a modal that it is being made, where it was asked for in one: on top, so that a form keeps its answers."""
    if request.view is None:
        return request.caller()
    view_id = await request.open(working(webinar))
    request.view, request.failure_view = {"id": view_id}, chart_texts.failed_view
    return request.caller_with_progress(lambda note: working(webinar, note=note))


async def _send(request: SlackRequest, message: Message, upload: Upload) -> None:
    channel_id, _ = await request.slack.post(request.user_id, message)
    await request.slack.send_file(channel_id, upload)


async def _answer(request: SlackRequest, message: Message) -> None:
    await request.reply(message, replace=bool(request.view))


ACTIONS: Listeners = {buttons.CHART: chart_pressed, buttons.SOURCES: sources_pressed, buttons.LINKS_FILE: links_pressed}
