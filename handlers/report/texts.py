"""What a user sees who waits for a report, and where they find it."""

from __future__ import annotations

import math
from typing import Final

from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.reports.progress import ReadingProgress
from bot.slack import buttons
from bot.slack.blocks import Block, actions, message, modal, number, paragraph, plain, section
from bot.slack.message import Message, View
from bot.webinars.texts.facts import people

STOP: Final = "report.stop"
"""Waits no more for a report. The value is the id of the webinar."""
READING: Final = "report.reading"
FAILED: Final = "report.failed"

NOT_WAITING: Final = "You are not waiting for this report."
IN_DM: Final = "The report is in your messages with Greenroom."
FOLLOW: Final = "You don't have to wait: the progress and then the report are in your messages with Greenroom."


def reading_line(webinar: Webinar) -> str:
    """That a report is being read."""
    provider = provider_name(webinar.id)
    return f"Reading the report of *{plain(webinar.title)}* from {provider}…"


def progress_message(webinar: Webinar, progress: ReadingProgress) -> Message:
    """The direct message while a report is being read."""
    text = f"{reading_line(webinar)}\n{_progress(progress)}"
    return message(text, [section(text), *_stop(webinar)])


def long_message(webinar: Webinar, progress: ReadingProgress) -> Message:
    """The reply to somebody who has to wait: how long, and where the report will be."""
    text = f"{reading_line(webinar)}\n{_left(progress.seconds_left)} {FOLLOW}"
    return message(text, [section(text)])


def reading_message(webinar: Webinar) -> Message:
    """The reply while a report is being read that is ready in seconds."""
    return message(reading_line(webinar), [section(reading_line(webinar))])


def reading_view(webinar: Webinar, progress: ReadingProgress | None = None) -> View:
    """The modal while a report is being read."""
    closing = "You can close this window: the report comes as a direct message."
    blocks: list[Block] = [section(reading_line(webinar)), paragraph(closing)]
    if progress:
        blocks = [section(reading_line(webinar)), section(_progress(progress)), paragraph(closing), *_stop(webinar)]
    return modal(READING, "Report", blocks)


def failed_view(sentence: str) -> View:
    """That there is no report, and why."""
    return modal(FAILED, "No report", [paragraph(sentence)])


def sent_view() -> View:
    """Where the report is, for a modal, which shows no charts."""
    return modal(READING, "Report", [paragraph(IN_DM)])


def _progress(progress: ReadingProgress) -> str:
    read = f", {people(progress.people)} so far" if progress.people else ""
    page = min(progress.pages + 1, progress.of_pages)
    return f"Page {page:,} of {progress.of_pages:,}{read}. {_left(progress.seconds_left)}"


def _left(seconds: float) -> str:
    if seconds < 10:
        return "It is ready in a few seconds."
    if seconds <= 90:
        return f"It is ready in about {math.ceil(seconds / 10) * 10} seconds."
    return f"It is ready in about {number(math.ceil(seconds / 60), 'minute')}."


def _stop(webinar: Webinar) -> list[Block]:
    return actions(buttons.webinar_button(webinar, "Stop Waiting", STOP))
