"""Zoom's times: `…Z` for UTC, or local time with a zone beside it; and the dates of a recurring meeting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from sandbox.zoom.fields import Recurrence
from sandbox.zoom.models import Occurrence
from sandbox.zoom.responses import invalid

FORMAT = "%Y-%m-%dT%H:%M:%S"
DAYS_OF_SEARCH = 366 * 12
YEARS = range(1970, 9000)
"""Others are refused: ends and occurrences of a meeting must be dates as well."""
MOST = 60
"""Occurrences of one meeting."""


def text(moment: datetime) -> str:
    """A time in UTC, as Zoom writes it."""
    return moment.astimezone(UTC).strftime(f"{FORMAT}Z")


def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name. Raises 400."""
    if name not in available_timezones():
        raise invalid("timezone")
    return ZoneInfo(name)


def read(given: str, local: ZoneInfo, field: str) -> datetime:
    """A time as sent, whole seconds; local if it has no Z. Raises 400."""
    try:
        wall = datetime.strptime(f"{given.removesuffix('Z')}+0000", f"{FORMAT}%z")
    except ValueError:
        raise invalid(field) from None
    if wall.year not in YEARS:
        raise invalid(field)
    return wall if given.endswith("Z") else wall.replace(tzinfo=local).astimezone(UTC)


def occurrences(start: datetime, minutes: int, recurrence: Recurrence, local: ZoneInfo) -> list[Occurrence]:
    """The dates of a recurring meeting, at one local time of day, up to its end."""
    until = read(recurrence.end_date_time, local, "recurrence.end_date_time") if recurrence.end_date_time else None
    most = MOST if until else recurrence.end_times
    wall = start.astimezone(local)
    found: list[Occurrence] = []
    for day in _days(wall.date(), recurrence):
        moment = datetime.combine(day, wall.time(), local).astimezone(UTC)
        if len(found) == most or (until and moment > until):
            break
        found.append(Occurrence(moment, minutes))
    return found


def _days(first: date, recurrence: Recurrence) -> Iterator[date]:
    weekdays = {(int(one) + 5) % 7 for one in recurrence.weekly_days.split(",")}  # 1 is Sunday; Python's 0 is Monday
    first_week = first - timedelta(days=(first.weekday() + 1) % 7)
    for offset in range(DAYS_OF_SEARCH):
        day = first + timedelta(days=offset)
        months = (day.year - first.year) * 12 + day.month - first.month
        weeks = (day - first_week).days // 7
        chosen = {
            1: offset % recurrence.repeat_interval == 0,
            2: weeks % recurrence.repeat_interval == 0 and day.weekday() in weekdays,
            3: months % recurrence.repeat_interval == 0 and day.day == recurrence.monthly_day,
        }
        if chosen[recurrence.type]:
            yield day
