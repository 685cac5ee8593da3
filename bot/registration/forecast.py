"""Says from past figures how quickly a registration grows, and when it will be full if that goes on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.model.people import Frozen
from bot.model.webinar import Registration

DAY: Final = timedelta(days=1)
MAX_DAYS: Final = 7
"""How far back a pace looks: what was before a week ago says little about tomorrow."""
MAX_HORIZON: Final = timedelta(days=3650)
"""What would take longer is not worth saying, and may lie beyond the calendar."""


class CountFigure(Protocol):
    """How many had registered, from the moment it was read until the next figure."""

    @property
    def read_at(self) -> datetime:
        """When it was read."""
        ...

    @property
    def count(self) -> int:
        """How many had registered."""
        ...


class GrowthRate(Frozen):
    """How many more there are than so many whole days ago; fewer where people have left."""

    grown: int
    days: int

    @property
    def per_day(self) -> float:
        """The same for one day."""
        return self.grown / self.days


class Forecast(Frozen):
    """What can be said of a registration beyond its figure."""

    percent: int | None = None
    """How full it is, rounded down, so that only what is full is 100; None without a limit."""
    pace: GrowthRate | None = None
    """None where less than a day is known: people sign up by day and not by night."""
    full_at: datetime | None = None
    """When it is full at this pace; None where it is not before the start, or nothing can be said."""


def forecast(figures: Sequence[CountFigure], read: Registration, *, start: datetime, now: datetime) -> Forecast:
    """What the figures so far, oldest first, and the newest reading say of a registration.

    All of it is as of that reading: since then nobody knows.
    """
    pace = _pace(figures, read)
    return Forecast(percent=_percent(read), pace=pace, full_at=_full_at(read, pace, start, now))


def count_at(figures: Sequence[CountFigure], moment: datetime) -> int | None:
    """How many had registered at a moment; None where nothing had been read by then."""
    index = bisect_right(figures, moment, key=lambda figure: figure.read_at)
    return figures[index - 1].count if index else None


def _percent(read: Registration) -> int | None:
    return None if read.limit is None else read.count * 100 // read.limit if read.limit else 100


def _pace(figures: Sequence[CountFigure], read: Registration) -> GrowthRate | None:
    days = min(MAX_DAYS, (read.read_at - figures[0].read_at) // DAY) if figures else 0
    then = count_at(figures, read.read_at - days * DAY) if days > 0 else None
    return None if then is None else GrowthRate(grown=read.count - then, days=days)


def _full_at(read: Registration, pace: GrowthRate | None, start: datetime, now: datetime) -> datetime | None:
    if pace is None or pace.grown <= 0 or read.limit is None or not read.is_open or read.count >= read.limit:
        return None
    takes = (read.limit - read.count) * pace.days / pace.grown
    if takes > MAX_HORIZON / DAY:
        return None
    at = read.read_at + takes * DAY
    return at if now < at < start else None
