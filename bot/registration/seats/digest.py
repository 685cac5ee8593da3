"""Digests of what the message and the calendar entry of a seat contain. Pure."""

from __future__ import annotations

import hashlib
from datetime import datetime

from bot.model.lifecycle import Stage, can_join, stage
from bot.model.webinar import Status, Webinar
from bot.webinars import personal_calendar


def content_digest(webinar: Webinar, now: datetime) -> str:
    """Digest of what calendars and the DM contain of a webinar: a different one requires an update."""
    in_message = (webinar.time_zone, *_phase(webinar, now))
    return personal_calendar.content_digest((*_times(webinar), webinar.description), in_message)


def earlier_digest(webinar: Webinar) -> str:
    """The digest that earlier versions saved, without the description: their users need no update for it alone."""
    return hashlib.sha256(repr(_times(webinar)).encode()).hexdigest()


def current_digests(webinar: Webinar, now: datetime) -> tuple[str, ...]:
    """The digests of messages that need no update now."""
    current = content_digest(webinar, now)
    return (current,) if stage(webinar, now) is Stage.OVER else (current, earlier_digest(webinar))


def _phase(webinar: Webinar, now: datetime) -> tuple[str, ...]:
    """What the buttons depend on as time passes; nothing long before the start, as in earlier versions."""
    if stage(webinar, now) is Stage.OVER:
        return ("over",)
    return ("near",) if can_join(webinar, now) else ()


def _times(webinar: Webinar) -> tuple[object, ...]:
    return webinar.title, webinar.start.timestamp(), webinar.length, webinar.status is Status.CANCELED
