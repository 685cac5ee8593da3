"""Rules for notices: planned ahead, once per channel and offset, and expired in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.webinar import Status, Webinar
from bot.notices.model import FEATURE_BY_KIND, TIMED, Feature, Notice, NoticeKind
from bot.notices.rules import (
    DEFAULT_OFFSETS,
    EXPIRY,
    REQUIRED_STATUS,
    ExpiryBasis,
    expires_at,
    is_misleading,
    is_stale,
    plan,
)
from bot.notices.schedule import SCHEDULE_AHEAD
from bot.notices.subscriptions.model import ChannelFeatures
from tests.support.rows import each_row
from tests.support.webinar_samples import MOMENTS, NOW, START, WEBINARS, registration, webinar

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EVERYTHING = frozenset(Feature)
HEARINGS = st.lists(
    st.builds(
        ChannelFeatures,
        channel_id=st.sampled_from(["C1", "C2", "D3"]),
        features=st.frozensets(st.sampled_from(Feature)),
        offsets=st.none()
        | st.lists(st.integers(0, 7 * 86400).map(lambda s: timedelta(seconds=s)), max_size=5).map(tuple),
    ),
    max_size=3,
    unique_by=lambda one: one.channel_id,
)
ZONES = st.sampled_from(["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
CHANGES = ["2026-03-08T02:30", "2026-11-01T01:30", "2026-03-29T02:30", "2026-10-25T02:30", "2026-04-05T01:45"]
"""Times of day that are repeated or skipped in one of these zones."""
WALL = datetime.fromisoformat
LOCAL = st.sampled_from(CHANGES).map(WALL) | st.datetimes(WALL("2026-01-01"), WALL("2027-12-31"))
ON = (Status.SCHEDULED, Status.ACTIVE)


def channel_features(
    *features: Feature, channel: str = "C1", offsets: tuple[timedelta, ...] | None = None
) -> ChannelFeatures:
    """The features of #launch: all of them if none are named."""
    return ChannelFeatures(channel_id=channel, features=frozenset(features) or EVERYTHING, offsets=offsets)


def reminder(before: timedelta = HOUR) -> Notice:
    """The reminder of an ordinary webinar, planned long before."""
    (planned,) = plan(webinar(), [channel_features(Feature.REMINDERS, offsets=(before,))], NOW)
    return planned


def notice(kind: NoticeKind, channel: str = "C1") -> Notice:
    """A notice about an ordinary webinar."""
    facts = {"account": webinar().account, "session_id": "s1", "channel_id": channel, "start": START}
    return Notice(kind=kind, due_at=NOW, schedulable_at=NOW, expires_at=START, **facts)


def test_plan_of_an_ordinary_webinar() -> None:
    """Reminders 1 d, 1 h and 10 min before, each schedulable 15 minutes earlier, then the start notice."""
    planned = plan(webinar(), [channel_features()], NOW)

    assert [one.kind for one in planned] == [NoticeKind.REMINDER] * 3 + [NoticeKind.STARTING]
    assert [START - one.due_at for one in planned] == [DAY, HOUR, 10 * MINUTE, timedelta()]
    assert [one.due_at - one.schedulable_at for one in planned] == [SCHEDULE_AHEAD] * 4
    assert [START - one.expires_at for one in planned] == [DAY / 2, HOUR / 2, 5 * MINUTE, -5 * MINUTE]


def test_a_reminder_that_is_due_now_is_not_planned() -> None:
    """Only those whose time is still to come."""
    planned = plan(webinar(), [channel_features()], START - HOUR)
    assert [START - one.due_at for one in planned if one.kind is NoticeKind.REMINDER] == [10 * MINUTE]


def test_channels_use_their_offsets() -> None:
    """A channel's own offsets, the workspace's, or none; the start notice only with the feature `live`."""
    channels = [
        channel_features(Feature.REMINDERS, channel="C1", offsets=(HOUR, 5 * MINUTE)),
        channel_features(Feature.REMINDERS, Feature.LIVE, channel="C2"),
        channel_features(Feature.REMINDERS, channel="C3", offsets=()),
        channel_features(Feature.CHANGES, channel="C4"),
    ]

    planned = plan(webinar(), channels, NOW, default_offsets=[2 * HOUR])

    assert [(one.channel_id, one.kind, one.offset) for one in planned] == [
        ("C2", NoticeKind.REMINDER, 2 * HOUR),
        ("C1", NoticeKind.REMINDER, HOUR),
        ("C1", NoticeKind.REMINDER, 5 * MINUTE),
        ("C2", NoticeKind.STARTING, timedelta()),
    ]


