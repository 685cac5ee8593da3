"""Shows the report of a webinar that is over, its people, and sends them as a CSV file."""

from __future__ import annotations

import asyncio

from bot.commands.report_args import ShowReport
from bot.model.registration_source import top_channels
from bot.model.webinar import Webinar
from bot.reports.model import PersonRow
from bot.reports.person_file import FILE_NAME, person_csv
from bot.reports.texts import people as people_texts
from bot.reports.texts import report as report_texts
from bot.slack import buttons
from bot.slack.client import Upload
from bot.slack.error_message import sentence_message
from handlers.report import texts
from handlers.report.progress import shown_progress
from handlers.request import Commands, Listeners, SlackRequest, once
from handlers.webinar_choice import choose_webinar

ACTION = "see the report of this webinar"
MAX_CHANNELS = 20
"""Channels whose names are looked up for one report."""


async def report(request: SlackRequest, command: ShowReport) -> None:
    """Show the report of a webinar: no vendor call if it is complete."""
    webinar = await choose_webinar(request, command.which, "report")
    if webinar:
        await request.require_runner(webinar, ACTION)
        await _show(request, webinar)


async def report_pressed(request: SlackRequest) -> None:
    """The same from a button; from a modal by DM, because modals show no charts."""
    await _show(request, await request.run_webinar(buttons.parse_value(request.value)[0], ACTION))


async def stop_pressed(request: SlackRequest) -> None:
    """Wait no more for a report: the message with the progress is replaced."""
    webinar = await request.run_webinar(request.value, ACTION)
    if not await request.services.reports.stop_waiting(webinar, request.user_id):
        await request.reply(sentence_message(texts.NOT_WAITING))


async def people_pressed(request: SlackRequest) -> None:
    """Show the people to this user alone: two calls and more, one per 1,000 of each list."""
    webinar = await request.run_webinar(request.value, ACTION)
    rows = await request.services.reports.people(webinar, request.caller())
    names = await request.slack.public_channel_names(top_channels((row.source for row in rows), MAX_CHANNELS))
    # Names and addresses stay out of direct messages, which are kept.
    message = people_texts.people_message(webinar, rows, names)
    await request.reply(message, notification=sentence_message(people_texts.READY))


async def growth_pressed(request: SlackRequest) -> None:
    """Show registrations over time, from the stored report: no vendor call."""
    webinar = await request.run_webinar(request.value, ACTION)
    found = await request.services.reports.request(webinar, request.user_id)
    await request.reply(report_texts.growth_message(webinar, found))


async def download(request: SlackRequest) -> None:
    """Send the people as a file by DM: as many calls as to show them."""
    webinar = await request.run_webinar(request.value, ACTION)
    rows = await request.services.reports.people(webinar, request.caller())
    listed = _registered(rows) or rows
    content = await asyncio.to_thread(person_csv, listed)
    message = people_texts.file_message(webinar, len(listed), len(rows) - len(listed))
    channel_id, _ = await request.slack.post(request.user_id, message)
    await request.slack.send_file(channel_id, Upload(FILE_NAME, content, title=f"Report: {webinar.title}"))
    await request.reply(sentence_message(people_texts.IN_DM))


async def _show(request: SlackRequest, webinar: Webinar) -> None:
    async with shown_progress(request, webinar) as progress:
        found = await request.services.reports.request(webinar, request.user_id, progress.show)
        sources = top_channels((group.name for group in found.by_source), MAX_CHANNELS)
        names = await request.slack.public_channel_names(sources)
        await progress.finish(report_texts.report_message(webinar, found, names, now=request.now()))


def _registered(rows: list[PersonRow]) -> list[PersonRow]:
    return [row for row in rows if row.registrant_id]


COMMANDS: Commands = {ShowReport: report}
ACTIONS: Listeners = {
    buttons.REPORT: report_pressed,
    texts.STOP: stop_pressed,
    report_texts.PEOPLE: people_pressed,
    report_texts.GROWTH: growth_pressed,
    report_texts.DOWNLOAD: once(download),
}
