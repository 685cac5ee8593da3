"""Rules for comparing the mirror with the provider: what differs, when a run begins, and what to read next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from bot.model.webinar import Audience, Status, Webinar

NIGHT = time(3, 0)
"""When a run begins every night (UTC)."""
NEVER = datetime.min.replace(tzinfo=UTC)


class Difference(StrEnum):
    """A difference between the mirror and the provider, as the label of a metric."""

    CREATED = "created"
    DELETED = "deleted"
    MOVED = "moved"
    RENAMED = "renamed"
    DESCRIPTION = "description"
    STATUS = "status"
    AUDIENCE = "audience"
    OPENED = "opened"
    CLOSED = "closed"
    LIMIT = "limit"
    PREFERENCES = "preferences"
    TEAM_ADDED = "team_added"
    TEAM_REMOVED = "team_removed"
    TEAM_ROLE = "team_role"


class Part(StrEnum):
    """A part of a webinar that lists of sessions omit: each is read by itself."""

    REGISTRATION = "registration"
    """Or the shared link, without registration."""
    TEAM = "team"


@dataclass(frozen=True)
class Check:
    """A part of a webinar to read."""

    webinar: Webinar
    part: Part


def differences(before: Webinar | None, after: Webinar) -> list[Difference]:
    """What was different at the provider. The first reading of a value is no difference, nor is a new registration."""
    if before is None:
        return [Difference.CREATED]
    if after.status is Status.CANCELED:
        return [Difference.DELETED] if before.status is not Status.CANCELED else []
    times = (after.start, after.length, after.time_zone, after.panel_offset)
    found = {
        Difference.MOVED: times != (before.start, before.length, before.time_zone, before.panel_offset),
        Difference.RENAMED: after.title != before.title,
        Difference.DESCRIPTION: after.description != before.description,
        Difference.STATUS: after.status is not before.status,
        Difference.AUDIENCE: before.audience not in (None, after.audience),
    }
    return [*(kind for kind, is_different in found.items() if is_different), *_registration_differences(before, after)]


def _registration_differences(before: Webinar, after: Webinar) -> list[Difference]:
    was, read = before.registration, after.registration
    if was is None or read is None:
        return []
    found = {
        Difference.OPENED: read.is_open and not was.is_open,
        Difference.CLOSED: was.is_open and not read.is_open,
        Difference.LIMIT: read.limit != was.limit,
        Difference.PREFERENCES: was.preferences not in (None, read.preferences),
    }
    return [kind for kind, is_different in found.items() if is_different]


def run_began(started_at: datetime, now: datetime) -> datetime:
    """When the current run began: at the start of the bot, or last night. What was read later is up to date."""
    tonight = datetime.combine(now.astimezone(UTC).date(), NIGHT, UTC)
    last_night = tonight if tonight <= now else tonight - timedelta(days=1)
    return max(started_at, last_night)


def next_check(
    webinars: Iterable[Webinar],
    with_team: Collection[str],
    read_at: Mapping[tuple[str, Part], datetime],
    began: datetime,
) -> Check | None:
    """The part that was not read for longest, the nearest start first; None if all were read since `began`.

    `with_team` are the ids of sessions whose team matters; `read_at` says when a part was last read.
    """

    def last(check: Check) -> datetime:
        registration = check.webinar.registration if check.webinar.audience is not Audience.ANYONE else None
        counted = registration.read_at if registration and check.part is Part.REGISTRATION else NEVER
        return max(counted, read_at.get((check.webinar.session_id, check.part), NEVER))

    checks = [Check(webinar, Part.REGISTRATION) for webinar in webinars]
    checks += [Check(check.webinar, Part.TEAM) for check in checks if check.webinar.session_id in with_team]
    due = [(last(check), check.webinar.start, check.webinar.session_id, check.part, check) for check in checks]
    due = [one for one in due if one[0] < began]
    return min(due, key=lambda one: one[:4])[-1] if due else None