def test_offset_of_zero_is_no_reminder() -> None:
    """An offset of zero is not a reminder; the start notice has a feature of its own."""
    assert plan(webinar(), [channel_features(Feature.REMINDERS, offsets=(timedelta(),))], NOW) == []


@given(WEBINARS, HEARINGS, MOMENTS, st.lists(st.timedeltas(MINUTE, timedelta(days=7)), max_size=4))
def test_plan_is_in_the_future_and_unique(
    any_one: Webinar, channels: list[ChannelFeatures], now: datetime, defaults: list[timedelta]
) -> None:
    """One notice per channel and future offset, in whatever order they are given; none for the past."""
    planned = plan(any_one, iter(channels), now, defaults)

    offsets_by_channel = {
        (subscribed.channel_id, offset)
        for subscribed in channels
        for offset in (*(defaults if subscribed.offsets is None else subscribed.offsets), timedelta())
        if (Feature.REMINDERS if offset else Feature.LIVE) in subscribed.features
    }
    ahead = {(channel, offset) for channel, offset in offsets_by_channel if any_one.start - offset > now}
    expected = [(one.channel_id, one.offset) for one in planned]
    assert set(expected) == (ahead if any_one.status in ON else set())
    assert len(expected) == len(set(expected))
    for one in planned:
        assert now < one.due_at < one.expires_at
        assert now <= one.schedulable_at < one.due_at
        assert one.due_at == one.start - one.offset
        assert one.expires_at == expires_at(one.kind, any_one, offset=one.offset)
        assert one.kind is (NoticeKind.REMINDER if one.offset else NoticeKind.STARTING)


@given(WEBINARS, HEARINGS, MOMENTS, st.timedeltas(timedelta(), timedelta(days=40)))
def test_later_plan_adds_nothing(
    any_one: Webinar, channels: list[ChannelFeatures], now: datetime, wait: timedelta
) -> None:
    """Planning again later gives the same plan without past notices; none of it is stale."""
    first, again = plan(any_one, channels, now), plan(any_one, channels, now + wait)

    assert plan(any_one, channels, now) == first
    assert [_identity(one) for one in again] == [_identity(one) for one in first if one.due_at > now + wait]
    assert not any(is_stale(one, any_one, channels) for one in first)


@given(LOCAL, ZONES, st.sampled_from([0, 1]), HEARINGS)
def test_daylight_saving_moves_nothing(wall: datetime, zone: str, fold: int, channels: list[ChannelFeatures]) -> None:
    """One day before is 24 hours before, across daylight saving changes and in any zone."""
    start = wall.replace(tzinfo=ZoneInfo(zone), fold=fold)
    local, same = webinar(start=start), webinar(start=start.astimezone(UTC))
    now = same.start - timedelta(days=8)

    planned = plan(local, channels, now)

    assert planned == plan(same, channels, now)
    waits = [one.start.timestamp() - one.due_at.timestamp() for one in planned]
    assert waits == [one.offset.total_seconds() for one in planned]
    assert not any(is_stale(one, local, channels) for one in planned)
    assert not any(is_misleading(one, local, now) for one in planned)


@given(st.sampled_from([timedelta(), HOUR, -MINUTE]), st.sampled_from(Status), HEARINGS)
def test_reminder_is_stale_when_wrong_or_unsubscribed(
    moved: timedelta, status: Status, left: list[ChannelFeatures]
) -> None:
    """Stale after a move, a cancellation, or a change of the channel's offsets; otherwise valid."""
    now_so = webinar(start=START + moved, status=status)

    wanted = {(one.channel_id, one.offset) for one in plan(now_so, left, NOW, DEFAULT_OFFSETS)}
    assert is_stale(reminder(), now_so, left, DEFAULT_OFFSETS) == (bool(moved) or ("C1", HOUR) not in wanted)


@each_row("kind", sorted(FEATURE_BY_KIND))
def test_unsubscribed_notice_is_stale(kind: NoticeKind) -> None:
    """Stale if the channel is muted or has other features, for every kind with a feature."""
    closed = registration(is_open=False)  # as a freed seat needs
    true_of = webinar(status=REQUIRED_STATUS.get(kind, Status.SCHEDULED), registration=closed)
    planned = reminder() if kind is NoticeKind.REMINDER else notice(kind)

    assert not is_stale(planned, true_of, [channel_features()])
    for subscribed in (
        [],
        [channel_features(channel="C2")],
        [channel_features(*(EVERYTHING - {FEATURE_BY_KIND[kind]}))],
    ):
        assert is_stale(planned, true_of, subscribed)


