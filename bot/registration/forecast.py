"""Compute how fast a registration grows, and when it will be full at that pace."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.model.lifecycle import accepts_registrations
from bot.model.people import Frozen
from bot.model.webinar import Registration

DAY: Final = timedelta(days=1)
MAX_DAYS: Final = 7
"""The period of the pace: registrations before that say little about tomorrow."""
MAX_HORIZON: Final = timedelta(days=3650)
"""A later date is not useful, and may be beyond the range of datetime."""


class TimedCount(Protocol):
    """A registration count, valid from `read_at` until the next one."""

    @property
    def read_at(self) -> datetime:
        """When it was read."""
        ...

    @property
    def count(self) -> int:
        """The number of registrants."""
        ...


class GrowthRate(Frozen):
    """The change of the count over the last `days` whole days; negative if people canceled."""

    growth: int
    days: int

    @property
    def per_day(self) -> float:
        """The average change per day."""
        return self.growth / self.days


class Forecast(Frozen):
    """What the counts imply beyond the latest one."""

    percent: int | None = None
    """The share of the limit, rounded down, so that only a full registration is 100; `None` without a limit."""
    pace: GrowthRate | None = None
    """`None` with less than a day of counts, because people register by day and not by night."""
    full_at: datetime | None = None
    """When it will be full at this pace; `None` if that is after the start, or unknown."""


def build_forecast(counts: Sequence[TimedCount], read: Registration, *, start: datetime, now: datetime) -> Forecast:
    """The forecast from the counts so far, oldest first, and the latest one.

    It is as of the latest count.
    """
    pace = _pace(counts, read)
    return Forecast(percent=_percent(read), pace=pace, full_at=_full_at(read, pace, start, now))


def count_at(counts: Sequence[TimedCount], time: datetime) -> int | None:
    """The count at `moment`; `None` before the first one."""
    index = bisect_right(counts, time, key=lambda count: count.read_at)
    return counts[index - 1].count if index else None


def _percent(read: Registration) -> int | None:
    return None if read.limit is None else read.count * 100 // read.limit if read.limit else 100


def _pace(counts: Sequence[TimedCount], read: Registration) -> GrowthRate | None:
    days = min(MAX_DAYS, (read.read_at - counts[0].read_at) // DAY) if counts else 0
    past_count = count_at(counts, read.read_at - days * DAY) if days > 0 else None
    return None if past_count is None else GrowthRate(growth=read.count - past_count, days=days)


def _full_at(read: Registration, pace: GrowthRate | None, start: datetime, now: datetime) -> datetime | None:
    if pace is None or pace.growth <= 0 or read.limit is None or not accepts_registrations(read):
        return None
    takes = (read.limit - read.count) * pace.days / pace.growth
    if takes > MAX_HORIZON / DAY:
        return None
    at = read.read_at + takes * DAY
    return at if now < at < start else None
