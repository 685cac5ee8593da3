"""What should be said, when and where: always ahead, never twice, never in the same second, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.models import Notice, Status, Webinar
from bot.notices import HAND_OVER_BEFORE, REMINDERS, SHORTEST_LEAD, is_stale, misleads, plan, post_at
from tests.webinar_samples import MOMENTS, NOW, START, WEBINARS, webinar

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CHANNELS = st.lists(st.sampled_from(["C1", "C2", "C3"]), max_size=5)
LEADS = st.lists(st.timedeltas(MINUTE, timedelta(days=7)), max_size=5)
ZONES = st.sampled_from(["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
CHANGES = ["2026-03-08T02:30", "2026-11-01T01:30", "2026-03-29T02:30", "2026-10-25T02:30", "2026-04-05T01:45"]
"""Times of day that come twice, or never, in one of these zones."""
WALL = datetime.fromisoformat
LOCAL = st.sampled_from(CHANGES).map(WALL) | st.datetimes(WALL("2026-01-01"), WALL("2027-12-31"))
SCHEDULED = WEBINARS.map(lambda any_one: any_one.model_copy(update={"status": Status.SCHEDULED}))


def notice(before: timedelta = HOUR) -> Notice:
    """The reminder of an ordinary webinar, planned long before."""
    (planned,) = plan(webinar(), ["C1"], NOW, [before])
    return planned


def test_plan_of_an_ordinary_webinar() -> None:
    """A day, an hour and ten minutes before, each given to Slack a quarter of an hour earlier."""
    planned = plan(webinar(), ["C1"], NOW)

    assert [START - one.due_at for one in planned] == [DAY, HOUR, 10 * MINUTE]
    assert [one.due_at - one.hand_at for one in planned] == [HAND_OVER_BEFORE] * 3
    assert [START - one.expires_at for one in planned] == [DAY / 2, HOUR / 2, 5 * MINUTE]


@given(SCHEDULED, CHANNELS, MOMENTS, LEADS)
def test_plan_is_ahead_and_says_everything_once(
    any_one: Webinar, channels: list[str], now: datetime, leads: list[timedelta]
) -> None:
    """One for each channel and lead that is still to come, however they are given; none is for the past."""
    planned = plan(any_one, iter(channels), now, iter(leads))

    said = [(one.channel_id, one.before) for one in planned]
    ahead = {(channel, lead) for channel in channels for lead in leads if any_one.start - lead > now}
    assert set(said) == ahead
    assert len(said) == len(set(said))
    for one in planned:
        assert now < one.due_at < one.expires_at < one.start
        assert now <= one.hand_at < one.due_at
        assert one.due_at == one.start - one.before


@given(SCHEDULED, CHANNELS, MOMENTS, st.timedeltas(timedelta(), timedelta(days=40)))
def test_plan_made_later_adds_nothing(any_one: Webinar, channels: list[str], now: datetime, wait: timedelta) -> None:
    """Planned again at any time, it is the same plan without what has passed; and nothing of it is stale."""
    first, again = plan(any_one, channels, now), plan(any_one, channels, now + wait)

    assert plan(any_one, channels, now) == first
    identities = [_identity(one) for one in first if one.due_at > now + wait]
    assert [_identity(one) for one in again] == identities
    assert not any(is_stale(one, any_one, frozenset(channels)) for one in first)


@given(WEBINARS, CHANNELS, MOMENTS)
def test_plan_is_for_scheduled_webinars(any_one: Webinar, channels: list[str], now: datetime) -> None:
    """Nothing is to be said of one that has begun, is over or is cancelled."""
    assume(any_one.status is not Status.SCHEDULED)

    assert plan(any_one, channels, now) == []


@given(LOCAL, ZONES, st.sampled_from([0, 1]), CHANNELS)
def test_change_of_the_clocks_moves_nothing(wall: datetime, zone: str, fold: int, channels: list[str]) -> None:
    """A day before is 24 hours before, also where the night between is an hour longer; the zone does not matter."""
    start = wall.replace(tzinfo=ZoneInfo(zone), fold=fold)
    local, same = webinar(start=start), webinar(start=start.astimezone(UTC))
    now = same.start - timedelta(days=2)

    planned = plan(local, channels, now)

    assert planned == plan(same, channels, now)
    assert {one.start.timestamp() - one.due_at.timestamp() for one in planned} <= {
        lead.total_seconds() for lead in REMINDERS
    }
    assert not any(is_stale(one, local, frozenset(channels)) for one in planned)
    assert not any(misleads(one, local, now) for one in planned)


@given(WEBINARS, st.sampled_from([timedelta(), HOUR, -MINUTE]), st.sampled_from(Status), CHANNELS)
def test_notice_is_stale_when_it_would_be_untrue(
    any_one: Webinar, moved: timedelta, status: Status, left: list[str]
) -> None:
    """Another start, a session that is off, a channel without card; else it stands."""
    (planned,) = plan(any_one.model_copy(update={"status": Status.SCHEDULED}), ["C1"], any_one.start - DAY, [HOUR])
    now_so = any_one.model_copy(update={"start": any_one.start + moved, "status": status})

    off = status in (Status.CANCELLED, Status.FINISHED)
    assert is_stale(planned, now_so, frozenset(left)) == (off or bool(moved) or "C1" not in left)


@given(st.timedeltas(MINUTE, timedelta(days=2)), st.timedeltas(-DAY, DAY), st.frozensets(st.integers(-5, 60)))
def test_second_of_a_reminder(before: timedelta, late: timedelta, offsets: frozenset[int]) -> None:
    """Never before it is due, in the past, or taken; none at all when it is no longer worth saying."""
    planned = notice(before)
    now = planned.due_at + late
    taken = frozenset(int(planned.due_at.timestamp()) + offset for offset in offsets)

    second = post_at(planned, now, taken)

    earliest = max(planned.due_at, now + SHORTEST_LEAD).timestamp()
    first = next(n for n in range(int(earliest), int(earliest) + 100) if n >= earliest and n not in taken)
    assert second == (first if first < planned.expires_at.timestamp() else None)


@given(st.integers(1, 40), st.timedeltas(-DAY, 25 * MINUTE))
def test_many_reminders_of_one_channel_never_share_a_second(count: int, late: timedelta) -> None:
    """They follow each other second by second, from when they are due or from now on."""
    taken: set[int] = set()
    for _ in range(count):
        second = post_at(notice(), START - HOUR + late, frozenset(taken))
        assert second is not None
        assert second not in taken
        taken.add(second)
    assert max(taken) - min(taken) == count - 1


def test_posted_reminder_misleads_only_while_its_start_is_ahead() -> None:
    """Moved or cancelled before that, people must be told; afterwards, or where it took place, they need not."""
    spoken = notice()
    moved, cancelled = webinar(start=START + HOUR), webinar(status=Status.CANCELLED)

    assert [misleads(spoken, one, START - MINUTE) for one in (moved, cancelled)] == [True, True]
    assert [misleads(spoken, one, START) for one in (moved, cancelled)] == [False, False]
    for status in (Status.SCHEDULED, Status.ACTIVE, Status.FINISHED):
        assert not misleads(spoken, webinar(status=status), START - MINUTE)


def _identity(planned: Notice) -> tuple[object, ...]:
    return planned.account, planned.session_id, planned.kind, planned.channel_id, planned.start, planned.before
