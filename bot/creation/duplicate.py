"""Reads a webinar that is to be created again, and computes the start of the new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import ProviderGone
from bot.model.local_time import at_wall, known_zone
from bot.model.webinar import Status, Webinar
from bot.model.webinar_edit import WebinarFields, fields_as_mirrored, fields_as_read
from bot.providers.base import Caller, WebinarProvider

WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class WebinarCopy:
    """The fields of a webinar to create again."""

    fields: WebinarFields
    has_settings: bool = True
    """Whether the settings are those of the webinar; else they are the defaults, because it does not exist any more."""


class DuplicateService:
    """Reads the webinars of one account that are to be created again."""

    def __init__(self, provider: WebinarProvider) -> None:
        """Read from this provider."""
        self._provider = provider

    async def read(self, webinar: Webinar, caller: Caller) -> WebinarCopy:
        """The webinar and its session as they are now: two calls; none for a canceled one, which is read no more."""
        if webinar.status is Status.CANCELED:
            return WebinarCopy(fields_as_mirrored(webinar), has_settings=False)
        try:
            read = await self._provider.webinar(webinar.webinar_id, caller)
            session = await self._provider.session(webinar.webinar_id, webinar.session_id, caller)
        except ProviderGone:
            return WebinarCopy(fields_as_mirrored(webinar), has_settings=False)
        return WebinarCopy(fields_as_read(read, session))


def next_start(start: datetime, time_zone: str, now: datetime) -> datetime:
    """The same weekday and local time one week later in this time zone, or the first such one after `now` (UTC).

    A time that the clocks skip moves forward by the gap; one that they show twice is the first.
    """
    zone = known_zone(time_zone)
    wall = start.astimezone(zone).replace(tzinfo=None, fold=0)
    weeks = max(1, (now.astimezone(zone).replace(tzinfo=None) - wall) // WEEK)
    while (found := at_wall(wall + weeks * WEEK, zone)) <= now:
        weeks += 1
    return found
