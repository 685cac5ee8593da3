"""Show the chart of a registration, and send the file of links to the user by DM."""

from __future__ import annotations

from collections.abc import Callable

from bot.errors import BadInput
from bot.model.webinar import Webinar
from bot.providers.base import Caller
from bot.providers.names import named
from bot.slack import buttons
from bot.slack.client import Upload
from bot.slack.message import Message, View
from handlers.registration import chart_texts
from handlers.request import Listeners, SlackRequest, once

CHART_ACTION = "see how the registrations of this webinar grow"
LINKS_ACTION = "have the links of the people who registered for this webinar"
NOT_READ = "There is no figure yet: press Refresh to read the registrations from {provider}."


async def chart_pressed(request: SlackRequest) -> None:
    """Show the chart of our own counts, by DM if the button was in a modal: no vendor call."""
    await _chart(request, with_sources=False)


async def sources_pressed(request: SlackRequest) -> None:
    """The same with the sources from the registrant list: one call per 1,000 registrants."""
    await _chart(request, with_sources=True)


async def links_pressed(request: SlackRequest) -> None:
    """Send the current file of links: one call per 1,000 registrants."""
    webinar = await request.find_webinar(request.value)
    await request.require_manager(webinar, LINKS_ACTION)
    request.services.registration.check(webinar)
    people = await send_links(request, webinar, await _show_progress(request, webinar, chart_texts.collecting_view))
    await _answer(request, chart_texts.links_reply(webinar, people))


async def send_links(request: SlackRequest, webinar: Webinar, caller: Caller) -> int:
    """Send the user the links of all registrants without a seat in Slack; return their number."""
    result = await request.services.link_files.create(webinar, caller)
    if result.upload:
        await _send(request, chart_texts.links_message(webinar, result.people), result.upload)
    return result.people


async def _chart(request: SlackRequest, *, with_sources: bool) -> None:
    webinar = await request.find_webinar(request.value)
    await request.require_manager(webinar, CHART_ACTION)
    read, now = webinar.registration, request.now()
    if read is None:
        raise BadInput(named(NOT_READ, webinar.id))
    caller = await _show_progress(request, webinar, chart_texts.counting_view)
    sources_for = caller if with_sources else None
    growth = await request.services.charts.growth(webinar, read, now, sources_for=sources_for)
    message = chart_texts.chart_message(webinar, growth, now=now, with_sources=with_sources)
    if request.view is None or growth.chart is None:
        await _answer(request, message)
        return
    await request.services.results.post(request.user_id, message)
    await _answer(request, chart_texts.sent_reply(webinar, growth))


async def _show_progress(request: SlackRequest, webinar: Webinar, working: Callable[..., View]) -> Caller:
    """Open a progress view if the button was in a modal: above it, so that a form keeps its input."""
    if request.view is None:
        return request.caller()
    await request.open_window(working(webinar), chart_texts.failed_view, is_optional=True)
    return request.caller_with_progress(lambda note: working(webinar, note=note))


async def _send(request: SlackRequest, message: Message, upload: Upload) -> None:
    channel_id, _ = await request.slack.post(request.user_id, message)
    await request.slack.send_file(channel_id, upload)


async def _answer(request: SlackRequest, message: Message) -> None:
    await request.reply(message, replace=bool(request.view))


ACTIONS: Listeners = {
    buttons.CHART: once(chart_pressed),
    buttons.SOURCES: once(sources_pressed),
    buttons.LINKS_FILE: once(links_pressed),
}
