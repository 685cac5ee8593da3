"""Times on our own pages: in words for everybody, and in ISO 8601 for the script that shows the visitor's own time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.model.time_text import clock_text


@dataclass(frozen=True)
class TimeWords:
    """A time: in UTC (ISO 8601), and in words in a time zone and in UTC."""

    utc: str
    words: str


def time_words(moment: datetime, zone_name: str) -> TimeWords:
    """This time in the time zone of a webinar; in UTC alone if that does not exist."""
    utc, local = moment.astimezone(UTC), moment.astimezone(_zone(zone_name))
    also_utc = f", {clock_text(utc)} UTC" if local.utcoffset() else ""
    words = f"{local:%A, %B} {local.day}, {local.year}, {clock_text(local)} ({_place(local)}){also_utc}"
    return TimeWords(f"{utc:%Y-%m-%dT%H:%MZ}", words)


def _place(local: datetime) -> str:
    return str(local.tzinfo).replace("_", " ")


def _zone(name: str) -> ZoneInfo:
    # Webinars created elsewhere may have a zone name that does not exist.
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
