"""The texts of the registration chart and of the file of links, and their progress views."""

from __future__ import annotations

from datetime import datetime

from bot.model.webinar import Webinar
from bot.providers.base import DISPLAY_NAME
from bot.slack import buttons
from bot.slack.blocks import Block, actions, ago, context, message, modal, number, paragraph, plain, section
from bot.slack.message import Message, View

PROGRESS = "door.making"
FAILED = "door.not_made"

SENT = "The chart is in your messages with Greenroom."
TOO_EARLY = (
    "There is no chart yet: since it was first read, the figure has not changed. Try again when people have registered."
)
NOT_DRAWN = "The chart could not be drawn. Try again in a few minutes; if it happens again, tell your Greenroom admin."


def drawing_view(webinar: Webinar, *, note: str = "") -> View:
    """The progress view of the chart. `note` says why it takes longer than usual."""
    return _progress_view("Chart", f"Drawing the registrations of *{plain(webinar.title)}*…", note)


def collecting_view(webinar: Webinar, *, note: str = "") -> View:
    """The progress view of the file of links."""
    return _progress_view("Links", f"Collecting the links of *{plain(webinar.title)}*…", note)


def failed_view(sentence: str) -> View:
    """That it failed, and what to do."""
    return modal(FAILED, "Not made", [paragraph(sentence)])


def caption(webinar: Webinar, takeaway: str, *, now: datetime, with_sources: bool) -> Message:
    """The DM above the chart."""
    read = webinar.registration
    aged = [context(f"As read from {DISPLAY_NAME} {ago(read.read_at, now)}")] if read else []
    more = None if with_sources else buttons.webinar_button(webinar, "Chart With Sources", buttons.SOURCES)
    return message(takeaway, [section(takeaway), *aged, *actions(more)])


def chart_reply(takeaway: str, sentence: str) -> Message:
    """The reply where the button was pressed: the content of the chart, and where it is or why there is none."""
    return message(f"{takeaway} {sentence}", [section(takeaway), paragraph(sentence)])


def links_message(webinar: Webinar, people: int) -> Message:
    """The DM above the file of links."""
    text = (
        f"{DISPLAY_NAME} e-mails nobody about *{plain(webinar.title)}*, so here are the links of "
        f"{number(people, 'person', 'people')} who registered without a seat in Slack. Each link belongs to one "
        "person alone: pass it on to them and to nobody else. Who registers later is in the next Links File."
    )
    again = buttons.webinar_button(webinar, "Links File", buttons.LINKS_FILE)
    return message(text, [section(text), *actions(again)])


def links_reply(webinar: Webinar, people: int) -> Message:
    """The reply where the button was pressed."""
    title = f"*{plain(webinar.title)}*"
    text = (
        f"The links of {number(people, 'person', 'people')} registered for {title} are in your messages with Greenroom."
        if people
        else f"Nobody is registered for {title} without a seat in Slack, so there are no links to pass on."
    )
    return message(text, [section(text)])


def _progress_view(title: str, text: str, note: str) -> View:
    blocks: list[Block] = [section(text), *([paragraph(note)] if note else [])]
    return modal(PROGRESS, title, blocks)
