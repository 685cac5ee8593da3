"""Zoom's times: with Z for UTC, or local without it, and the time zone beside them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def read_time(text: str, time_zone: str = "UTC") -> datetime | None:
    """A time in UTC; `None` for a text that is none. One without Z or an offset is local in `time_zone`."""
    try:
        moment = datetime.fromisoformat(text)
        local = moment if moment.tzinfo else moment.replace(tzinfo=zone_of(time_zone))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name; UTC if this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def format_utc(moment: datetime) -> str:
    """Zoom's format in UTC, rounded down to a second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_local(moment: datetime, time_zone: str) -> str:
    """Zoom's format of a local time, which goes with the time zone in a field of its own."""
    return moment.astimezone(zone_of(time_zone)).strftime("%Y-%m-%dT%H:%M:%S")