@pytest.mark.parametrize("status", Status)
def test_ended_webinar_keeps_only_its_last_notice(status: Status) -> None:
    """After quiet hours, notices may be stale by the webinar's status; events of an upcoming one are not."""
    kinds = [kind for kind in FEATURE_BY_KIND if kind not in TIMED]

    one = webinar(status=status, registration=registration(is_open=False))
    expected = [kind for kind in kinds if not is_stale(notice(kind), one, [channel_features()])]

    to_come = set(kinds) - {NoticeKind.LIVE, NoticeKind.ENDED, NoticeKind.RESULTS, NoticeKind.CANCELED}
    assert (
        set(expected)
        == {
            Status.SCHEDULED: to_come,
            Status.ACTIVE: to_come | {NoticeKind.LIVE},
            Status.FINISHED: {NoticeKind.ENDED, NoticeKind.RESULTS},
            Status.CANCELED: {NoticeKind.CANCELED},
        }[status]
    )


def test_organizer_gets_filling_without_a_subscription() -> None:
    """Notices that need no subscription are never stale."""
    for planned in (
        notice(NoticeKind.FILLING, "U1"),
        notice(NoticeKind.CORRECTION),
        notice(NoticeKind.CHANNEL_LOST, "U2"),
    ):
        assert not is_stale(planned, webinar(), [])
    over = webinar(status=Status.FINISHED)
    assert [is_stale(notice(NoticeKind.RESULTS, user), over, []) for user in ("U1", "U2")] == [False, True]
    assert is_stale(notice(NoticeKind.FILLING, "U2"), webinar(), [])


def test_a_freed_seat_is_news_only_while_registration_is_closed() -> None:
    """Not once it is open again, or full again."""
    freed = notice(NoticeKind.FREED, "U1")
    for stale, read in (
        (False, registration(limit=4, is_open=False)),
        (True, registration(limit=4)),
        (True, registration(limit=3, is_open=False)),
    ):
        assert is_stale(freed, webinar(registration=read), []) is stale


def test_posted_reminder_misleads_only_before_the_start() -> None:
    """A posted reminder misleads if the webinar was moved or canceled before its start."""
    spoken = reminder()
    (starting,) = plan(webinar(), [channel_features(Feature.LIVE)], NOW)
    off = [webinar(start=START + HOUR), webinar(status=Status.CANCELED)]

    assert [is_misleading(spoken, one, START - MINUTE) for one in off] == [True, True]
    assert [is_misleading(spoken, one, START) for one in off] == [False, False]
    assert [is_misleading(starting, one, START + MINUTE) for one in off] == [True, True]
    assert [is_misleading(starting, one, START + 5 * MINUTE) for one in off] == [False, False]
    for status in (Status.SCHEDULED, Status.ACTIVE, Status.FINISHED):
        assert not is_misleading(spoken, webinar(status=status), START - MINUTE)


def test_every_kind_has_an_expiry() -> None:
    """Every kind has an expiry, as documented, and a replacement."""
    assert set(EXPIRY) == set(NoticeKind)
    assert all(expiry.replacement for expiry in EXPIRY.values())
    one = webinar()
    until = {
        kind: expires_at(kind, one, offset=HOUR, moment=NOW) - START
        for kind in NoticeKind
        if EXPIRY[kind].basis is not ExpiryBasis.MOMENT
    }
    assert until == {
        NoticeKind.REMINDER: -HOUR / 2,
        NoticeKind.STARTING: 5 * MINUTE,
        NoticeKind.LIVE: 45 * MINUTE,
        NoticeKind.ENDED: 45 * MINUTE + 12 * HOUR,
        NoticeKind.CANCELED: 45 * MINUTE,
        **dict.fromkeys([NoticeKind.FULL, NoticeKind.CLOSED, NoticeKind.OPENED, NoticeKind.FILLING], timedelta()),
        NoticeKind.FREED: timedelta(),
        **dict.fromkeys([NoticeKind.MOVED, NoticeKind.RETITLED], timedelta()),
    }


def test_expiry_from_a_moment_needs_no_webinar() -> None:
    """Kinds counted from a moment need no webinar; a missing moment or webinar is an error."""
    of = [NoticeKind.REGISTRATIONS, NoticeKind.CORRECTION, NoticeKind.DIGEST, NoticeKind.CHANNEL_LOST]
    assert [expires_at(kind, None, moment=NOW) - NOW for kind in of] == [DAY, timedelta(), 12 * HOUR, 7 * DAY]
    assert expires_at(NoticeKind.RESULTS, None, moment=NOW) == NOW + 2 * DAY
    with pytest.raises(ValueError, match="needs a moment"):
        expires_at(NoticeKind.DIGEST, webinar())
    with pytest.raises(ValueError, match="needs a webinar"):
        expires_at(NoticeKind.MOVED, None)


def _identity(planned: Notice) -> tuple[object, ...]:
    return planned.account, planned.session_id, planned.kind, planned.channel_id, planned.start, planned.offset
