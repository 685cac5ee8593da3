"""Local times: the same hour on another day or in another time zone. Pure.

A time that the clocks skip moves forward by the gap; one that they show twice is the first.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def known_zone(name: str) -> ZoneInfo:
    """This time zone; UTC if this machine does not know it: webinars created elsewhere may have any name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def later(moment: datetime, zone: ZoneInfo, *, months: int = 0, days: int = 0) -> datetime:
    """The same hour in `zone` so many months and days later, or earlier if they are negative (UTC).

    A month without the day ends with its last day: a month after January 31 is February 28.
    """
    wall = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    years, month = divmod(wall.month - 1 + months, 12)
    year, month = wall.year + years, month + 1
    wall = wall.replace(year=year, month=month, day=min(wall.day, monthrange(year, month)[1]))
    return at_wall(wall + timedelta(days=days), zone)


def at_same_hour(moment: datetime, zone: ZoneInfo, other: ZoneInfo) -> datetime:
    """The moment at which it is the same day and hour in the `other` zone as `moment` is in `zone` (UTC)."""
    return at_wall(moment.astimezone(zone).replace(tzinfo=None, fold=0), other)


def at_wall(wall: datetime, zone: ZoneInfo) -> datetime:
    """A day and hour without a zone, in `zone` (UTC)."""
    return wall.replace(tzinfo=zone).astimezone(UTC)


def whole_minute(moment: datetime) -> datetime:
    """The moment, rounded up to a minute."""
    rounded = moment.replace(second=0, microsecond=0)
    return rounded if rounded == moment else rounded + timedelta(minutes=1)
