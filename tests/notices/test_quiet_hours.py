"""A channel's hours: quiet hours across midnight and DST changes, one digest per local day, zones by name."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.notices.quiet_hours import (
    DAY,
    ChannelHours,
    DigestPace,
    last_digest_time,
    parse_time_zone,
    quiet_until,
    to_instant,
)
from tests.support.rows import each_row
from tests.support.webinar_samples import ACCOUNT, NOW

MADRID = "Europe/Madrid"
SOUTH = "Australia/Lord_Howe"  # half an hour of summer time, in the other half of the year
SAMOA = "Pacific/Apia"  # skipped 30 December 2011 altogether
ZONES = [MADRID, "America/New_York", "Asia/Kathmandu", "Africa/Cairo", SOUTH, SAMOA, "UTC"]


def hours(zone: str = MADRID, **changes: object) -> ChannelHours:
    """The hours of #launch."""
    facts = {"workspace": ACCOUNT.workspace, "channel_id": "C1", "time_zone": zone, "set_by": "U1", "set_at": NOW}
    return ChannelHours.model_validate(facts | changes)


def at(local: str, zone: str = MADRID) -> datetime:
    """A wall time of a zone (the first of two) as an instant."""
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


NIGHT = hours(quiet_from=22 * 60, quiet_to=8 * 60)
LUNCH = hours(quiet_from=12 * 60, quiet_to=13 * 60)


@each_row(
    ("setting", "now", "until"),
    [
        (NIGHT, "2026-03-10T21:59:59", None),
        (NIGHT, "2026-03-10T22:00", "2026-03-11T08:00"),
        (NIGHT, "2026-03-11T00:00", "2026-03-11T08:00"),
        (NIGHT, "2026-03-11T07:59:59", "2026-03-11T08:00"),
        (NIGHT, "2026-03-11T08:00", None),
        (LUNCH, "2026-03-11T11:59", None),
        (LUNCH, "2026-03-11T12:30", "2026-03-11T13:00"),
        (LUNCH, "2026-03-11T23:30", None),
        (hours(quiet_from=0, quiet_to=60), "2026-03-11T00:00", "2026-03-11T01:00"),
        (hours(quiet_from=23 * 60, quiet_to=0), "2026-03-11T23:30", "2026-03-12T00:00"),
        (hours(quiet_from=600, quiet_to=600), "2026-03-11T10:00", None),
        (hours(quiet_from=600), "2026-03-11T10:00", None),
        (hours(quiet_to=600), "2026-03-11T09:00", None),
    ],
)
def test_quiet_hours_end_at_wall_time(setting: ChannelHours, now: str, until: str | None) -> None:
    """They may span midnight; the begin is included, the end is not."""
    assert quiet_until(setting, at(now)) == (at(until) if until else None)


def test_channel_without_hours_is_never_quiet() -> None:
    """An unknown zone falls back to UTC."""
    assert quiet_until(None, NOW) is None
    gone = hours("Mars/Base", quiet_from=12 * 60, quiet_to=13 * 60)
    assert quiet_until(gone, at("2026-03-11T12:30", "UTC")) == at("2026-03-11T13:00", "UTC")


def test_quiet_hours_use_the_channels_zone() -> None:
    """Quiet hours are an hour shorter or longer in the night of a DST change."""
    begins, ends = at("2026-03-28T22:00"), at("2026-03-29T08:00")
    assert (quiet_until(NIGHT, begins), ends - begins) == (ends, timedelta(hours=9))
    begins, ends = at("2026-10-24T22:00"), at("2026-10-25T08:00")
    assert (quiet_until(NIGHT, begins), ends - begins) == (ends, timedelta(hours=11))


def test_end_that_the_clocks_skip_or_repeat_is_one_moment() -> None:
    """A skipped end comes an hour later; a repeated one is the first."""
    early = hours(quiet_from=22 * 60, quiet_to=2 * 60 + 30)
    assert quiet_until(early, at("2026-03-29T01:59")) == at("2026-03-29T03:30")
    assert quiet_until(early, at("2026-10-25T02:29")) == at("2026-10-25T02:30")
    assert quiet_until(early, at("2026-10-25T02:30")) is None
    assert quiet_until(early, at("2026-10-25T02:15") + timedelta(hours=1)) is None


@settings(deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    begins=st.integers(0, 1439),
    ends=st.integers(0, 1439),
    now=st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zone is given
)
def test_quiet_never_lasts_longer_than_a_day_and_really_ends(zone: str, begins: int, ends: int, now: datetime) -> None:
    """At its end nothing is quiet, unless the end and the next beginning are close by a change of the clocks."""
    setting = hours(zone, quiet_from=begins, quiet_to=ends)
    until = quiet_until(setting, now)
    if until is not None:
        assert now < until <= now + DAY + timedelta(hours=25)
        after = quiet_until(setting, until)
        assert after is None or after > until


