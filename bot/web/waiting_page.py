"""What people in line see: their place, how long it takes, and why the line has ended."""

from __future__ import annotations

import math
from datetime import timedelta

from bot.model.lifecycle import is_full
from bot.providers.event_ref import provider_name
from bot.providers.names import named
from bot.registration.own_pages.page_context import PageContext
from bot.registration.request_table import RequestState
from bot.web.page_model import EventText, Link, PageText

REFRESH_SOON = 20
"""Seconds until a page refreshes while work is in progress."""
REFRESH_SLOWLY = 60
SOON_MINUTES = 5
"""A longer wait is shown with the slower refresh."""
MOST_MINUTES = 90
"""A longer wait is shown in hours."""

QUEUED = "You are in line"
NOW = "You are being registered now."
PLACE = "You are number {place:,} in line. Your wait is about {wait}."
EMAILED = "You can close this page. You will still be registered, and {provider} will email you your link."
COME_BACK = "You can close this page. You will still be registered: come back to this address for your link."
MAYBE_EMAILED = (
    "The webinar may fill up before your turn. You can close this page: if you get a spot, {provider} will email you "
    "your link."
)
MAYBE_COME_BACK = (
    "The webinar may fill up before your turn. You can close this page: come back to this address for the result."
)
LATE = ", which may be after the start."
FULL = "This webinar filled up before your turn. If a spot opens up, you can register again."
CLOSED = "Registration closed before your turn. If it opens again, you can register again."


def waiting_page(context: PageContext, event: EventText) -> PageText:
    """The place in line, which changes with each refresh, and what happens if the visitor leaves."""
    minutes = context.minutes_left
    notice = PLACE.format(place=context.ahead + 1, wait=wait_text(minutes))
    if context.state is RequestState.REGISTERING and not context.ahead:
        notice = NOW
    links: tuple[Link, ...] = ()
    if context.now + timedelta(minutes=minutes) >= context.webinar.start:
        links = _other_page(context)
        notice = f"{notice.removesuffix('.')}{LATE}"
    return PageText(
        200,
        QUEUED,
        event,
        notice=notice,
        text=named(_if_you_leave(context), context.webinar.id),
        links=links,
        refresh_s=REFRESH_SOON if minutes <= SOON_MINUTES else REFRESH_SLOWLY,
    )


def end_of_line(context: PageContext) -> str:
    """Why nobody else in line is registered."""
    read = context.webinar.registration
    return FULL if read and is_full(read) else CLOSED


def wait_text(minutes: int) -> str:
    """A time in line, in minutes or in whole hours."""
    if minutes <= MOST_MINUTES:
        return "a minute" if minutes <= 1 else f"{minutes} minutes"
    return f"{math.ceil(minutes / 60)} hours"


def _if_you_leave(context: PageContext) -> str:
    read = context.webinar.registration
    if read and read.limit is not None and read.count + context.ahead >= read.limit:
        return MAYBE_EMAILED if is_emailed(context) else MAYBE_COME_BACK
    return EMAILED if is_emailed(context) else COME_BACK


def is_emailed(context: PageContext) -> bool:
    """Whether the provider emails registrants their link."""
    read = context.webinar.registration
    return bool(read and read.preferences and not read.preferences.suppress_emails)


def _other_page(context: PageContext) -> tuple[Link, ...]:
    read = context.webinar.registration
    if read is None or not read.page_uri:
        return ()
    return (Link(f"Register at {provider_name(context.webinar.id)} Now", read.page_uri),)
