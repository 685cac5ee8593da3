"""The figures of a report from the registrants and the records of the history: pure rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median

from bot.model.external_id import decode, is_seat
from bot.model.registrant import Registrant
from bot.model.team import Role
from bot.reports.attendance import Attendee, Presence, Window, curve_of, merge_people, peak_of
from bot.reports.model import (
    MAX_GROUPS,
    MAX_POINTS,
    Disagreement,
    Group,
    GroupKind,
    RegistrationPoint,
    Report,
    TeamCounts,
)

MAX_NAME = 64
"""Characters of a group's name; a longer one counts among the others."""
GroupKey = tuple[GroupKind, str]
NO_GROUP: GroupKey = (GroupKind.NONE, "")
OTHER_GROUP: GroupKey = (GroupKind.OTHERS, "")


@dataclass(frozen=True, slots=True)
class Signup:
    """A registrant without the name, the address and the values of the external id."""

    registrant_id: str
    participant_id: str
    registered_at: datetime | None
    is_after_event: bool
    source: GroupKey
    external_ids: tuple[GroupKey, ...]

    @classmethod
    def of(cls, registrant: Registrant) -> Signup:
        """Drop what says who it is."""
        return cls(
            registrant_id=registrant.registrant_id,
            participant_id=registrant.participant_id,
            registered_at=registrant.registered_at,
            is_after_event=registrant.is_after_event,
            source=source_group(registrant.source),
            external_ids=external_id_groups(registrant.external_id),
        )


@dataclass(frozen=True)
class Circumstances:
    """What a report needs besides the two lists."""

    has_registration: bool
    window: Window
    limit: int | None
    invited: int
    read_at: datetime
    are_joins_registered: bool = True
    """Whether the list of registrants says who joined; otherwise the history says who had registered."""


def source_group(source: str) -> GroupKey:
    """The group of a source. One that may be an address is not kept."""
    name = source.strip()
    return (_named(name)) if name else NO_GROUP


def external_id_groups(external_id: str) -> tuple[GroupKey, ...]:
    """The groups of an external id: each key of its pairs; the values may say who it is, and are not kept.

    The keys by which Greenroom finds a seat again say nothing about where a person comes from, and are left out.
    """
    pairs = decode(external_id)
    if not external_id or is_seat(pairs):
        return (NO_GROUP,)
    keys = dict.fromkeys(_named(key) for key, _ in pairs)
    return tuple(keys) or ((GroupKind.PLAIN, ""),)


def _named(name: str) -> GroupKey:
    return OTHER_GROUP if not name or len(name) > MAX_NAME or "@" in name else (GroupKind.NAMED, name)


def report_of(signups: Iterable[Signup], presences: Iterable[Presence], about: Circumstances) -> Report:
    """The report, not complete yet. Each figure counts what `definitions.py` says."""
    everyone = {one.registrant_id: one for one in signups}
    if not about.are_joins_registered:
        presences = list(presences)
        records = {one.registrant_id: one.record_id for one in presences if one.registrant_id}
        everyone = {key: replace(one, participant_id=records.get(key, "")) for key, one in everyone.items()}
    joined_as = {one.participant_id: one.registrant_id for one in everyone.values() if one.participant_id}
    people = merge_people(presences, about.window, joined_as)
    team = {one.registrant_id for one in people if one.is_team and one.registrant_id}
    audience = [one for one in people if not one.is_team]
    counted = [one for one in everyone.values() if not one.is_after_event and one.registrant_id not in team]
    attended = {one.registrant_id for one in counted if one.participant_id}
    came = [one for one in audience if one.registrant_id in attended] if about.has_registration else audience
    most, at = peak_of(audience)
    return Report(
        **_registered(counted, attended, came, about),
        **_times(came, about.window),
        has_registration=about.has_registration,
        start=about.window.start,
        end=about.window.end,
        after_event=sum(one.is_after_event for one in everyone.values()),
        team=_team(people, len(team & everyone.keys())),
        without_registrant=_without_registrant(audience, everyone) if about.has_registration else 0,
        disagreement=_disagreement(audience, counted, attended),
        peak=most,
        peak_at=at,
        curve=curve_of(audience, about.window),
        registrations=registration_points(counted, about.window.end),
        limit=about.limit,
        by_source=groups((signup, (signup.source,)) for signup in counted),
        by_external_id=groups((signup, signup.external_ids) for signup in counted),
        read_at=about.read_at,
    )


