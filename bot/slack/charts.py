"""Native charts: `data_visualization` blocks within Slack's limits.

https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block. Where copies of that page disagree, the
smaller limit counts: 6 series, not 12. Messages and the Home tab show charts; modals do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from bot.model.time_text import clock_text
from bot.model.visible_text import one_line
from bot.slack.blocks import Block, cut, without_empty, zone_info
from bot.slack.data_words import CHART

MAX_CHARTS: Final = 2
"""Charts in one message."""
MAX_SERIES: Final = 6
MAX_POINTS: Final = 20
MAX_CHART_TITLE: Final = 50
MAX_CHART_LABEL: Final = 20
MAX_AXIS_LABEL: Final = 50
EMPTY: Final = "–"
"""In place of an empty label, which Slack refuses."""


@dataclass(frozen=True)
class Series:
    """A line, or the bars of one color: one value for each label of the chart."""

    name: str
    values: Sequence[float]


def line_chart(
    title: str, labels: Sequence[str], series: Sequence[Series], *, x_label: str = "", y_label: str = ""
) -> Block:
    """Values over time: a line for each series. `ValueError` for what Slack refuses; long texts are cut."""
    return _chart("line", title, labels, series, x_label, y_label)


def bar_chart(
    title: str, labels: Sequence[str], series: Sequence[Series], *, x_label: str = "", y_label: str = ""
) -> Block:
    """Values side by side: bars for each label. `ValueError` for what Slack refuses; long texts are cut."""
    return _chart("bar", title, labels, series, x_label, y_label)


def unique_labels(labels: Sequence[str]) -> list[str]:
    """These labels on one line and cut to Slack's limit; those that are equal then get a number."""
    found: list[str] = []
    for label in labels:
        line = one_line(label) or EMPTY
        text, number = cut(line, MAX_CHART_LABEL), 1
        while text in found:
            number += 1
            text = f"{cut(line, MAX_CHART_LABEL - len(f' {number}'))} {number}"
        found.append(text)
    return found


def time_labels(moments: Sequence[datetime], zone: str) -> list[str]:
    """Labels of these times, oldest first, in this time zone: as short as tells them apart."""
    local = [moment.astimezone(zone_info(zone)) for moment in moments]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    step = min(gaps, default=timedelta())
    days, years = {at.date() for at in local}, {at.year for at in local}
    if step >= timedelta(days=1):
        return unique_labels([_day(at, with_year=len(years) > 1) for at in local])
    clock = _clock_with_seconds if step < timedelta(minutes=1) and len(moments) > 1 else clock_text
    return unique_labels([f"{_day(at) + ', ' if len(days) > 1 else ''}{clock(at)}" for at in local])


def _chart(kind: str, title: str, labels: Sequence[str], series: Sequence[Series], x_label: str, y_label: str) -> Block:
    if not (1 <= len(series) <= MAX_SERIES and 1 <= len(labels) <= MAX_POINTS):
        raise ValueError("a chart has 1 to 6 series of 1 to 20 points")
    categories = unique_labels(labels)
    names = unique_labels([one.name for one in series])
    data = [
        {"name": name, "data": [_point(*one) for one in zip(categories, each.values, strict=True)]}
        for name, each in zip(names, series, strict=True)
    ]
    axes = without_empty(
        categories=categories, x_label=cut(x_label, MAX_AXIS_LABEL), y_label=cut(y_label, MAX_AXIS_LABEL)
    )
    return {
        "chart": {"axis_config": axes, "series": data, "type": kind},
        "title": cut(one_line(title), MAX_CHART_TITLE) or EMPTY,
        "type": CHART,
    }


def _point(label: str, value: float) -> dict[str, str | float]:
    return {"label": label, "value": value}


def _clock_with_seconds(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at:%M:%S %p}"


def _day(at: datetime, *, with_year: bool = False) -> str:
    return f"{at:%b} {at.day}{f', {at.year}' if with_year else ''}"
