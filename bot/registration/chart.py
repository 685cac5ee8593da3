"""Decide what a registration chart shows: the count over time with the limit, and the sources."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final, Protocol

from pydantic import AwareDatetime

from bot.model.people import Frozen
from bot.model.registration_source import OTHERS, source_name
from bot.model.webinar import Registration
from bot.registration.forecast import TimedCount

MAX_POINTS: Final = 20
"""The most points that Slack draws."""
MIN_DISTANCE: Final = timedelta(minutes=1)
"""Points are at least as far apart, if the counts are."""
MAX_BARS: Final = 6
MAX_NAME: Final = 40
"""The maximum length of a source's name beside its bar."""
MAX_LIMIT_RATIO: Final = 10
"""The limit is shown if it is at most this many times the highest count."""


class ChartPoint(Frozen):
    """The count and the limit at a time."""

    at: AwareDatetime
    count: int
    limit: int | None = None


class Bar(Frozen):
    """The registrants from one source."""

    name: str
    count: int


class Chart(Frozen):
    """The figures of a chart: counts alone, no personal data."""

    points: tuple[ChartPoint, ...]
    """At equal distances in time, oldest first; the last is the latest count."""
    sources: tuple[Bar, ...] = ()

    @property
    def limits(self) -> list[int]:
        """The limit at each point, or the latest one if there was none at times; empty without one, and if it is far.

        A limit that is many times the count would make the line of the count flat.
        """
        latest, highest = self.points[-1].limit, max(1, *(point.count for point in self.points))
        if latest is None:
            return []
        limits = [latest if self.has_latest_limit_only else point.limit or 0 for point in self.points]
        return limits if max(limits) <= MAX_LIMIT_RATIO * highest else []

    @property
    def has_latest_limit_only(self) -> bool:
        """Whether `limits` is today's limit throughout, because there was none at times."""
        return any(point.limit is None for point in self.points)


class LimitedCount(TimedCount, Protocol):
    """A past count, with the limit at that time."""

    @property
    def limit(self) -> int | None:
        """The limit at that time."""
        ...


def build_chart(read: Registration, counts: Sequence[LimitedCount], sources: Sequence[Bar] = ()) -> Chart | None:
    """The chart of these counts, oldest first, up to the latest one; `None` if there are fewer than two."""
    known = [
        ChartPoint(at=one.read_at, count=one.count, limit=one.limit) for one in counts if one.read_at < read.read_at
    ]
    if not known or len(counts) < 2:
        return None
    newest = ChartPoint(at=read.read_at, count=read.count, limit=read.limit)
    return Chart(points=sampled([*known, newest]), sources=tuple(sources))


def sampled(steps: Sequence[ChartPoint]) -> tuple[ChartPoint, ...]:
    """At most 20 points at equal distances: a step is valid until the next one. The first and the last are kept."""
    first, last = steps[0].at, steps[-1].at
    gaps = min(MAX_POINTS - 1, max(1, (last - first) // MIN_DISTANCE))
    moments = [first + (last - first) * number / gaps for number in range(gaps)]
    at_moments = [steps[bisect_right(steps, moment, key=lambda step: step.at) - 1] for moment in moments]
    points = [step.model_copy(update={"at": moment}) for step, moment in zip(at_moments, moments, strict=True)]
    return (*points, steps[-1])


def source_bars(sources: Iterable[str], channels: Mapping[str, str]) -> list[Bar]:
    """Registrants per source, largest first, the rest as one bar at the end.

    `channels` maps the ids of public channels to their names: every other channel is shown as a private one.
    """
    counted = Counter(source_name(source, channels, MAX_NAME) for source in sources)
    other_count = counted.pop(OTHERS, 0)
    ranked = [Bar(name=name, count=count) for name, count in sorted(counted.items(), key=lambda one: (-one[1], one[0]))]
    if not other_count and len(ranked) <= MAX_BARS:
        return ranked
    shown, remaining = ranked[: MAX_BARS - 1], ranked[MAX_BARS - 1 :]
    other_count += sum(bar.count for bar in remaining)
    return [*shown, Bar(name=OTHERS, count=other_count)]
