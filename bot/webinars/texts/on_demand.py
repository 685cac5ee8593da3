"""Registration for the recording of a past webinar, in words."""

from __future__ import annotations

from datetime import datetime

from bot.model.lifecycle import Stage, is_full, stage
from bot.model.webinar import Audience, Registration, Webinar
from bot.slack.blocks import number, when

LABEL = "Recording registration"


def on_demand_fact(webinar: Webinar, now: datetime) -> tuple[str, str] | None:
    """The name and the value (mrkdwn) of the fact; `None` before the end, and without registration."""
    read = webinar.registration
    if read is None or webinar.audience is Audience.ANYONE or stage(webinar, now) is not Stage.OVER:
        return None
    if read.preferences is None and not read.after_count:
        return None
    since = number(read.after_count, "person", "people") if read.after_count else "nobody"
    return LABEL, f"{_state(webinar, read, now)}, {since} since the event"


def is_open_after_event(read: Registration, now: datetime) -> bool:
    """Whether people can register for the recording now. The provider closes it at `closes_at`."""
    wanted = read.preferences is not None and read.preferences.open_after_event
    is_over = read.closes_at is not None and now >= read.closes_at
    return wanted and read.is_open and not is_over


def _state(webinar: Webinar, read: Registration, now: datetime) -> str:
    closes = when(read.closes_at, webinar.time_zone) if read.closes_at else ""
    if is_open_after_event(read, now):
        return f"Open until {closes}" if closes else "Open"
    if read.preferences is None or not read.preferences.open_after_event:
        return "Closed"
    if read.closes_at and now >= read.closes_at:
        return f"Closed since {closes}"
    return "Closed, because it is full" if is_full(read) else "Closed"
