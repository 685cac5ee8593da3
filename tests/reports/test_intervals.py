"""Merging and clipping intervals, compared with a count of single minutes."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.reports.attendance import Interval, Window, clip, curve_of, merge, merge_people, peak_of
from bot.reports.model import MAX_POINTS
from tests.support.report_samples import at, interval, presence
from tests.support.rows import each_row

MOST = 90
WINDOW = Window(at(10), at(70))
pair = st.tuples(st.integers(0, MOST), st.integers(0, MOST)).map(lambda two: (min(two), max(two)))
spans = st.lists(pair, max_size=8)


def cells(pairs: list[tuple[int, int]]) -> set[int]:
    """The single minutes between both ends, by brute force."""
    return {minute for start, end in pairs for minute in range(start, end)}


def minutes(intervals: tuple[Interval, ...]) -> float:
    """The length of all intervals together."""
    return sum(one.length.total_seconds() for one in intervals) / 60


@given(pairs=spans, seed=st.randoms())
def test_merging_is_the_union(pairs: list[tuple[int, int]], seed: Random) -> None:
    """As many minutes as counted singly; in order, apart from each other; in any order, and again, the same."""
    intervals = [interval(*pair) for pair in pairs]
    merged = merge(intervals)
    shuffled = intervals.copy()
    seed.shuffle(shuffled)

    assert minutes(merged) == len(cells(pairs))
    assert all(before.end < after.start for before, after in pairwise(merged))
    assert merge(shuffled) == merged
    assert merge(merged) == merged
    assert merge([*intervals, *merged]) == merged


@given(pairs=spans)
def test_clipping_keeps_what_is_within_the_window(pairs: list[tuple[int, int]]) -> None:
    """Never longer than the window, as many minutes as counted singly, and something for everybody who was there."""
    merged = merge(interval(*pair) for pair in pairs)
    clipped = clip(merged, WINDOW)

    assert minutes(clipped) == len(cells(pairs) & set(range(10, 70)))
    assert minutes(clipped) <= WINDOW.length.total_seconds() / 60
    assert all(WINDOW.start <= one.start <= one.end <= WINDOW.end for one in clipped)
    assert bool(clipped) == bool(merged)
    assert clip(clipped, WINDOW) == clipped


@given(people=st.lists(spans, max_size=6))
def test_the_peak_and_the_curve_are_those_of_a_count_by_minute(people: list[list[tuple[int, int]]]) -> None:
    """Both ends of an interval belong to it."""
    records = [
        presence(f"{person}-{number}", start, end, registrant=person + 1)
        for person, pairs in enumerate(people)
        for number, (start, end) in enumerate(pairs)
    ]
    attendees = merge_people(records, WINDOW)
    inside = [[(max(a, 10), min(b, 70)) for a, b in pairs if min(b, 70) > max(a, 10)] for pairs in people]
    present = {minute: sum(any(a <= minute <= b for a, b in pairs) for pairs in inside) for minute in range(10, 71)}
    most, when = peak_of(attendees)
    curve = curve_of(attendees, WINDOW)

    assert most == max(present.values())
    assert when == (next(at(minute) for minute, count in present.items() if count == most) if most else None)
    assert len(curve) == MAX_POINTS
    assert (curve[0].at, curve[-1].at) == (WINDOW.start, WINDOW.end)
    assert (curve[0].present, curve[-1].present) == (present[10], present[70])
    assert all(point.present <= most for point in curve)


@each_row(
    ("length", "points"),
    [(0, 0), (0.5, 2), (1, 2), (5, 6), (19, 20), (20, 20), (60, 20), (720, 20)],
)
def test_a_curve_has_at_most_twenty_points(length: float, points: int) -> None:
    """One a minute in a short webinar, none in one that was never live."""
    window = Window(at(0), at(length))

    assert len(curve_of(merge_people([presence("1", 0, length)], window), window)) == points
