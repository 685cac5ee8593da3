"""Rules of delivery: batching, seconds, Slack's limits, quiet hours and intervals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notices.model import DeliveryMethod, NoticeFacts, NoticeKind
from bot.notices.quiet_hours import ChannelHours
from bot.notices.schedule import (
    CHANGE_SEEN_WITHIN,
    LATE,
    MAX_PER_WINDOW,
    MIN_SCHEDULE_DELAY,
    NORMAL_LOAD,
    SCHEDULE_AHEAD,
    WINDOW_S,
    ChannelActivity,
    batch_key,
    confirmed_at,
    delivery_method,
    from_unix,
    is_direct,
    is_late,
    post_at,
    postponed_until,
    schedulable_at,
    superseded,
)
from tests.support.db_samples import HOUR, notice
from tests.support.rows import each_row
from tests.support.webinar_samples import ACCOUNT, NOW, START

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
NIGHT = ChannelHours(
    workspace=ACCOUNT.workspace,
    channel_id="C1",
    quiet_from=NOW.hour * 60,
    quiet_to=NOW.hour * 60 + 60,
    set_by="U1",
    set_at=NOW,
)
MORNING = NOW.replace(minute=0) + HOUR


@each_row(
    ("crowd", "channel", "ahead"),
    [
        (0, "C1", SCHEDULE_AHEAD),
        (NORMAL_LOAD, "C1", SCHEDULE_AHEAD),
        (2 * NORMAL_LOAD, "C1", 2 * SCHEDULE_AHEAD),
        (10_000, "C1", 20 * SCHEDULE_AHEAD),
        (2000, "D1", 4 * SCHEDULE_AHEAD),
        (2001, "D1", timedelta()),
        (2001, "U1", timedelta()),
        (2001, "W1", timedelta()),  # a user of an Enterprise Grid
    ],
)
def test_large_load_is_scheduled_earlier(crowd: int, channel: str, ahead: timedelta) -> None:
    """So that 50 calls a minute suffice; a very large load of DMs is posted in its minute."""
    assert START - schedulable_at(START, crowd, channel) == ahead
    assert is_direct(channel) is (channel[0] != "C")


@pytest.mark.parametrize(
    ("kind", "channel", "ahead", "goes"),
    [
        (NoticeKind.REMINDER, "C1", SCHEDULE_AHEAD, DeliveryMethod.SCHEDULED),
        (NoticeKind.STARTING, "D1", SECOND, DeliveryMethod.SCHEDULED),
        (NoticeKind.REMINDER, "D1", timedelta(), DeliveryMethod.IMMEDIATE),
        (NoticeKind.REMINDER, "C1", timedelta(), DeliveryMethod.SCHEDULED),
        (NoticeKind.FULL, "C1", SCHEDULE_AHEAD, DeliveryMethod.IMMEDIATE),
    ],
)
def test_reminders_are_scheduled_except_a_large_load_of_dms(
    kind: NoticeKind, channel: str, ahead: timedelta, goes: DeliveryMethod
) -> None:
    """Alerts are posted; so is a DM that may not be scheduled before it is due."""
    assert delivery_method(notice(kind=kind, channel_id=channel, due_at=START, schedulable_at=START - ahead)) is goes


def test_bundle_is_a_channels_minute() -> None:
    """Notices of one minute share a message; late ones share another."""
    due = NOW.replace(second=7) + 5 * MINUTE
    here = notice(due_at=due)
    assert batch_key(here, NOW) == batch_key(notice(due_at=due + 52 * SECOND, session_id="s2"), NOW)
    assert batch_key(here, NOW) != batch_key(notice(due_at=due + 53 * SECOND), NOW)
    assert batch_key(here, NOW) != batch_key(notice(due_at=due, channel_id="C2"), NOW)
    late = due + 2 * MINUTE - MIN_SCHEDULE_DELAY
    assert [batch_key(here, moment)[2] == LATE for moment in (late, late + SECOND)] == [False, True]
    assert [is_late(due, due + wait) for wait in (2 * MINUTE, 2 * MINUTE + SECOND)] == [False, True]


def test_late_reminders_of_one_session_are_reduced_to_one() -> None:
    """The late notice nearest to the start wins; the start notice is nearer than any reminder."""
    day, hour = notice(offset=24 * HOUR), notice()
    starting = notice(session_id="s2", kind=NoticeKind.STARTING, offset=timedelta())
    reminder = notice(session_id="s2")
    assert superseded([day, hour, starting, reminder]) == [day, reminder]


@given(st.integers(-1000, 1000), st.sets(st.integers(-400, 400)))
def test_second_is_the_first_that_is_free(offset: int, taken: set[int]) -> None:
    """The due second or now, never a taken one, never beyond 30 in five minutes."""
    due = NOW + offset * SECOND / 2
    busy = {int(NOW.timestamp()) + each for each in taken}
    second = post_at(due, NOW, busy)
    earliest = max(due, NOW + MIN_SCHEDULE_DELAY)
    assert from_unix(second) >= earliest
    assert second not in busy
    assert sum(abs(each - second) < WINDOW_S for each in busy) < MAX_PER_WINDOW
    if not busy:
        assert from_unix(second) - earliest < SECOND


@pytest.mark.parametrize(
    ("taken", "later"),
    [
        (range(1), 1),
        (range(-29, 0), 0),
        (range(-30, 0), WINDOW_S - 30),
        (range(1, 30), 0),
        (range(1, 31), WINDOW_S + 1),
        (range(-15, 16), WINDOW_S - 14),
        (range(-50 * WINDOW_S, 0, WINDOW_S), 0),
    ],
)
def test_second_is_the_next_around_which_slack_has_room(taken: Iterable[int], later: int) -> None:
    """Slack accepts thirty in the five minutes before or after; one more is refused."""
    due = (NOW + HOUR).replace(microsecond=0)
    second = int(due.timestamp())
    assert post_at(due, NOW, [second + each for each in taken]) == second + later


def test_scheduled_message_is_final_later_or_at_the_start() -> None:
    """But not before it was posted."""
    second = int(NOW.timestamp())
    assert confirmed_at(second, [START]) == NOW + CHANGE_SEEN_WITHIN
    assert confirmed_at(second, [NOW + MINUTE, NOW + 2 * MINUTE]) == NOW + 2 * MINUTE
    assert confirmed_at(second, [NOW - MINUTE]) == NOW


@each_row(
    ("kind", "urgent", "channel", "until"),
    [
        (NoticeKind.FULL, False, ChannelActivity(), None),
        (NoticeKind.FULL, False, ChannelActivity(posted_at=int(NOW.timestamp()) - 59), NOW + SECOND),
        (NoticeKind.FULL, False, ChannelActivity(posted_at=int(NOW.timestamp()) - 60), None),
        (NoticeKind.FULL, True, ChannelActivity(posted_at=int(NOW.timestamp()) - 59), NOW + SECOND),
        (NoticeKind.FULL, False, ChannelActivity(hours=NIGHT), MORNING),
        (NoticeKind.FULL, True, ChannelActivity(hours=NIGHT), None),
        (NoticeKind.CORRECTION, False, ChannelActivity(hours=NIGHT), None),
        (NoticeKind.REMINDER, False, ChannelActivity(int(NOW.timestamp()), NIGHT, NOW + HOUR), None),
        (NoticeKind.FULL, False, ChannelActivity(withdrawing_until=NOW + MINUTE), None),
        (NoticeKind.MOVED, False, ChannelActivity(withdrawing_until=NOW + MINUTE), NOW + MINUTE),
        (
            NoticeKind.CANCELED,
            False,
            ChannelActivity(withdrawing_until=datetime(1970, 1, 1, tzinfo=UTC)),
            NOW + 2 * SECOND,
        ),
        (NoticeKind.MOVED, False, ChannelActivity(int(NOW.timestamp()), NIGHT, NOW + MINUTE), MORNING),
    ],
)
def test_channel_is_spoken_to_when_it_may_be(
    kind: NoticeKind, urgent: bool, channel: ChannelActivity, until: datetime | None
) -> None:
    """Posts wait for the interval, quiet hours and pending withdrawals; reminders never wait."""
    assert postponed_until(notice(kind=kind, facts=NoticeFacts(urgent=urgent)), NOW, channel) == until
