"""Who was there, when and for how long: pure rules over the records of the history.

What can be known: the provider has one record for a person and device, with the earliest join and the latest leave. Two
devices are two records that share `user_hash` or the registrant. Somebody who leaves and comes back on the same device
keeps their record, so the time away is invisible, and counts as time there. Whether a provider may also write a record
for each visit is not documented: records of one person that do not overlap are visits, which is how somebody who came
back is recognized. So minutes are never too few, and "returned" is never too many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bot.model.attendance import Participation
from bot.model.team import Role
from bot.reports.definitions import RETURN, early_before, late_after
from bot.reports.model import MAX_POINTS, CurvePoint

MINUTE = timedelta(minutes=1)
ROLES = (Role.HOST, Role.COHOST, Role.PANELIST)
"""The team, highest role first."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time in which the audience could watch."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it was."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Interval:
    """A time in which somebody was there, both ends included."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it was."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Presence:
    """A record of the history without its name and address."""

    record_id: str
    registrant_id: str
    user_hash: str
    role: Role
    joined: datetime | None
    left: datetime | None
    was_ejected: bool

    @classmethod
    def of(cls, record: Participation) -> Presence:
        """Drop what says who it is."""
        return cls(
            record_id=record.id,
            registrant_id=record.registrant_id,
            user_hash=record.user_hash,
            role=record.role,
            joined=record.joined,
            left=record.left,
            was_ejected=record.was_ejected,
        )


@dataclass(frozen=True, slots=True)
class Attendee:
    """One person of the history with all their devices and visits."""

    registrant_id: str
    """Empty if none of their records has one."""
    role: Role
    """Their highest original role."""
    was_ejected: bool
    records: tuple[Presence, ...]
    intervals: tuple[Interval, ...]
    """When they were there, merged, as recorded."""
    live: tuple[Interval, ...]
    """The same within the window. Somebody who was there outside of it only has an empty interval at its edge."""

    @property
    def is_team(self) -> bool:
        """Whether they were the host, a co-host or a panelist on any of their devices."""
        return self.role in ROLES

    @property
    def minutes(self) -> int:
        """Minutes there while it was live, rounded."""
        return round(sum((one.length for one in self.live), timedelta()) / MINUTE)

    @property
    def has_returned(self) -> bool:
        """Whether they were away for more than `RETURN` and came back."""
        return any(after.start - before.end > RETURN for before, after in pairwise(self.live))

    def is_late(self, window: Window) -> bool:
        """Whether they came late; unknown times are not."""
        return bool(self.live) and self.live[0].start > window.start + late_after(window.length)

    def has_left_early(self, window: Window) -> bool:
        """Whether they left early; unknown times are not."""
        return bool(self.live) and self.live[-1].end < window.end - early_before(window.length)

    def has_stayed(self, window: Window) -> bool:
        """Whether they were there in the last minutes while it was live; unknown times are not."""
        return bool(self.live) and bool(self.live[-1].length) and not self.has_left_early(window)


def merge(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The union of intervals: in order, without overlaps; those that touch are one."""
    merged: list[Interval] = []
    for one in sorted(intervals, key=lambda one: (one.start, one.end)):
        if merged and one.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, one.end))
        else:
            merged.append(one)
    return tuple(merged)


def clip(intervals: Sequence[Interval], window: Window) -> tuple[Interval, ...]:
    """The parts within a window. If all are outside, the nearest edge as an empty interval."""
    inside = [
        Interval(max(one.start, window.start), min(one.end, window.end))
        for one in intervals
        if one.start <= window.end and one.end >= window.start
    ]
    if intervals and not inside:
        edge = window.start if intervals[0].start < window.start else window.end
        return (Interval(edge, edge),)
    return tuple(inside)


def interval_of(presence: Presence, end: datetime) -> Interval | None:
    """When a record was there, in UTC; until `end` without a leave. `None` if it is not known when they came."""
    if presence.joined is None:
        return None
    # In UTC: two local times of one zone are subtracted as on a clock on the wall, which is wrong when it changes.
    joined, left = presence.joined.astimezone(UTC), (presence.left or end).astimezone(UTC)
    return Interval(joined, max(joined, left))


def merge_people(
    records: Iterable[Presence], window: Window, joined_as: Mapping[str, str] | None = None
) -> list[Attendee]:
    """The people behind the records, one each, in the order of their first record.

    Records belong to one person if they have the same registrant or the same hash. A registrant is one person: two who
    share an address have one hash and two registrants, and are two people. `joined_as` maps ids of records to
    registrants that the registration names for them.
    """
    by_person: defaultdict[tuple[str, str], list[Presence]] = defaultdict(list)
    every = list(records)
    owners = _owners(every, joined_as or {})
    for record in every:
        by_person[_key(record, owners, joined_as or {})].append(record)
    return [
        _attendee(registrant if kind == "registrant" else "", tuple(own), window)
        for (kind, registrant), own in by_person.items()
    ]


def _owners(records: Iterable[Presence], joined_as: Mapping[str, str]) -> dict[str, str]:
    """The registrant of each hash: the one with the first record, if several share it."""
    owners: dict[str, str] = {}
    for record in records:
        registrant = record.registrant_id or joined_as.get(record.record_id, "")
        if registrant and record.user_hash:
            owners.setdefault(record.user_hash, registrant)
    return owners


def _key(record: Presence, owners: Mapping[str, str], joined_as: Mapping[str, str]) -> tuple[str, str]:
    registrant = record.registrant_id or joined_as.get(record.record_id, "") or owners.get(record.user_hash, "")
    if registrant:
        return "registrant", registrant
    return ("hash", record.user_hash) if record.user_hash else ("record", record.record_id)


def _attendee(registrant_id: str, records: tuple[Presence, ...], window: Window) -> Attendee:
    intervals = merge(filter(None, (interval_of(one, window.end) for one in records)))
    roles = {one.role for one in records}
    return Attendee(
        registrant_id=registrant_id,
        role=next((role for role in ROLES if role in roles), Role.ATTENDEE),
        was_ejected=any(one.was_ejected for one in records),
        records=records,
        intervals=intervals,
        live=clip(intervals, window),
    )


def peak_of(people: Iterable[Attendee]) -> tuple[int, datetime | None]:
    """The most people there at once, and when that was first; 0 and `None` if nobody was."""
    steps: list[tuple[datetime, int]] = []
    for one in _spans(people):
        steps += [(one.start, -1), (one.end, 1)]
    # At one moment, those who come count before those who go: both ends belong to an interval.
    present, most, at = 0, 0, None
    for time, step in sorted(steps):
        present -= step
        if present > most:
            most, at = present, time
    return most, at


def curve_of(people: Iterable[Attendee], window: Window) -> tuple[CurvePoint, ...]:
    """How many were there at up to `MAX_POINTS` times, evenly from the start to the end; empty without a length."""
    if not window.length:
        return ()
    count = max(2, min(MAX_POINTS, window.length // MINUTE + 1))
    times = [window.start + window.length * index / (count - 1) for index in range(count)]
    spans = list(_spans(people))
    return tuple(CurvePoint(at=time, present=sum(one.start <= time <= one.end for one in spans)) for time in times)


def _spans(people: Iterable[Attendee]) -> Iterable[Interval]:
    return (one for person in people for one in person.live if one.length)
