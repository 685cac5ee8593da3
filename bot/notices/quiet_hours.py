"""Hours of a channel: its quiet hours and the time of its digest, in the time zone that it chose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AwareDatetime

from bot.errors import BadInput
from bot.model.people import Frozen, Workspace

DAY = timedelta(days=1)
_CUTOFF = 0.7  # similarity of a suggestion: with a lower value, Mars/Base would suggest Pacific/Marquesas


class DigestPace(StrEnum):
    """How often a channel gets a digest."""

    NEVER = ""
    DAILY = "daily"
    WEEKLY = "weekly"


DIGEST_SPAN: Mapping[DigestPace, timedelta] = {DigestPace.DAILY: 2 * DAY, DigestPace.WEEKLY: 8 * DAY}
"""How far ahead a digest looks: a little beyond the next one."""


class ChannelHours(Frozen):
    """Quiet hours and digest of a channel. Times are minutes after local midnight in `time_zone` (an IANA name)."""

    workspace: Workspace
    channel_id: str
    time_zone: str = "UTC"
    quiet_from: int | None = None
    quiet_to: int | None = None
    """Earlier than `quiet_from`: quiet hours span midnight. Equal: no quiet hours."""
    digest: DigestPace = DigestPace.NEVER
    digest_at: int = 9 * 60
    digest_day: int = 0
    """For a weekly digest: 0 is Monday, 6 is Sunday."""
    set_by: str
    set_at: AwareDatetime


def quiet_until(hours: ChannelHours | None, now: datetime) -> datetime | None:
    """When the quiet hours that contain `now` end (UTC); None outside quiet hours."""
    if hours is None or hours.quiet_from is None or hours.quiet_to is None or hours.quiet_from == hours.quiet_to:
        return None
    zone = _zone(hours.time_zone)
    today = now.astimezone(zone).date()
    # Quiet hours that began yesterday may still last. `to_instant` handles an end in a skipped or repeated hour.
    for first in (today - DAY, today):
        begin = to_instant(first, hours.quiet_from, zone)
        end_day = first if hours.quiet_to > hours.quiet_from else first + DAY
        end = to_instant(end_day, hours.quiet_to, zone)
        if begin <= now < end:
            return end
    return None


def last_digest_time(hours: ChannelHours, now: datetime) -> datetime | None:
    """The latest digest time (UTC) at or before `now`; None if the channel has no digest."""
    if hours.digest is DigestPace.NEVER:
        return None
    zone = _zone(hours.time_zone)
    today = now.astimezone(zone).date()
    recent_days = (today + DAY - days_back * DAY for days_back in range(9))
    digest_days = (day for day in recent_days if hours.digest is DigestPace.DAILY or day.weekday() == hours.digest_day)
    times = (to_instant(day, hours.digest_at, zone) for day in digest_days)
    return next((moment for moment in times if moment <= now), None)


def to_instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """A local wall time as a UTC instant: later if the clocks skip it, the first if they show it twice."""
    wall = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
    return wall.astimezone(UTC)


def parse_time_zone(text: str) -> str:
    """The IANA name for `text`: ignores case, accepts spaces for underscores, and accepts a unique city alone.

    Raises `BadInput`, with the closest name if there is one, for an unknown zone.
    """
    wanted = "_".join(text[:100].split()).casefold()
    zones = _zones()
    if wanted in zones:
        return zones[wanted]
    cities = [name for name in zones if name.rpartition("/")[2] == wanted]
    if len(cities) == 1:
        return zones[cities[0]]
    suggestions = cities or get_close_matches(wanted, list(zones), n=1, cutoff=_CUTOFF) or _near_city(wanted)
    if not wanted:
        raise BadInput("Write a time zone such as Europe/Madrid.")
    example = "Write one such as Europe/Madrid or America/New_York."
    hint = f"Did you mean {zones[suggestions[0]]}?" if suggestions else example
    raise BadInput(f"There is no such time zone. {hint}")


def _near_city(wanted: str) -> list[str]:
    cities = {name.rpartition("/")[2]: name for name in _zones()}
    return [cities[city] for city in get_close_matches(wanted, list(cities), n=1, cutoff=_CUTOFF)]


@cache
def _zones() -> dict[str, str]:
    # These two names depend on the machine.
    named = available_timezones() - {"Factory", "localtime"}
    return {name.casefold(): name for name in sorted(named)}


def _zone(name: str) -> ZoneInfo:
    # A stored zone may be unknown to another machine's zone database; a wrong hour is better than an error.
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
