"""The order of counts: near webinars most often, none starved, within the call budget."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.webinar import Audience, Status, Webinar
from bot.sync.count_order import (
    CALLS_A_MINUTE,
    FINAL_RETRY,
    INTERVAL,
    RELAXED,
    SHORT_INTERVAL,
    CallBudget,
    next_to_read,
)
from tests.support.rows import each_row
from tests.support.webinar_samples import MOMENTS, NOW, WEBINARS, registration, webinar

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TICK = timedelta(seconds=15)


def read(age: timedelta | None, session_id: str = "s1", ahead: timedelta = 3 * DAY, **figures: Any) -> Webinar:
    """Return a webinar that starts after `ahead` and whose count has this age, or was never read."""
    figure = None if age is None else registration(read_at=NOW - age, **figures)
    return webinar(session_id=session_id, start=NOW + ahead, registration=figure)


@each_row(
    ("one", "is_due"),
    [
        (read(None), True),
        (read(RELAXED.interval), True),
        (read(RELAXED.interval - MINUTE), False),
        (read(RELAXED.short_interval, ahead=HOUR), True),
        (read(RELAXED.short_interval - MINUTE, ahead=HOUR), False),
        (read(RELAXED.short_interval, count=80, limit=100), True),
    ],
)
def test_counts_are_read_less_often_while_webhooks_work(one: Webinar, *, is_due: bool) -> None:
    """A first count, and a final one, are read as always."""
    assert (next_to_read([one], NOW, pace=RELAXED) is not None) is is_due


@each_row(
    ("one", "is_due"),
    [
        (read(None), True),
        (read(INTERVAL), True),
        (read(INTERVAL - MINUTE), False),
        (read(SHORT_INTERVAL, ahead=DAY), True),
        (read(SHORT_INTERVAL, ahead=-MINUTE), True),
        (read(SHORT_INTERVAL, ahead=DAY + MINUTE), False),
        (read(SHORT_INTERVAL, count=80, limit=100), True),
        (read(SHORT_INTERVAL, count=79, limit=100), False),
        (read(SHORT_INTERVAL, count=100, limit=100, is_open=False), False),
        (read(SHORT_INTERVAL / 2, ahead=HOUR), False),
    ],
)
def test_figures_age_faster_where_they_matter_more(one: Webinar, is_due: bool) -> None:
    """Five minutes, or one within a day of the start and while few places are left."""
    assert next_to_read([one], NOW) == (one if is_due else None)


def test_only_what_can_be_counted_is_counted() -> None:
    """Not webinars without registration, canceled or counted after the end; an unknown audience is included."""
    done = webinar(status=Status.FINISHED, registration=registration(read_at=NOW), seen_at=NOW - MINUTE)
    never = webinar(audience=Audience.ANYONE), webinar(status=Status.CANCELED), done
    past = webinar(start=NOW - 9 * DAY)
    unknown, live = webinar(audience=None), webinar(start=NOW - HOUR, status=Status.ACTIVE)

    assert [next_to_read([one], NOW) for one in (*never, past)] == [None] * 4
    assert [next_to_read([one], NOW) for one in (unknown, live)] == [unknown, live]


@each_row(
    ("changes", "failed", "is_due"),
    [
        ({"status": Status.FINISHED}, None, True),
        ({"status": Status.FINISHED, "registration": registration(read_at=NOW - 2 * HOUR)}, None, True),
        ({"status": Status.FINISHED, "registration": registration(read_at=NOW - MINUTE)}, None, False),
        ({"status": Status.FINISHED, "seen_at": NOW - 8 * DAY}, None, False),
        ({"status": Status.FINISHED}, NOW - HOUR, False),
        ({"status": Status.FINISHED}, NOW - FINAL_RETRY, True),
        ({"status": Status.FINISHED, "start": NOW + HOUR}, None, True),  # ended before its planned end
        ({"registration": registration(read_at=NOW - 2 * DAY)}, None, True),  # never started
        ({"registration": registration(read_at=NOW - HOUR)}, None, False),
        ({"status": Status.FINISHED, "audience": Audience.ANYONE}, None, False),
        ({"status": Status.CANCELED}, None, False),
    ],
)
def test_last_count_is_read_after_the_end(changes: dict[str, Any], failed: datetime | None, is_due: bool) -> None:
    """Once the end was seen; not after a week, and not soon after a failure."""
    one = webinar(**{"start": NOW - DAY, "seen_at": NOW - HOUR, **changes})
    assert next_to_read([one], NOW, {"s1": failed} if failed else {}) == (one if is_due else None)


def test_nearest_is_first_of_what_has_waited_as_long() -> None:
    """Webinars never read come first."""
    far, near, old = read(None, "s1", 9 * DAY), read(None, "s2", 2 * DAY), read(9 * DAY, "s3", HOUR)
    same = [read(INTERVAL, "s4", 9 * DAY), read(INTERVAL, "s5", 2 * DAY)]

    assert next_to_read([old, far, near], NOW) == near
    assert next_to_read(same, NOW) == same[1]


def test_a_failed_read_waits_for_the_next_interval() -> None:
    """A webinar that cannot be read does not block the others."""
    stuck, other = read(None, "s1", HOUR), read(INTERVAL, "s2")

    assert next_to_read([stuck, other], NOW, {"s1": NOW}) == other
    assert next_to_read([stuck], NOW, {"s1": NOW}) is None
    assert next_to_read([stuck], NOW, {"s1": NOW - SHORT_INTERVAL}) == stuck


@settings(deadline=None)
@given(st.lists(WEBINARS, max_size=6), MOMENTS)
def test_any_choice_is_due(some: list[Webinar], now: datetime) -> None:
    """It is one of the candidates; right after all were read, there is none."""
    chosen = next_to_read(some, now)

    assert chosen is None or chosen in some
    fresh = [one.model_copy(update={"registration": registration(read_at=now)}) for one in some]
    assert next_to_read(fresh, now) is None


@settings(deadline=None)
@given(st.lists(st.integers(6, 20 * 24).map(lambda hours: hours * HOUR), min_size=1, max_size=40))
def test_none_is_starved(starts: list[timedelta]) -> None:
    """With one call per fifteen seconds, every webinar is read again within the sum of all intervals."""
    followed = {str(number): read(None, str(number), ahead) for number, ahead in enumerate(starts)}
    reads: dict[str, list[datetime]] = {key: [NOW] for key in followed}
    now = NOW
    # The first round is by the start alone; then each one's turns are a minute, or five.
    longest = INTERVAL + (1 + INTERVAL // SHORT_INTERVAL) * len(followed) * TICK
    while now < NOW + 2 * longest:
        now += TICK
        if chosen := next_to_read(followed.values(), now):
            reads[chosen.session_id].append(now)
            figure = registration(read_at=now)
            followed[chosen.session_id] = chosen.model_copy(update={"registration": figure})

    for moments in reads.values():
        waits = [later - sooner for sooner, later in zip(moments, [*moments[1:], now], strict=True)]
        assert max(waits) <= longest


def test_budget_is_per_sliding_minute() -> None:
    """Each call is available again a minute after it was spent; overspending delays the next call."""
    seconds = 0.0
    ration = CallBudget(monotonic=lambda: seconds)
    ration.spend()
    seconds = 30.0
    ration.spend(3)
    assert ration.left == 0
    seconds = 59.9
    assert ration.left == 0
    seconds = 60.0
    assert ration.left == 1
    ration.spend(CALLS_A_MINUTE)
    assert ration.left == 0
    seconds = 90.0
    assert ration.left == 0
    seconds = 120.0
    assert ration.left == CALLS_A_MINUTE
