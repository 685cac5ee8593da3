"""How fast our own pages register people, and who waits too long for it. Pure."""

from __future__ import annotations

import math

from bot.model.webinar import Webinar

PATIENT_MINUTES = 10
"""How long people wait in line before the organizer should send them elsewhere."""


def minutes_in_line(place: int, per_minute: int) -> int:
    """The minutes until the person at this place in line is registered, at least one."""
    return max(1, math.ceil(place / max(1, per_minute)))


def may_be_crowded(webinar: Webinar, per_minute: int) -> bool:
    """Whether more people can still register than the page registers while they are patient: always without a limit."""
    read = webinar.registration
    if read is None or read.limit is None:
        return True
    return minutes_in_line(read.limit - read.count, per_minute) > PATIENT_MINUTES
