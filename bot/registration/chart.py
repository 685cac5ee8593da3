"""Decides what stands in the picture of a registration: its steps, its limit, its start, and where people came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from pydantic import AwareDatetime

from bot.model.people import Frozen
from bot.model.webinar import Registration, Webinar
from bot.registration.forecast import CountFigure

MAX_STEPS: Final = 600
"""More steps than this nobody can tell apart in one picture."""
MAX_BARS: Final = 6
MAX_NAME: Final = 40
"""How much of a source's name stands beside its bar."""
MAX_START_RATIO: Final = 2
"""The start is in the picture unless it is further away than so many times what has passed."""
MAX_LIMIT_RATIO: Final = 10
"""The limit is in the picture unless it is higher than so many times what there is."""

CHANNEL_PREFIX: Final = "slack:"
"""How the source of those begins who registered by a card in Slack; the channel's id follows."""
COMMAND_SOURCE: Final = "slack"
"""The source of those who registered in Slack where no card stood."""
BY_COMMAND: Final = "Slack, by command"
PRIVATE_CHANNEL: Final = "Slack, private channel"
NOT_NAMED: Final = "Not named"
OTHERS: Final = "Others"


class ChartStep(Frozen):
    """How many had registered and how many might, from then until the next step."""

    at: AwareDatetime
    count: int
    limit: int | None = None


class Bar(Frozen):
    """How many came from one source."""

    name: str
    count: int


class Chart(Frozen):
    """All that is drawn; it goes to another process as JSON, and holds nobody's name."""

    title: str
    time_zone: str
    steps: tuple[ChartStep, ...]
    """Oldest first; the last is the newest reading."""
    start: AwareDatetime
    sources: tuple[Bar, ...] = ()

    @property
    def shows_start(self) -> bool:
        """Whether the start is near enough to stand in the picture."""
        first, last = self.steps[0].at, self.steps[-1].at
        return first <= self.start <= last + MAX_START_RATIO * (last - first)

    @property
    def shows_limit(self) -> bool:
        """Whether the limit is low enough to stand in the picture."""
        limits = [step.limit for step in self.steps if step.limit is not None]
        return bool(limits) and max(limits) <= MAX_LIMIT_RATIO * max(1, *(step.count for step in self.steps))


class LimitedCount(CountFigure, Protocol):
    """A figure of the past, with the limit that held then."""

    @property
    def limit(self) -> int | None:
        """The most people who might register."""
        ...


def build_chart(
    webinar: Webinar, read: Registration, figures: Sequence[LimitedCount], sources: Sequence[Bar] = ()
) -> Chart | None:
    """The picture of a registration by its figures so far, oldest first; None where there are fewer than two."""
    if len(figures) < 2:
        return None
    steps = [
        ChartStep(at=one.read_at, count=one.count, limit=one.limit) for one in figures if one.read_at < read.read_at
    ]
    newest = ChartStep(at=read.read_at, count=read.count, limit=read.limit)
    return Chart(
        title=webinar.title,
        time_zone=webinar.time_zone,
        steps=(*downsampled(steps), newest),
        start=webinar.start,
        sources=tuple(sources),
    )


def downsampled(steps: Sequence[ChartStep], most: int = MAX_STEPS) -> list[ChartStep]:
    """At most so many of them: the first, and the last of each of equal lengths of time."""
    if len(steps) <= most:
        return list(steps)
    first, last = steps[0].at, steps[-1].at
    slots = {int((step.at - first) / (last - first) * (most - 2)): step for step in steps[1:]}
    return [steps[0], *slots.values()]


def source_bars(sources: Iterable[str], channels: Mapping[str, str]) -> list[Bar]:
    """How many came from each source, the most first, and the rest as one bar at the end.

    `channels` has the names of the public channels among them by their ids: every other channel is just a private one.
    """
    counted = Counter(_name(source, channels) for source in sources)
    rest = counted.pop(OTHERS, 0)
    ranked = [Bar(name=name, count=count) for name, count in sorted(counted.items(), key=lambda one: (-one[1], one[0]))]
    if not rest and len(ranked) <= MAX_BARS:
        return ranked
    shown, left = ranked[: MAX_BARS - 1], ranked[MAX_BARS - 1 :]
    rest += sum(bar.count for bar in left)
    return [*shown, Bar(name=OTHERS, count=rest)]


def top_channels(sources: Iterable[str], most: int) -> list[str]:
    """The ids of the Slack channels that most people came from."""
    counted = Counter(source.removeprefix(CHANNEL_PREFIX) for source in sources if source.startswith(CHANNEL_PREFIX))
    return [channel for channel, _ in counted.most_common(most)]


def _name(source: str, channels: Mapping[str, str]) -> str:
    line = " ".join(source.split())
    if line.startswith(CHANNEL_PREFIX):
        name = channels.get(line.removeprefix(CHANNEL_PREFIX), "")
        return f"Slack #{name}"[:MAX_NAME] if name else PRIVATE_CHANNEL
    if line == COMMAND_SOURCE:
        return BY_COMMAND
    if "@" in line:
        return OTHERS  # whoever puts addresses there: a picture names nobody
    return (line if len(line) <= MAX_NAME else line[: MAX_NAME - 1] + "…") or NOT_NAMED


def time_range(one: Chart) -> tuple[datetime, datetime]:
    """From when to when the picture goes."""
    return one.steps[0].at, max(one.steps[-1].at, one.start) if one.shows_start else one.steps[-1].at
