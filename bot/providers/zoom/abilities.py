"""What meetings and webinars of Zoom support, beside RingCentral's webinars: the table of the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.model.ability import ALL, Ability
from bot.providers.zoom.records import MANUAL, EventKind, EventRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

ALWAYS = frozenset(
    {
        Ability.CREATE,
        Ability.EDIT,
        Ability.MOVE,
        Ability.CANCEL,
        Ability.CHOOSE_HOST,
        Ability.HISTORY,
        Ability.RECORDINGS,
        Ability.FOLLOW_UP,
    }
)
WITH_REGISTRATION = frozenset({Ability.REGISTRATION, Ability.REGISTRANTS, Ability.QUESTIONS, Ability.OWN_PAGES})
BY_KIND: Mapping[EventKind, frozenset[Ability]] = {
    EventKind.MEETING: frozenset(),
    EventKind.WEBINAR: frozenset({Ability.INVITE_PANELIST}),
}
BY_KIND_WITH_REGISTRATION: Mapping[EventKind, frozenset[Ability]] = {
    EventKind.MEETING: frozenset(),
    EventKind.WEBINAR: frozenset({Ability.LIMIT, Ability.SOURCE}),
}
CONDITIONS: Mapping[Ability, str] = {
    Ability.REGISTRATION: "with registration",
    Ability.REGISTRANTS: "with registration",
    Ability.QUESTIONS: "with registration",
    Ability.OWN_PAGES: "with registration",
    Ability.LIMIT: "with registration",
    Ability.SOURCE: "with registration, for the tracking sources of the webinar",
    Ability.SHARED_LINK: "without registration",
    Ability.APPROVE: "with manual approval",
    Ability.BATCH_REGISTER: "with registration, for a single date",
    Ability.OCCURRENCES: "with registration for each date",
}
"""What decides in an event of Zoom about what not every event has."""


def abilities_of(event: EventRecord) -> frozenset[Ability]:
    """What this event supports now."""
    found = ALWAYS | BY_KIND[event.kind]
    if not event.has_registration:
        return found | {Ability.SHARED_LINK}
    found |= WITH_REGISTRATION | BY_KIND_WITH_REGISTRATION[event.kind]
    found |= {Ability.APPROVE} if event.settings.approval_type == MANUAL else set()
    found |= {Ability.BATCH_REGISTER} if event.is_single else set()
    return found | ({Ability.OCCURRENCES} if event.registers_by_date else set())


def abilities_table() -> list[tuple[Ability, str, str, str]]:
    """A row for each ability: in RingCentral, in a meeting and in a webinar of Zoom: "yes", "no", or when."""
    meeting, webinar = _most(EventKind.MEETING), _most(EventKind.WEBINAR)
    return [(one, "yes" if one in ALL else "no", _cell(one, meeting), _cell(one, webinar)) for one in Ability]


def _most(kind: EventKind) -> frozenset[Ability]:
    """All that an event of this kind can support, in whatever way it is set up."""
    depends = {Ability.SHARED_LINK, Ability.APPROVE, Ability.BATCH_REGISTER, Ability.OCCURRENCES}
    return ALWAYS | BY_KIND[kind] | WITH_REGISTRATION | BY_KIND_WITH_REGISTRATION[kind] | depends


def _cell(ability: Ability, supported: Iterable[Ability]) -> str:
    return CONDITIONS.get(ability, "yes") if ability in supported else "no"
