"""Simulated people of a webinar whose joins and leaves are known beforehand, and the figures computed from them.

Times are whole quarters of a minute after the webinar went live, so that every figure can be counted quarter by
quarter, without the code under test. Joins, leaves and the end are at different quarters: nothing depends on
milliseconds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Any

from sandbox.ringcentral.attendance import join_as_registrant, leave
from sandbox.ringcentral.people import NewRegistrant
from sandbox.ringcentral.registrants import add_registrant, remove_registrant

if TYPE_CHECKING:
    from sandbox.ringcentral import RingCentral

QUARTER = timedelta(seconds=15)
END = 242
"""An hour and half a minute."""
SOURCES = ("C024BE7LR", "newsletter", "partner", "", "", "printed flyer")
EXTERNAL_IDS = ("lid=123&oid=4%4056", "lid=77", "00Q5g00000abc", "", "")
KINDS = ("whole", "whole", "whole", "late", "early", "both", "devices", "returned", "ejected", "absent", "absent")


@dataclass
class KnownPerson:
    """A registrant, and when each of their devices was there, in quarters of a minute."""

    number: int
    kind: str
    source: str
    external_id: str
    devices: tuple[tuple[int, int], ...]
    is_canceled: bool = False
    """Whether the registration is canceled after they have come."""
    registrant_id: str = ""

    @property
    def is_counted(self) -> bool:
        """Whether they are a registrant who came."""
        return bool(self.devices) and not self.is_canceled

    @property
    def cells(self) -> set[int]:
        """The quarters in which they were there."""
        return {cell for start, end in self.devices for cell in range(start, end)}

    @property
    def has_gap(self) -> bool:
        """Whether they were away for more than a minute, as far as the provider's records show it."""
        cells = sorted(self.cells)
        return any(after - before > 5 for before, after in pairwise(cells))


def known_people(count: int, seed: int = 13) -> list[KnownPerson]:
    """So many people of all kinds; the same ones for the same seed."""
    random = Random(seed)  # noqa: S311 - a sample
    people = []
    for number in range(count):
        kind = random.choice(KINDS)
        person = KnownPerson(number, kind, random.choice(SOURCES), random.choice(EXTERNAL_IDS), _devices(kind, random))
        person.is_canceled = kind == "whole" and random.random() < 0.04
        people.append(person)
    return people


def _devices(kind: str, random: Random) -> tuple[tuple[int, int], ...]:
    on_time, late = 4 * random.randint(0, 4) + 2, 4 * random.randint(5, 40) + 2
    early = 4 * random.randint(42, 49) + 3
    return {
        "whole": ((on_time, END),),
        "late": ((late, END),),
        "early": ((on_time, early),),
        "both": ((late, early),),
        "devices": ((on_time, early), (late, END)),
        "returned": ((on_time, 4 * random.randint(10, 20) + 3), (4 * random.randint(24, 49) + 2, END)),
        "ejected": ((on_time, early),),
        "absent": (),
    }[kind]


def register_known(vendor: RingCentral, session_id: str, people: list[KnownPerson]) -> None:
    """Register everybody at the stand-in."""
    _, session = vendor.world.find_session(session_id)
    for person in people:
        typed = {
            "firstName": f"Vorname{person.number}",
            "lastName": f"Nachname{person.number}",
            "email": f"known{person.number}@outside.example",
            "source": person.source,
            "externalId": person.external_id,
        }
        person.registrant_id = add_registrant(vendor.world, session, NewRegistrant.model_validate(typed)).id


def take_place(vendor: RingCentral, session_id: str, people: list[KnownPerson]) -> datetime:
    """Let the webinar take place: practice, live, everybody comes and goes; return when it went live."""
    room, clock = vendor.room, vendor.clock
    room.start(session_id, "Practice")
    clock.move(timedelta(minutes=7))
    room.go_to(session_id, "Live")
    began = clock.now()
    _, session = vendor.world.find_session(session_id)
    joined: dict[tuple[int, int], str] = {}
    steps = sorted(
        (quarter, is_leave, person.number, device)
        for person in people
        for device, span in enumerate(person.devices)
        for is_leave, quarter in enumerate(span)
        if quarter < END
    )
    by_number = {person.number: person for person in people}
    for quarter, is_leave, number, device in steps:
        when, person = began + quarter * QUARTER, by_number[number]
        _move_to(vendor, when)
        # With the exact time: on a busy machine, people who come at the same time are seconds apart.
        if is_leave:
            leave(vendor.world, joined[number, device], at=when, ejected=person.kind == "ejected")
            continue
        came = join_as_registrant(vendor.world, session, person.registrant_id, at=when, other_device=device > 0)
        joined[number, device] = came.id
        if person.is_canceled:
            registrant = next(one for one in session.registrants if one.id == person.registrant_id)
            remove_registrant(vendor.world, session, registrant)
    _move_to(vendor, began + END * QUARTER)
    vendor.finish(session_id)
    return began


def _move_to(vendor: RingCentral, moment: datetime) -> None:
    vendor.clock.move(max(moment - vendor.clock.now(), timedelta()))


def expected_figures(people: list[KnownPerson]) -> dict[str, Any]:
    """The figures of the report, counted quarter by quarter."""
    registered = [one for one in people if not one.is_canceled]
    came = [one for one in registered if one.devices]
    present = [sum(cell in one.cells for one in people) for cell in range(END)]
    return {
        "registered": len(registered),
        "attended": len(came),
        "absent": len(registered) - len(came),
        "stayed": sum(max(one.cells) >= END - 40 for one in came),
        "left_early": sum(max(one.cells) < END - 40 for one in came),
        "late": sum(min(one.cells) > 20 for one in came),
        "returned": sum(one.has_gap for one in came),
        "ejected": sum(one.kind == "ejected" for one in came),
        "without_registrant": sum(one.is_canceled for one in people),
        "minutes": round(median(round(len(one.cells) / 4) for one in came)),
        "peak": max(present),
    }


def expected_peak_at(people: list[KnownPerson], began: datetime) -> datetime:
    """When the most people were there for the first time."""
    present = [sum(cell in one.cells for one in people) for cell in range(END)]
    return began + present.index(max(present)) * QUARTER


def expected_present(people: list[KnownPerson], quarter: float) -> int:
    """How many were there at a time that is not exactly that of a join or a leave."""
    return sum(any(start <= quarter <= end for start, end in one.devices) for one in people)


def expected_groups(people: list[KnownPerson]) -> Counter[str]:
    """How many registered with each source."""
    return Counter(one.source for one in people if not one.is_canceled)
