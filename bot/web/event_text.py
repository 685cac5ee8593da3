"""What our own pages show of a webinar, and its calendar file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.commands.lengths import length_text
from bot.model.visible_text import one_line
from bot.model.webinar import Webinar, one_line_title
from bot.web.page_model import EventText
from bot.web.time_words import time_words
from bot.webinars.calendar_file import calendar_file
from bot.webinars.texts.facts import speakers_line


def event_text(webinar: Webinar) -> EventText:
    """Its title, start and length: the start in its own time zone and in UTC."""
    return _text(webinar, title=one_line_title(webinar.title))


def announcement(webinar: Webinar, speakers: Sequence[str]) -> EventText:
    """The same below a heading that has the title, with who hosts and who speaks, and the description."""
    line = speakers_line(webinar.host_name, speakers, lambda name, most: one_line(name)[:most])
    return _text(webinar, title="", speakers=line, description=webinar.description.strip())


def public_calendar(webinar: Webinar, register_url: str, now: datetime) -> bytes:
    """The calendar file for anybody: it leads to the registration page, or to a webinar that is open to all."""
    introduction = "" if webinar.attendee_link else f"Register: {register_url}"
    return calendar_file(
        webinar, now=now, link=webinar.attendee_link, sequence=_sequence(webinar), introduction=introduction
    )


def personal_calendar(webinar: Webinar, join_url: str, now: datetime) -> bytes:
    """The calendar file of a registrant, with the address of their own join page."""
    return calendar_file(webinar, now=now, link=join_url, sequence=_sequence(webinar))


def _sequence(webinar: Webinar) -> int:
    # A later file of the same number replaces an earlier one, because it has a later DTSTAMP.
    return webinar.registration.sequence if webinar.registration else 0


def _text(webinar: Webinar, *, title: str, speakers: str = "", description: str = "") -> EventText:
    start = time_words(webinar.start, webinar.time_zone)
    return EventText(
        title=title,
        utc=start.utc,
        begins=start.words,
        length=length_text(webinar.length),
        speakers=speakers,
        description=description,
    )
