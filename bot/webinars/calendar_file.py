"""Writes the calendar file (RFC 5545) of a webinar for one person, with their own link."""

from __future__ import annotations

import re
import unicodedata
import uuid
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from bot.model.webinar import Webinar, one_line_title

PRODUCT = "-//Greenroom//Webinars in Slack//EN"
_OURS = uuid.UUID("5d0c1f0e-6a0b-4f0e-9a57-1c6f2b0f8f0d")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Characters that RFC 5545 (3.1, TSAFE-CHAR) forbids in text, or that some readers take for a line end."""

_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|]')
"""Characters that Windows or macOS forbid in the name of a file."""
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows reserves, with any extension."""
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
MAX_NAME = 60
"""Characters of the title in the name of a file: a name has at most 255 bytes."""


def file_name(webinar: Webinar) -> str:
    """Return a file name with the title that every file system accepts."""
    title = unicodedata.normalize("NFC", one_line_title(webinar.title))
    visible = "".join(" " if unicodedata.category(char) in _INVISIBLE else char for char in title)
    words = " ".join(_NOT_IN_FILE_NAMES.sub(" ", visible).split())
    name = words.strip(" .")[:MAX_NAME].rstrip(" .")
    return f"{'webinar ' if _DEVICE.fullmatch(name) else ''}{name or 'webinar'}.ics"


def calendar_file(
    webinar: Webinar,
    *,
    now: datetime,
    link: str,
    sequence: int,
    early: timedelta = timedelta(),
    introduction: str = "",
    canceled: bool = False,
) -> bytes:
    """Return the file that adds a webinar to a calendar, or removes it if `canceled`.

    A file with a higher `sequence` replaces an earlier one: all files of a webinar share its UID, whatever the person's
    role. `early` is how long before the start the person has to arrive; `introduction` precedes the description.
    """
    link = "".join(link.split())
    event = Event()
    event.add("uid", uid(webinar))
    event.add("sequence", sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", (webinar.start - early).astimezone(UTC))
    event.add("dtend", webinar.end)
    event.add("summary", _writable(" ".join(webinar.title.split())))
    event.add("status", "CANCELLED" if canceled else "CONFIRMED")
    parts = [introduction, f"Join: {link}" if link else "", webinar.description]
    event.add("description", _writable("\n\n".join(part.strip() for part in parts if part.strip())))
    if link:
        event.add("location", link)
        event.add("url", link)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if canceled else "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def uid(webinar: Webinar) -> str:
    """Return the UID of a webinar, the same in every file."""
    account = webinar.account
    workspace = account.workspace
    names = (workspace.team_id, workspace.enterprise_id, account.provider, account.name, webinar.session_id)
    return f"{uuid.uuid5(_OURS, chr(31).join(names))}@greenroom"


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
