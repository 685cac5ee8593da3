"""What a registration chart shows: the count over time with the limit, and the sources."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.people import Frozen
from bot.model.registration_source import NOT_NAMED, OTHERS, PRIVATE_CHANNEL, top_channels
from bot.registration.chart import (
    MAX_BARS,
    MAX_POINTS,
    Bar,
    ChartPoint,
    build_chart,
    sampled,
    source_bars,
)
from tests.support.webinar_samples import NOW, registration

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class PastCount(Frozen):
    """A registration count and limit since a time."""

    read_at: datetime
    count: int
    limit: int | None = None


def test_a_chart_covers_the_first_count_to_the_latest() -> None:
    """At equal distances; each count is valid until the next one."""
    figures = [
        PastCount(read_at=NOW - 19 * MINUTE, count=0, limit=9),
        PastCount(read_at=NOW - 9 * MINUTE, count=3, limit=9),
    ]
    chart = build_chart(registration(count=5, limit=9), figures)
    assert chart is not None
    assert [point.at for point in chart.points] == [NOW - minutes * MINUTE for minutes in range(19, -1, -1)]
    assert [point.count for point in chart.points] == [*[0] * 10, *[3] * 9, 5]
    assert (chart.limits, chart.has_latest_limit_only) == ([9] * 20, False)


@pytest.mark.parametrize(
    ("earlier", "latest", "limits"),
    [
        (9, 9, [9, 9, 9]),
        (9, 12, [9, 9, 12]),
        (None, 9, [9, 9, 9]),  # today's limit throughout, and named so
        (9, None, []),
        (None, None, []),
        (9, 900, []),  # far from the count
        (0, 5, [0, 0, 5]),
    ],
)
def test_the_limit_is_shown_if_there_is_one_near_the_count(
    earlier: int | None, latest: int | None, limits: list[int]
) -> None:
    """It may have changed, or been introduced, meanwhile."""
    figures = [PastCount(read_at=NOW - minutes * MINUTE, count=2, limit=earlier) for minutes in (2, 1)]
    chart = build_chart(registration(count=3, limit=latest), figures)
    assert chart is not None
    assert chart.limits == limits
    assert chart.has_latest_limit_only == (None in (earlier, latest))


@pytest.mark.parametrize("count", [0, 1])
def test_a_single_count_gives_no_chart(count: int) -> None:
    """There is no growth yet."""
    assert build_chart(registration(), [PastCount(read_at=NOW - DAY, count=0)][:count]) is None


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=60, unique=True))
def test_points_are_few_in_order_and_end_with_the_latest(seconds: list[int]) -> None:
    """For any distances, also of less than a minute."""
    steps = [ChartPoint(at=NOW + timedelta(seconds=at), count=number) for number, at in enumerate(sorted(seconds))]
    points = sampled(steps)
    assert 2 <= len(points) <= MAX_POINTS
    assert (points[0], points[-1]) == (steps[0], steps[-1])
    assert [point.count for point in points] == sorted(point.count for point in points)
    assert [point.at for point in points] == sorted(point.at for point in points)


def test_sources_name_public_channels_and_no_people() -> None:
    """Other channels are shown as private; sources with an address are among the others."""
    sources = ["slack:C1", "slack:C2", "slack:C3", "newsletter", "newsletter", "slack", "", "ana@acme.example"]
    assert top_channels(["slack:C2", *sources], 2) == ["C2", "C1"]
    assert source_bars(sources, {"C1": "launch", "C2": ""}) == [
        Bar(name=PRIVATE_CHANNEL, count=2),
        Bar(name="newsletter", count=2),
        Bar(name=NOT_NAMED, count=1),
        Bar(name="Slack #launch", count=1),
        Bar(name="Slack, by command", count=1),
        Bar(name=OTHERS, count=1),
    ]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(["", "a@b", "slack:C1", *"abcdefgh"]) | st.text(max_size=60), max_size=40))
def test_every_registrant_is_in_one_of_six_bars(sources: list[str]) -> None:
    """For any sources; no name contains an address."""
    bars = source_bars(sources, {})
    assert sum(bar.count for bar in bars) == len(sources)
    assert len(bars) <= MAX_BARS
    assert not [bar for bar in bars if "@" in bar.name]
    assert len({bar.name for bar in bars}) == len(bars)