@pytest.mark.parametrize(
    ("changes", "now", "slot"),
    [
        ({"digest": DigestPace.DAILY}, "2026-03-11T09:00", "2026-03-11T09:00"),
        ({"digest": DigestPace.DAILY}, "2026-03-11T08:59", "2026-03-10T09:00"),
        ({"digest": DigestPace.WEEKLY}, "2026-03-09T09:00", "2026-03-09T09:00"),  # a Monday
        ({"digest": DigestPace.WEEKLY}, "2026-03-09T08:59", "2026-03-02T09:00"),
        ({"digest": DigestPace.WEEKLY, "digest_day": 6}, "2026-03-14T23:59", "2026-03-08T09:00"),
        ({"digest": DigestPace.DAILY, "digest_at": 0}, "2026-03-11T00:00", "2026-03-11T00:00"),
        ({"digest": DigestPace.DAILY, "digest_at": 1439}, "2026-03-11T23:58", "2026-03-10T23:59"),
    ],
)
def test_digest_time_is_the_latest_past_one(changes: dict[str, object], now: str, slot: str) -> None:
    """At its very moment it has come."""
    assert last_digest_time(hours(MADRID, **changes), at(now)) == at(slot)


def test_no_digest_no_slot() -> None:
    """A channel without a digest has no digest time."""
    assert last_digest_time(hours(), NOW) is None


@pytest.mark.parametrize(
    ("day", "slot"),
    [
        ("2026-03-28", "2026-03-28T02:30"),
        ("2026-03-29", "2026-03-29T03:30"),  # skipped: an hour later by the wall
        ("2026-03-30", "2026-03-30T02:30"),
        ("2026-10-25", "2026-10-25T02:30"),  # shown twice: the first
        ("2026-10-26", "2026-10-26T02:30"),
    ],
)
def test_skipped_or_repeated_digest_time_occurs_once(day: str, slot: str) -> None:
    """During that day, there is this one digest time."""
    setting = hours(digest=DigestPace.DAILY, digest_at=2 * 60 + 30)
    began = at(f"{day}T00:00")
    slots = {last_digest_time(setting, began + timedelta(minutes=minute)) for minute in range(0, 23 * 60, 10)}
    local = {one for one in slots if one and one.astimezone(ZoneInfo(MADRID)).date() == date.fromisoformat(day)}
    assert local == {at(slot)}


@settings(deadline=None)
@given(
    zone=st.sampled_from(sorted(available_timezones() - {"localtime", SAMOA, "Pacific/Kwajalein"})),
    minutes=st.integers(0, 1439),
    first=st.dates(date(2012, 1, 2), date(2030, 1, 1)),
)
def test_each_local_day_has_exactly_one_slot(zone: str, minutes: int, first: date) -> None:
    """In any zone, checked hourly for a week: one digest time per day, in order."""
    setting = hours(zone, digest=DigestPace.DAILY, digest_at=minutes)
    begin = to_instant(first, 0, ZoneInfo(zone))
    seen = [last_digest_time(setting, begin + timedelta(hours=hour)) for hour in range(8 * 24)]
    slots = [slot for slot in dict.fromkeys(seen) if slot]
    assert slots == sorted(slots)
    expected = [to_instant(first + day * DAY, minutes, ZoneInfo(zone)) for day in range(7)]
    assert [slot for slot in slots if expected[0] <= slot <= expected[-1]] == expected


def test_day_that_a_zone_skips_has_no_digest_of_its_own() -> None:
    """Samoa skipped 30 December 2011: that digest time equals the next day's, so there is one notice."""
    setting = hours(SAMOA, digest=DigestPace.DAILY)
    begin = at("2011-12-29T00:00", SAMOA)
    slots = {last_digest_time(setting, begin + timedelta(hours=hour)) for hour in range(48)}
    assert slots == {at(f"2011-12-{day}T09:00", SAMOA) for day in (28, 29, 31)}


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Madrid", MADRID),
        (" europe/madrid ", MADRID),
        ("Madrid", MADRID),
        ("new york", "America/New_York"),
        ("Ushuaia", "America/Argentina/Ushuaia"),
        ("utc", "UTC"),
    ],
)
def test_zone_is_known_by_its_name_or_its_city(typed: str, name: str) -> None:
    """However it is typed."""
    assert parse_time_zone(typed) == name


@pytest.mark.parametrize(
    ("typed", "offer"),
    [
        ("Europe/Madird", "Did you mean Europe/Madrid?"),
        ("Berlni", "Did you mean Europe/Berlin?"),
        ("Ushuia", "Did you mean America/Argentina/Ushuaia?"),
        ("USA/Boston", "Write one such as Europe/Madrid or America/New_York."),
        ("Mars/Base", "Write one such as Europe/Madrid or America/New_York."),
        ("../../etc/passwd", "Write one such as Europe/Madrid or America/New_York."),
        ("x" * 5000, "Write one such as Europe/Madrid or America/New_York."),
    ],
)
def test_zone_that_does_not_exist_brings_the_nearest(typed: str, offer: str) -> None:
    """Or an example if no name is similar."""
    with pytest.raises(BadInput) as refused:
        parse_time_zone(typed)
    assert refused.value.sentence == f"There is no such time zone. {offer}"


@settings(deadline=None)
@given(st.one_of(st.text(max_size=60), st.sampled_from(sorted(available_timezones()))))
def test_any_text_is_a_zone_or_refused(typed: str) -> None:
    """Every accepted name is a usable zone."""
    with suppress(BadInput):
        name = parse_time_zone(typed)
        assert ZoneInfo(name).key == name
