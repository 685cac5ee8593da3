"""When to look for a recording again, and what follows from what was read. Pure rules."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from bot.model.recording import Recording, RecordingStatus
from bot.reports.recordings.table import TrackedRecording

FIRST_CHECK = timedelta(minutes=5)
"""How long after the end was noticed a recording is first looked for."""
LONGEST_PAUSE = timedelta(hours=6)
NONE_AFTER = timedelta(days=1)
"""A webinar without a recording by then was not recorded."""
GIVE_UP_AFTER = timedelta(days=3)
"""A recording that is still processed by then is not looked for any more."""
SLOW_AFTER = timedelta(hours=6)
"""A recording that is still being processed by then is reported to the organizer."""
WATCH_PAUSE = timedelta(days=1)
"""How often a recording whose link was shared is looked at."""
EXPIRES_SOON = timedelta(days=3)
"""The organizer is asked so long before the link stops working."""
RECENT = timedelta(days=2)
"""How long ago a webinar may have begun whose end is noticed only now."""


class RecordingEvent(StrEnum):
    """What a read of a recording has brought, for those who are to be told."""

    AVAILABLE = "available"
    FAILED = "failed"
    SLOW = "slow"
    EXPIRES_SOON = "expires_soon"
    LINK_CHANGED = "link_changed"
    """It has begun or ceased to work, or works until another time."""
    GONE = "gone"
    """The recording cannot be watched any more, so nothing is left to decide."""


def is_watchable(recording: Recording | None, now: datetime) -> bool:
    """Whether people with the link can watch the recording."""
    if recording is None or recording.status is not RecordingStatus.AVAILABLE or not recording.is_shared:
        return False
    return recording.shared_until is None or now < recording.shared_until


def may_watch(tracked: TrackedRecording | None, now: datetime, *, has_seat: bool) -> bool:
    """Whether somebody who sees the webinar and does not manage it is shown the link: only once it was shared."""
    if tracked is None or tracked.decision is None or not is_watchable(tracked.recording, now):
        return False
    return bool(tracked.decision.channels) or (tracked.decision.with_seats and has_seat)


def needs_link(tracked: TrackedRecording) -> bool:
    """Whether the recording is available, and its link or who can open it was not read."""
    found = tracked.recording
    is_available = found is not None and found.status is RecordingStatus.AVAILABLE
    return is_available and (tracked.access is None or not tracked.link.get_secret_value())


def updated(tracked: TrackedRecording, found: Recording | None, now: datetime) -> TrackedRecording:
    """What is known after a list was read, of which `found` is the recording; keeps a link that was read before.

    A recording that is not listed any more is kept: a list can also be short for want of a permission.
    """
    known = tracked.recording
    if found is None:
        found = known
    elif known and known.recording_id == found.recording_id and not found.link.get_secret_value():
        found = found.model_copy(update={"link": known.link})
    after = tracked.model_copy(update={"recording": found, "read_at": now})
    return after.model_copy(update={"check_at": next_check(after, now)})


def next_check(tracked: TrackedRecording, now: datetime) -> datetime | None:
    """When to look again: with growing pauses until it is there, then as long as a link is to be watched."""
    age, found = now - tracked.ended_at, tracked.recording
    if found is None or found.status is RecordingStatus.PROCESSING:
        limit = NONE_AFTER if found is None else GIVE_UP_AFTER
        return now + min(max(FIRST_CHECK, age / 2), LONGEST_PAUSE) if age < limit else None
    if found.status is not RecordingStatus.AVAILABLE:
        return None
    if needs_link(tracked):
        return now
    return _next_watch(tracked, found, now)


def _next_watch(tracked: TrackedRecording, found: Recording, now: datetime) -> datetime | None:
    """A shared link is looked at daily; one that is not decided yet, when it is about to expire, and when it has."""
    decision, until = tracked.decision, found.shared_until
    if decision is not None and not decision.is_share:
        return None
    moments = [until - EXPIRES_SOON, until] if until and found.is_shared else []
    coming = [moment for moment in moments if moment > now]
    if decision is not None:
        coming.append(now + WATCH_PAUSE)
    return min(coming, default=None)


def findings(before: TrackedRecording, after: TrackedRecording, now: datetime) -> list[RecordingEvent]:
    """What the latest read has brought. Some are found again by later reads: their messages exist once."""
    found, known = after.recording, before.recording
    if found is None:
        return []
    if found.status is RecordingStatus.FAILED:
        return [RecordingEvent.FAILED]
    if found.status is RecordingStatus.PROCESSING:
        return [RecordingEvent.SLOW] if now - after.ended_at >= SLOW_AFTER else []
    if found.status is RecordingStatus.PURGED:
        return [RecordingEvent.GONE, RecordingEvent.LINK_CHANGED] if known != found else []
    brought = [] if needs_link(after) else [RecordingEvent.AVAILABLE]
    if _shown(before) != _shown(after) or _has_ended(before, after, now):
        brought.append(RecordingEvent.LINK_CHANGED)
    if is_expiring(found, now):
        brought.append(RecordingEvent.EXPIRES_SOON)
    return brought


def is_expiring(recording: Recording, now: datetime) -> bool:
    """Whether its link works now, and stops working within days."""
    until = recording.shared_until
    return is_watchable(recording, now) and until is not None and until - EXPIRES_SOON <= now


def _shown(tracked: TrackedRecording) -> tuple[object, ...]:
    """What messages show of a recording."""
    found = tracked.recording
    return (found.is_shared, found.shared_until, found.link, tracked.access) if found else ()


def _has_ended(before: TrackedRecording, after: TrackedRecording, now: datetime) -> bool:
    """Whether the link has stopped working by itself since the last read."""
    was = is_watchable(before.recording, before.read_at or now)
    return was and not is_watchable(after.recording, now)
