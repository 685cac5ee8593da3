"""What each figure of a report counts, in one place: texts quote it, and docs/reports.md lists it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

LATE: Final = timedelta(minutes=5)
"""Somebody who comes within five minutes has missed the welcome at most: joining alone takes a minute or two."""
EARLY: Final = timedelta(minutes=10)
"""The last ten minutes are goodbyes and questions: somebody who leaves then has seen the webinar."""
LARGEST_PART: Final = 4
"""Both are at most a quarter of the webinar, so that they mean something in a short one."""
RETURN: Final = timedelta(minutes=1)
"""A shorter gap is a change of device or a lost connection, and not somebody who went away."""


def late_after(length: timedelta) -> timedelta:
    """How long after the start somebody is late, in a webinar of this length."""
    return min(LATE, length / LARGEST_PART)


def early_before(length: timedelta) -> timedelta:
    """How long before the end somebody leaves early, in a webinar of this length."""
    return min(EARLY, length / LARGEST_PART)


DEFINITIONS: Final[Mapping[str, str]] = {
    "invited": "people to whom Greenroom suggested a seat by direct message",
    "registered": "people who registered before the end, without the team",
    "attended": "registrants who joined",
    "absent": "registrants who did not join",
    "stayed": "those who attended and were there in the last 10 minutes",
    "left_early": "those who attended and left more than 10 minutes before the end",
    "late": "those who attended and joined more than 5 minutes after the start",
    "returned": "those who attended, were away for more than a minute and came back",
    "ejected": "those who attended and were removed by the host",
    "after_event": "people who registered after the event, for the recording; in no other figure",
    "team": "the host, co-hosts and panelists who were there; in no other figure",
    "without_registrant": "people in the audience without a registration, as far as there is one",
    "disagreement": "registrants who are recorded as joined in one of the provider's two lists only",
    "minutes": "the median of the minutes that those who attended were there while it was live",
    "peak": "the most people of the audience who were there at once",
    "curve": "people of the audience who were there at that time",
    "registrations": "people who had registered by that time, without the team",
}
"""By the name of the figure. Times are those while the webinar was live; a quarter of a short one replaces minutes."""
JOINED_BY_LINK: Final = "people who joined with the shared link"
"""What *Attended* counts of a webinar without registration."""
