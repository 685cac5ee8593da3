"""Who gets a follow-up, and how: by direct message or by the file for the mailing tool. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.model.people import Frozen
from bot.model.seat import Seat
from bot.reports.follow_up.wording import FollowUpGroup
from bot.reports.model import PersonRow

_ORDER = {group: place for place, group in enumerate(FollowUpGroup)}
"""Of two entries with one address the first counts: they attended if one of them did."""


@dataclass(frozen=True)
class Addressee:
    """A person of the webinar, as read from the provider; kept in memory only."""

    registrant_id: str
    group: FollowUpGroup
    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        """The address in lower case."""
        return self.email.strip().lower()


def addressees(rows: Iterable[PersonRow]) -> list[Addressee]:
    """The people of a report who can be in a group: not the team, and not those who registered after the event."""
    return [
        Addressee(row.registrant_id, _group(row), row.first_name, row.last_name, row.email)
        for row in rows
        if not row.is_team and (row.attended or not row.after_event)
    ]


def _group(row: PersonRow) -> FollowUpGroup:
    if not row.attended:
        return FollowUpGroup.ABSENT
    return FollowUpGroup.LEFT_EARLY if row.left_early else FollowUpGroup.ATTENDED


class SlackRecipient(Frozen):
    """A Slack user who gets a direct message: ids alone."""

    user_id: str
    registrant_id: str
    channel_id: str
    group: FollowUpGroup


@dataclass(frozen=True)
class FollowUpAudience:
    """The people of the chosen groups, each once."""

    in_slack: Sequence[SlackRecipient]
    opted_out: Sequence[SlackRecipient]
    in_file: Sequence[Addressee] = field(repr=False)
    without_address: int
    """People who can be written to neither in Slack nor by mail."""
    running: int
    """People of the team, and who sends it: they get none."""

    def counts(self, group: FollowUpGroup) -> tuple[int, int, int]:
        """How many people of a group get a direct message, are in the file, and have opted out."""
        lists: tuple[Iterable[SlackRecipient | Addressee], ...] = (self.in_slack, self.in_file, self.opted_out)
        direct, filed, out = (sum(one.group is group for one in people) for people in lists)
        return direct, filed, out


def audience_of(
    people: Sequence[Addressee],
    seats: Sequence[Seat],
    *,
    groups: Collection[FollowUpGroup],
    opted_out: Collection[str],
    running: Collection[str],
) -> FollowUpAudience:
    """Sort the people of these groups: each person once.

    A seat is matched by its registrant, because people may register with another address than that of their profile.
    `running` are the Slack users who get none: the team, and who sends it.
    """
    seat_of = {seat.registrant_id: seat for seat in seats if seat.registrant_id}
    addresses = {seat.attendee.address for seat in seats if seat.user_id in running}
    direct: list[SlackRecipient] = []
    out: list[SlackRecipient] = []
    filed: list[Addressee] = []
    counted: Counter[str] = Counter()
    for person in _each_once(people, seat_of):
        seat = seat_of.get(person.registrant_id)
        if (seat and seat.user_id in running) or person.address in addresses:
            counted["running"] += 1
        elif person.group not in groups:
            continue
        elif seat and seat.user_id in opted_out:
            out.append(_recipient(person, seat))
        elif seat and seat.dm_channel_id:
            direct.append(_recipient(person, seat))
        elif person.address:
            filed.append(person)
        else:
            counted["without address"] += 1
    return FollowUpAudience(direct, out, filed, counted["without address"], counted["running"])


def _each_once(people: Sequence[Addressee], seat_of: Mapping[str, Seat]) -> list[Addressee]:
    """One entry for each seat, and for each address without a seat, with the best group of the address."""
    by_address: dict[str, list[Addressee]] = {}
    alone: list[Addressee] = []
    for person in people:
        if person.address:
            by_address.setdefault(person.address, []).append(person)
        else:
            alone.append(person)
    merged = []
    for entries in by_address.values():
        with_seat = [one for one in entries if one.registrant_id in seat_of]
        others = [one for one in entries if one.registrant_id not in seat_of]
        kept = with_seat or [min(others, key=lambda one: _ORDER[one.group])]
        merged += [_with_best_group(one, others) for one in kept]
    return merged + alone


def _with_best_group(person: Addressee, others: Sequence[Addressee]) -> Addressee:
    return replace(person, group=min((person.group, *(one.group for one in others)), key=_ORDER.__getitem__))


def _recipient(person: Addressee, seat: Seat) -> SlackRecipient:
    return SlackRecipient(
        user_id=seat.user_id,
        registrant_id=person.registrant_id,
        channel_id=seat.dm_channel_id,
        group=person.group,
    )
