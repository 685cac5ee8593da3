"""Totals of past webinars: how many there were, how many people registered, and how many of them came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.model.people import Frozen
from bot.model.webinar import Audience, Webinar


class Turnout(Frozen):
    """How many people registered for a webinar before its end, and how many of them came."""

    registered: int | None
    """`None` if the provider has no registration of it, so that no share can be given."""
    attended: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of some webinars. The share is over those of which it is known."""

    webinars: int
    with_registration: int
    unread: int
    """Webinars whose registrations were not read, so that `registered` is without them."""
    registered: int
    known: int
    """Webinars with registration of which it is known how many people came."""
    percent: int | None
    """The share of registrants who came, of the known webinars; `None` if none is known or nobody registered."""


def registered_before_end(webinar: Webinar) -> int | None:
    """How many people registered before the end; `None` without registration, or if it was not read."""
    read = webinar.registration
    if read is None or webinar.audience is Audience.ANYONE:
        return None
    return max(read.count - read.after_count, 0)


def totals(webinars: Iterable[Webinar], turnouts: Mapping[str, Turnout]) -> Totals:
    """The totals of past webinars; `turnouts` by session id, as far as they are known."""
    listed = list(webinars)
    with_registration = [one for one in listed if has_registration(one, turnouts.get(one.session_id))]
    known = [turnouts[one.session_id] for one in with_registration if one.session_id in turnouts]
    counts = [
        turnouts[one.session_id].registered if one.session_id in turnouts else registered_before_end(one)
        for one in with_registration
    ]
    return Totals(
        webinars=len(listed),
        with_registration=len(with_registration),
        unread=counts.count(None),
        registered=sum(filter(None, counts)),
        known=len(known),
        percent=percent_of(sum(one.attended for one in known), sum(one.registered or 0 for one in known)),
    )


def has_registration(webinar: Webinar, turnout: Turnout | None) -> bool:
    """Whether people had to register: the report knows better than the settings, if there is one."""
    return webinar.audience is not Audience.ANYONE and (turnout is None or turnout.registered is not None)


def percent_of(part: int, whole: int) -> int | None:
    """A share in whole percent, rounded half up; only everybody is 100, only nobody 0. `None` of nothing."""
    if whole <= 0:
        return None
    rounded = (200 * part + whole) // (2 * whole)
    return min(max(rounded, 1), 99) if 0 < part < whole else rounded
