"""Decide what a registration chart shows: the count over time, the limit, the start, and the sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from pydantic import AwareDatetime

from bot.model.people import Frozen
from bot.model.webinar import Registration, Webinar
from bot.registration.forecast import TimedCount

MAX_STEPS: Final = 600
"""More steps cannot be told apart in one chart."""
MAX_BARS: Final = 6
MAX_NAME: Final = 40
"""The maximum length of a source's name beside its bar."""
MAX_START_RATIO: Final = 2
"""The start is shown if it is at most this many times as far away as the recorded period is long."""
MAX_LIMIT_RATIO: Final = 10
"""The limit is shown if it is at most this many times the highest count."""

CHANNEL_PREFIX: Final = "slack:"
"""The prefix of the source of registrations from a card in Slack; the channel's id follows."""
COMMAND_SOURCE: Final = "slack"
"""The source of registrations in Slack without a card."""
BY_COMMAND: Final = "Slack, by command"
PRIVATE_CHANNEL: Final = "Slack, private channel"
NOT_NAMED: Final = "Not named"
OTHERS: Final = "Others"


class ChartStep(Frozen):
    """The count and the limit from `at` until the next step."""

    at: AwareDatetime
    count: int
    limit: int | None = None


class Bar(Frozen):
    """The registrants from one source."""

    name: str
    count: int


class Chart(Frozen):
    """Everything that is drawn. It is passed to another process as JSON, and contains no personal data."""

    title: str
    time_zone: str
    steps: tuple[ChartStep, ...]
    """Oldest first; the last is the latest count."""
    start: AwareDatetime
    sources: tuple[Bar, ...] = ()

    @property
    def shows_start(self) -> bool:
        """Whether the start is near enough to be shown."""
        first, last = self.steps[0].at, self.steps[-1].at
        return first <= self.start <= last + MAX_START_RATIO * (last - first)

    @property
    def shows_limit(self) -> bool:
        """Whether the limit is low enough to be shown."""
        limits = [step.limit for step in self.steps if step.limit is not None]
        return bool(limits) and max(limits) <= MAX_LIMIT_RATIO * max(1, *(step.count for step in self.steps))


class LimitedCount(TimedCount, Protocol):
    """A past count, with the limit at that time."""

    @property
    def limit(self) -> int | None:
        """The limit at that time."""
        ...


def build_chart(
    webinar: Webinar, read: Registration, counts: Sequence[LimitedCount], sources: Sequence[Bar] = ()
) -> Chart | None:
    """The chart of these counts, oldest first; `None` if there are fewer than two."""
    if len(counts) < 2:
        return None
    steps = [
        ChartStep(at=one.read_at, count=one.count, limit=one.limit) for one in counts if one.read_at < read.read_at
    ]
    newest = ChartStep(at=read.read_at, count=read.count, limit=read.limit)
    return Chart(
        title=webinar.title,
        time_zone=webinar.time_zone,
        steps=(*downsampled(steps), newest),
        start=webinar.start,
        sources=tuple(sources),
    )


def downsampled(steps: Sequence[ChartStep], limit: int = MAX_STEPS) -> list[ChartStep]:
    """At most `most` of these steps: the first, and the last of each equal time interval."""
    if len(steps) <= limit:
        return list(steps)
    first, last = steps[0].at, steps[-1].at
    slots = {int((step.at - first) / (last - first) * (limit - 2)): step for step in steps[1:]}
    return [steps[0], *slots.values()]


def source_bars(sources: Iterable[str], channels: Mapping[str, str]) -> list[Bar]:
    """Registrants per source, largest first, the rest as one bar at the end.

    `channels` maps the ids of public channels to their names: every other channel is shown as a private one.
    """
    counted = Counter(_name(source, channels) for source in sources)
    other_count = counted.pop(OTHERS, 0)
    ranked = [Bar(name=name, count=count) for name, count in sorted(counted.items(), key=lambda one: (-one[1], one[0]))]
    if not other_count and len(ranked) <= MAX_BARS:
        return ranked
    shown, remaining = ranked[: MAX_BARS - 1], ranked[MAX_BARS - 1 :]
    other_count += sum(bar.count for bar in remaining)
    return [*shown, Bar(name=OTHERS, count=other_count)]


def top_channels(sources: Iterable[str], limit: int) -> list[str]:
    """The ids of the Slack channels with the most registrants."""
    counted = Counter(source.removeprefix(CHANNEL_PREFIX) for source in sources if source.startswith(CHANNEL_PREFIX))
    return [channel for channel, _ in counted.most_common(limit)]


def _name(source: str, channels: Mapping[str, str]) -> str:
    text = " ".join(source.split())
    if text.startswith(CHANNEL_PREFIX):
        name = channels.get(text.removeprefix(CHANNEL_PREFIX), "")
        return f"Slack #{name}"[:MAX_NAME] if name else PRIVATE_CHANNEL
    if text == COMMAND_SOURCE:
        return BY_COMMAND
    if "@" in text:
        return OTHERS  # it may be an e-mail address: a chart shows no personal data
    return (text if len(text) <= MAX_NAME else text[: MAX_NAME - 1] + "…") or NOT_NAMED


def time_range(chart: Chart) -> tuple[datetime, datetime]:
    """The first and last time on the axis."""
    return chart.steps[0].at, max(chart.steps[-1].at, chart.start) if chart.shows_start else chart.steps[-1].at