def _registered(
    counted: Sequence[Signup], attended: set[str], came: Sequence[Attendee], about: Circumstances
) -> dict[str, int]:
    joined = len(attended) if about.has_registration else len(came)
    absent = len(counted) - len(attended)
    return {"invited": about.invited, "registered": len(counted), "attended": joined, "absent": absent}


def _times(came: Sequence[Attendee], window: Window) -> dict[str, int]:
    known = [one.minutes for one in came if one.live]
    return {
        "stayed": sum(one.has_stayed(window) for one in came),
        "left_early": sum(one.has_left_early(window) for one in came),
        "late": sum(one.is_late(window) for one in came),
        "returned": sum(one.has_returned for one in came),
        "ejected": sum(one.was_ejected for one in came),
        "minutes": round(median(known)) if known else 0,
    }


def _team(people: Iterable[Attendee], registered: int) -> TeamCounts:
    roles = Counter(one.role for one in people)
    return TeamCounts(
        hosts=roles[Role.HOST], cohosts=roles[Role.COHOST], panelists=roles[Role.PANELIST], registered=registered
    )


def _without_registrant(audience: Iterable[Attendee], everyone: Mapping[str, Signup]) -> int:
    return sum(one.registrant_id not in everyone for one in audience)


def _disagreement(audience: Iterable[Attendee], counted: Iterable[Signup], attended: set[str]) -> Disagreement:
    """Of those who registered before the end: after it, people watch the recording, which is not in the history."""
    there = {one.registrant_id for one in audience if one.registrant_id}
    expected = {one.registrant_id for one in counted}
    return Disagreement(only_registration=len(attended - there), only_history=len((there & expected) - attended))


def registration_points(signups: Iterable[Signup], end: datetime) -> tuple[RegistrationPoint, ...]:
    """How many had registered by up to `MAX_POINTS` times, evenly from the first registration to the end.

    Those without a time count from the beginning.
    """
    every = list(signups)
    times = sorted(one.registered_at for one in every if one.registered_at)
    if not times:
        return ()
    until, unknown = max(end, times[-1]), len(every) - len(times)
    count = MAX_POINTS if until > times[0] else 1
    points = [times[0] + (until - times[0]) * index / max(1, count - 1) for index in range(count)]
    return tuple(RegistrationPoint(at=at, registered=unknown + sum(one <= at for one in times)) for at in points)


def groups(members: Iterable[tuple[Signup, Iterable[GroupKey]]]) -> tuple[Group, ...]:
    """The groups, largest first and those without a name last; with too many, the smallest become the others.

    A registrant can be in several groups, but counts once among the others.
    """
    every = [(bool(signup.participant_id), frozenset(keys)) for signup, keys in members]
    sizes = Counter(key for _, keys in every for key in keys)
    named = sorted((key for key in sizes if key[0] is GroupKind.NAMED), key=lambda key: (-sizes[key], key[1]))
    unnamed = [key for key in ((GroupKind.PLAIN, ""), NO_GROUP) if sizes[key]]
    room = MAX_GROUPS - len(unnamed)
    has_others = sizes[OTHER_GROUP] > 0 or len(named) > room
    shown = [*(named[: room - 1] if has_others else named), *unnamed]
    counted = [_group(key, [attended for attended, keys in every if key in keys]) for key in shown]
    if has_others:
        others = [attended for attended, keys in every if keys.difference(shown)]
        counted.insert(len(shown) - len(unnamed), _group(OTHER_GROUP, others))
    return tuple(counted)


def _group(key: GroupKey, members: Sequence[bool]) -> Group:
    """A group of members, of each of whom it is known whether they attended."""
    kind, name = key
    return Group(name=name, registered=len(members), attended=sum(members), kind=kind)
