"""What stands around the picture of a registration and the file of links, and while they are made."""

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
    """What stands there while the picture is drawn. `note` says why it takes longer than usual."""
    return _progress_view("Chart", f"Drawing the registrations of *{plain(webinar.title)}*…", note)


def collecting_view(webinar: Webinar, *, note: str = "") -> View:
    """What stands there while the links are collected."""
    return _progress_view("Links", f"Collecting the links of *{plain(webinar.title)}*…", note)


def failed_view(sentence: str) -> View:
    """That it was not made, and what to do."""
    return modal(FAILED, "Not made", [paragraph(sentence)])


def caption(webinar: Webinar, takeaway: str, *, now: datetime, with_sources: bool) -> Message:
    """What stands above the picture in the asker's own messages."""
    read = webinar.registration
    aged = [context(f"As read from {DISPLAY_NAME} {ago(read.read_at, now)}")] if read else []
    more = None if with_sources else buttons.webinar_button(webinar, "Chart With Sources", buttons.SOURCES)
    return message(takeaway, [section(takeaway), *aged, *actions(more)])


def chart_reply(takeaway: str, sentence: str) -> Message:
    """The answer where it was asked for: what the picture says, and where it is or why there is none."""
    return message(f"{takeaway} {sentence}", [section(takeaway), paragraph(sentence)])


def links_message(webinar: Webinar, people: int) -> Message:
    """What stands above the file of links in the organiser's own messages."""
    text = (
        f"{DISPLAY_NAME} e-mails nobody about *{plain(webinar.title)}*, so here are the links of "
        f"{number(people, 'person', 'people')} who registered without a seat in Slack. Each link belongs to one "
        "person alone: pass it on to them and to nobody else. Who registers later is in the next Links File."
    )
    again = buttons.webinar_button(webinar, "Links File", buttons.LINKS_FILE)
    return message(text, [section(text), *actions(again)])


def links_reply(webinar: Webinar, people: int) -> Message:
    """The answer where the file was asked for."""
    title = f"*{plain(webinar.title)}*"
    text = (
        f"The links of {number(people, 'person', 'people')} registered for {title} are in your messages with Greenroom."
        if people
        else f"Nobody is registered for {title} without a seat in Slack, so there are no links to pass on."
    )
    return message(text, [section(text)])


def _progress_view(title: str, words: str, note: str) -> View:
    blocks: list[Block] = [section(words), *([paragraph(note)] if note else [])]
    return modal(PROGRESS, title, blocks)
