"""A channel's own hours: when it wants quiet, and when it wants its digest, in the zone it chose."""

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
_CUTOFF = 0.7  # how alike two names are to be taken for each other: below it, Mars/Base would be Pacific/Marquesas


class DigestPace(StrEnum):
    """How often a channel wants a digest."""

    NEVER = ""
    DAILY = "daily"
    WEEKLY = "weekly"


DIGEST_SPAN: Mapping[DigestPace, timedelta] = {DigestPace.DAILY: 2 * DAY, DigestPace.WEEKLY: 8 * DAY}
"""How far a digest looks: a little beyond the next one, so that nothing surprises anybody."""


class ChannelHours(Frozen):
    """What a channel set up for itself. Times are minutes after local midnight in `time_zone` (an IANA name)."""

    workspace: Workspace
    channel_id: str
    time_zone: str = "UTC"
    quiet_from: int | None = None
    quiet_to: int | None = None
    """Earlier than `quiet_from`: the quiet goes on past midnight. The same: there is none."""
    digest: DigestPace = DigestPace.NEVER
    digest_at: int = 9 * 60
    digest_day: int = 0
    """For a weekly digest: 0 is Monday, 6 is Sunday."""
    set_by: str
    set_at: AwareDatetime


def quiet_until(hours: ChannelHours | None, now: datetime) -> datetime | None:
    """When the quiet hours that `now` falls into end (UTC); None where it falls into none."""
    if hours is None or hours.quiet_from is None or hours.quiet_to is None or hours.quiet_from == hours.quiet_to:
        return None
    zone = _zone(hours.time_zone)
    today = now.astimezone(zone).date()
    # Quiet that began yesterday may still last; an end that the clocks skip or show twice is looked at like any other.
    for first in (today - DAY, today):
        begins = to_instant(first, hours.quiet_from, zone)
        last = first if hours.quiet_to > hours.quiet_from else first + DAY
        ends = to_instant(last, hours.quiet_to, zone)
        if begins <= now < ends:
            return ends
    return None


def last_digest_time(hours: ChannelHours, now: datetime) -> datetime | None:
    """The latest moment (UTC) at or before `now` at which the channel wanted its digest; None where it wants none."""
    if hours.digest is DigestPace.NEVER:
        return None
    zone = _zone(hours.time_zone)
    today = now.astimezone(zone).date()
    days = (today + DAY - back * DAY for back in range(9))
    wanted = (one for one in days if hours.digest is DigestPace.DAILY or one.weekday() == hours.digest_day)
    slots = (to_instant(one, hours.digest_at, zone) for one in wanted)
    return next((slot for slot in slots if slot <= now), None)


def to_instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """A local wall time as an instant (UTC): later where the clocks skip it, the first where they show it twice."""
    wall = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
    return wall.astimezone(UTC)


def parse_time_zone(text: str) -> str:
    """The IANA name that `text` means, whatever its case and with spaces for underscores; a city alone will do.

    Raises `BadInput`, with the nearest name if one is near, where there is no such zone.
    """
    asked = "_".join(text[:100].split()).casefold()
    zones = _zones()
    if asked in zones:
        return zones[asked]
    cities = [name for name in zones if name.rpartition("/")[2] == asked]
    if len(cities) == 1:
        return zones[cities[0]]
    near = cities or get_close_matches(asked, list(zones), n=1, cutoff=_CUTOFF) or _near_city(asked)
    offer = f"Did you mean {zones[near[0]]}?" if near else "Write one such as Europe/Madrid or America/New_York."
    raise BadInput(f"There is no such time zone. {offer}" if asked else "Write a time zone such as Europe/Madrid.")


def _near_city(asked: str) -> list[str]:
    cities = {name.rpartition("/")[2]: name for name in _zones()}
    return [cities[city] for city in get_close_matches(asked, list(cities), n=1, cutoff=_CUTOFF)]


@cache
def _zones() -> dict[str, str]:
    # The names of the machine's own zone, and of none, would mean something else on the next machine.
    named = available_timezones() - {"Factory", "localtime"}
    return {name.casefold(): name for name in sorted(named)}


def _zone(name: str) -> ZoneInfo:
    # A zone that was chosen here may be unknown where the next release runs; a wrong hour is better than none.
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
