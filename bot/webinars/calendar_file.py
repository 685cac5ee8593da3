"""Writes the calendar file of a webinar, with one person's own link in it, as every calendar reads it."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from bot.model.webinar import Webinar

FILE_NAME = "webinar.ics"
PRODUCT = "-//Greenroom//Webinars in Slack//EN"
_OURS = uuid.UUID("5d0c1f0e-6a0b-4f0e-9a57-1c6f2b0f8f0d")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What RFC 5545 (3.1, TSAFE-CHAR) lets no text hold, and what ends a line for some who read it."""


def calendar_file(
    webinar: Webinar,
    *,
    now: datetime,
    link: str,
    sequence: int,
    early: timedelta = timedelta(),
    words: str = "",
    cancelled: bool = False,
) -> bytes:
    """The file that puts a webinar into a calendar, or with `cancelled` takes it out again.

    A later one with a higher `sequence` takes the place of an earlier one: they share a UID, whoever they are for.
    `early` is how much sooner the person has to be there; `words` stand before the description.
    """
    link = "".join(link.split())
    event = Event()
    event.add("uid", uid(webinar))
    event.add("sequence", sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", (webinar.start - early).astimezone(UTC))
    event.add("dtend", webinar.end)
    event.add("summary", _writable(" ".join(webinar.title.split())))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    about = [words, f"Join: {link}" if link else "", webinar.description]
    event.add("description", _writable("\n\n".join(part.strip() for part in about if part.strip())))
    if link:
        event.add("location", link)
        event.add("url", link)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def uid(webinar: Webinar) -> str:
    """By what calendars know that two files are about the same webinar."""
    account = webinar.account
    workspace = account.workspace
    names = (workspace.team_id, workspace.enterprise_id, account.provider, account.name, webinar.session_id)
    return f"{uuid.uuid5(_OURS, chr(31).join(names))}@greenroom"


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
