"""Times in words for text that Slack does not format: files, charts, tables, pages and fields of forms."""

from __future__ import annotations

from datetime import datetime, time


def clock_text(at: datetime | time) -> str:
    """The time of day, such as "3:09 PM"."""
    return f"{at.hour % 12 or 12}:{at:%M %p}"


def date_and_clock(local: datetime) -> str:
    """The date with the time of day, such as "May 12, 2026 at 10:02 AM"."""
    return f"{local:%b} {local.day}, {local.year} at {clock_text(local)}"


def zone_label(local: datetime) -> str:
    """The name of its time zone, such as "CEST"; "UTC-03" for a zone without letters."""
    name = local.tzname() or ""
    return f"UTC{name}" if name.startswith(("+", "-")) else name
