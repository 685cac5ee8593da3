"""The pace of a registration, and when it will be full, from counts that are valid until the next one."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.people import Frozen
from bot.model.webinar import Registration
from bot.registration.forecast import DAY, MAX_DAYS, Forecast, GrowthRate, build_forecast, count_at
from tests.support.webinar_samples import NOW, registration

START = NOW + 10 * DAY


class PastCount(Frozen):
    """A registration count since a time."""

    read_at: datetime
    count: int


def past_counts(*pairs: tuple[float, int]) -> list[PastCount]:
    """Counts by how many days ago they were read."""
    return [PastCount(read_at=NOW - days * DAY, count=count) for days, count in pairs]


def forecast_at(past: list[PastCount], **facts: object) -> Forecast:
    """The forecast now, for a webinar in ten days."""
    return build_forecast(past, registration(**facts), start=START, now=NOW)


def test_forecast_has_share_pace_and_time() -> None:
    """Twelve a day over three days, and 60 of 100 places left: full in five days."""
    assert forecast_at(past_counts((3, 4), (2, 20), (1, 30), (0.1, 40)), count=40, limit=100) == Forecast(
        percent=40, pace=GrowthRate(growth=36, days=3), full_at=NOW + 5 * DAY
    )


@pytest.mark.parametrize(
    ("past", "count", "pace"),
    [
        ([], 5, None),
        ([(0.9, 0)], 5, None),
        ([(1, 0)], 5, GrowthRate(growth=5, days=1)),
        ([(1.9, 0), (1.5, 3), (0.9, 4)], 5, GrowthRate(growth=2, days=1)),
        ([(30, 0), (8, 2), (6, 9)], 9, GrowthRate(growth=7, days=7)),
        ([(30, 9)], 9, GrowthRate(growth=0, days=7)),
        ([(2, 9), (1, 4)], 3, GrowthRate(growth=-6, days=2)),
    ],
)
def test_pace_covers_whole_days_and_at_most_a_week(
    past: list[tuple[float, int]], count: int, pace: GrowthRate | None
) -> None:
    """No pace for less than a day; a count is valid until the next one; cancellations count as well."""
    assert forecast_at(past_counts(*past), count=count).pace == pace


@pytest.mark.parametrize(
    "facts",
    [
        {"limit": None},
        {"limit": 10, "is_open": False},
        {"limit": 6, "count": 6, "is_open": False},
        {"limit": 6, "count": 9},
        {"limit": 1000},
        {"limit": 2**31 - 1},
        {"limit": 10, "count": 1},
    ],
)
def test_no_forecast_if_it_will_not_be_full(facts: dict[str, int | bool | None]) -> None:
    """Without a limit, closed, full already, after the start, in thousands of years, or shrinking."""
    assert forecast_at(past_counts((2, 2)), **{"count": 6, **facts}).full_at is None


def test_an_old_count_gives_no_forecast_in_the_past() -> None:
    """A time before now, computed from yesterday's count, is not reported."""
    old = registration(count=6, limit=10, read_at=NOW - DAY)
    past = past_counts((3, 2))
    assert build_forecast(past, old, start=START, now=NOW + DAY) == Forecast(
        percent=60, pace=GrowthRate(growth=4, days=2)
    )
    assert build_forecast(past, old, start=START, now=NOW - DAY).full_at == NOW + DAY


@pytest.mark.parametrize(
    ("count", "limit", "percent"), [(0, 100, 0), (1, 3, 33), (999, 1000, 99), (100, 100, 100), (7, 5, 140), (5, 0, 100)]
)
def test_only_a_full_registration_is_100_percent(count: int, limit: int, percent: int) -> None:
    """Rounded down."""
    assert forecast_at([], count=count, limit=limit).percent == percent


PAST = st.lists(st.tuples(st.floats(0, 40), st.integers(0, 10**6)), max_size=12).map(
    lambda pairs: past_counts(*sorted(pairs, key=lambda pair: -pair[0]))
)
READ = st.builds(
    registration, count=st.integers(0, 10**6), limit=st.none() | st.integers(1, 2**31 - 1), is_open=st.booleans()
)


@settings(deadline=None)
@given(PAST, READ, st.integers(1, 10**6))
def test_forecast_invariants(past: list[PastCount], read: Registration, more: int) -> None:
    """Full only between now and the start; with a higher limit later or not at all; repeated counts change nothing."""
    told = build_forecast(past, read, start=START, now=NOW)

    if told.full_at:
        assert NOW < told.full_at < START
        assert read.is_open
    if told.pace:
        assert 1 <= told.pace.days <= MAX_DAYS
        assert count_at(past, NOW - told.pace.days * DAY) == read.count - told.pace.growth
    if read.limit is not None:
        higher = read.model_copy(update={"limit": read.limit + more})
        later = build_forecast(past, higher, start=START, now=NOW).full_at
        assert later is None or told.full_at is None or later >= told.full_at
        assert later is None or read.count >= read.limit or told.full_at is not None
    said_twice = [again for figure in past for again in (figure, figure)]
    assert build_forecast(said_twice, read, start=START, now=NOW) == told
