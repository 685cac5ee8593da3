"""What to read because of hints, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.providers.events import EventHint, EventTopic
from bot.sync.webhooks.hint_rules import HintTiming, next_read, reads_of, retry_at

TIMING = HintTiming()
NOW = datetime(2031, 3, 4, 15, 0, tzinfo=UTC)
SESSIONS = {"61": {"61"}, "51": {"61"}, "62": {"62"}, "71": {"62"}}


def at(seconds: float) -> datetime:
    """A time after the start."""
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("topic", "ids", "registrations", "is_list", "listed"),
    [
        (EventTopic.REGISTRATION, {"61", "51", "99"}, {"61"}, False, set()),
        (EventTopic.REGISTRATION, {"71"}, {"62"}, False, set()),
        (EventTopic.REGISTRATION, {"99"}, set(), True, set()),
        (EventTopic.REGISTRATION, set(), set(), True, set()),
        (EventTopic.SESSIONS, {"61"}, set(), True, {"61"}),
        (EventTopic.SESSIONS, {"99"}, set(), True, set()),
        (EventTopic.UNKNOWN, {"61"}, {"61"}, True, {"61"}),
        (EventTopic.UNKNOWN, set(), set(), True, set()),
    ],
)
def test_one_hint_has_one_thing_read(
    topic: EventTopic, ids: set[str], registrations: set[str], is_list: bool, listed: set[str]
) -> None:
    """A registration alone if its session is known; the list otherwise, because the session may be new."""
    reads = reads_of([EventHint(topic, frozenset(ids))], SESSIONS)
    assert (reads.registrations, reads.is_list, reads.listed) == (registrations, is_list, listed)


@pytest.mark.parametrize(
    ("topic", "event_id", "may_be_new", "registrations", "events"),
    [
        (EventTopic.REGISTRATION, "51", True, {"61"}, set()),
        (EventTopic.REGISTRATION, "99", True, set(), {"99"}),
        (EventTopic.SESSIONS, "51", False, set(), {"51"}),
        (EventTopic.SESSIONS, "99", True, set(), {"99"}),
        (EventTopic.SESSIONS, "99", False, set(), set()),
        (EventTopic.PRESENCE, "51", False, set(), {"51"}),
        (EventTopic.PRESENCE, "62", False, set(), set()),
        (EventTopic.PRESENCE, "99", False, set(), set()),
        (EventTopic.NOTHING, "", False, set(), set()),
    ],
)
def test_a_webinar_that_can_be_read_by_itself_needs_no_list(
    topic: EventTopic, event_id: str, may_be_new: bool, registrations: set[str], events: set[str]
) -> None:
    """It is read if it is known or may be new; who joins has it read until it is known to have started."""
    hint = EventHint(topic, frozenset({event_id} - {""}), event_id=event_id, may_be_new=may_be_new)
    reads = reads_of([hint, hint], SESSIONS, waiting={"61"})
    assert (reads.registrations, reads.events, reads.is_list) == (registrations, events, False)
    assert reads.subjects == [*registrations, *(f"event:{one}" for one in events)]


def test_many_hints_of_a_session_have_it_read_once() -> None:
    """However many there are, and in whatever order."""
    hints = [EventHint(EventTopic.REGISTRATION, frozenset({"61", str(number)})) for number in range(1000, 2000)]
    assert reads_of([*hints, *reversed(hints)], SESSIONS).registrations == {"61"}


def test_one_delivery_has_few_registrations_read() -> None:
    """It is at most a hint: it must not use up the calls of everybody."""
    sessions = {str(number): {str(number)} for number in range(50)}
    assert len(reads_of([EventHint(EventTopic.REGISTRATION, frozenset(sessions))], sessions).registrations) == 10


def test_a_read_follows_the_first_hint_and_keeps_its_distance() -> None:
    """Three seconds after a hint, eight after the last read, twenty once the storm is long."""
    assert next_read(TIMING, NOW, None, 0) == at(3)
    assert next_read(TIMING, NOW, at(-100), 0) == at(3)
    assert next_read(TIMING, NOW, at(-1), 1) == at(7)
    assert next_read(TIMING, NOW, at(-7), 1) == at(3)
    assert next_read(TIMING, NOW, at(-1), 2) == at(19)


@pytest.mark.parametrize(("seconds", "expected"), [(10, [3, 11]), (60, [3, 11, 31, 51, 71])])
def test_a_storm_has_few_reads(seconds: int, expected: list[float]) -> None:
    """Two in ten seconds, then three a minute; the last one is after the last hint."""
    reads: list[float] = []
    due: datetime | None = None
    for tick in range(seconds * 10 + 300):
        now = at(tick / 10)
        is_hint = tick < seconds * 10
        if due is not None and now >= due:
            reads.append(tick / 10)
            due = None
        if is_hint and due is None:
            due = next_read(TIMING, now, at(reads[-1]) if reads else None, len(reads))
    assert [round(one) for one in reads] == expected


def test_a_failed_read_is_repeated_a_few_times() -> None:
    """Then the poller reads sooner or later."""
    assert retry_at(TIMING, NOW, 1) == at(10)
    assert retry_at(TIMING, NOW, 3) == at(40)
    assert retry_at(TIMING, NOW, TIMING.max_tries) is None


def test_a_hint_outlasts_an_outage_of_half_an_hour() -> None:
    """With few reads: the waits grow up to five minutes."""
    now = NOW
    for tries in range(1, TIMING.max_tries):
        after = retry_at(TIMING, now, tries)
        assert after is not None
        assert after - now <= timedelta(minutes=5)
        now = after
    assert now - NOW > timedelta(minutes=30)
