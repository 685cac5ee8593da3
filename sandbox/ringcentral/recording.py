"""The life of a recording: processed for a while, then available, then purged."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from sandbox.ringcentral.models import Session
from sandbox.ringcentral.presence import Recording
from sandbox.ringcentral.responses import ApiError, not_found
from sandbox.ringcentral.rules import Rules
from sandbox.ringcentral.wire import iso
from sandbox.ringcentral.world import World

RecordingStatus = Literal["Processing", "Available", "Failed", "Purged"]
FAILURE = {"errorCode": "CMN-203", "message": "The recording could not be processed"}


def recording_status(one: Recording, rules: Rules, now: datetime) -> RecordingStatus:
    """The status at this time; while the session is recorded it is Processing."""
    ready = available_at(one, rules)
    if one.failed:
        return "Failed"
    if ready is None or now < ready:
        return "Processing"
    return "Available" if now < ready + timedelta(days=rules.recording_days) else "Purged"


def available_at(one: Recording, rules: Rules) -> datetime | None:
    """When it is processed; None while the session is recorded."""
    return one.ended + timedelta(seconds=rules.recording_processing) if one.ended else None


def is_available(world: World, session: Session) -> bool:
    """Whether the session has a recording that can be watched."""
    one = session.recording
    return one is not None and recording_status(one, world.rules, world.now()) == "Available"


def is_shared(one: Recording, now: datetime) -> bool:
    """Whether people with the link can watch it now."""
    return one.shared and (one.shared_until is None or now < one.shared_until)


def fail(world: World, any_id: str) -> None:
    """Processing fails."""
    one = recording_of(world, any_id)
    if recording_status(one, world.rules, world.now()) != "Processing" or one.ended is None:
        raise ApiError(403, "CMN-101", "Only a recording that is being processed can fail", "status")
    one.failed = one.modified = world.now()


def share(world: World, any_id: str, *, shared: bool, days: float | None = None) -> None:
    """The host shares the recording with everybody who has the link, for some days or for good, or stops it."""
    one = recording_of(world, any_id)
    one.shared = shared
    one.modified = world.now()
    one.shared_until = one.modified + timedelta(days=days) if shared and days else None


def recording_of(world: World, any_id: str) -> Recording:
    """The recording of a session, by the id of the recording, the session or the webinar."""
    for webinar, session in world.with_session():
        if session.recording and any_id in (session.recording.id, session.id, webinar.id):
            return session.recording
    raise not_found("recordingId")


def seconds_of(one: Recording) -> int | None:
    """Its length; None while the session is recorded."""
    return max(1, round((one.ended - one.started).total_seconds())) if one.ended else None


def recording_resource(world: World, one: Recording, *, with_link: bool) -> dict[str, Any]:
    """RecordingModel, with the link RecordingExtendedModel."""
    now, ready = world.now(), available_at(one, world.rules)
    status, seconds = recording_status(one, world.rules, now), seconds_of(one)
    changes = [one.modified, *([ready] if ready and status in ("Available", "Purged") else [])]
    if ready and status == "Purged":
        changes.append(ready + timedelta(days=world.rules.recording_days))
    shown: dict[str, Any] = {
        "id": one.id,
        "creationTime": iso(one.started),
        "lastModifiedTime": iso(max(changes)),
        "status": status,
        "shared": is_shared(one, now),
        "sharedUriExpirationTime": iso(one.shared_until) if one.shared_until else None,
    }
    if seconds:
        shown["duration"] = seconds
    if one.failed:
        shown["failureReason"] = FAILURE
    if with_link:
        shown["recordingSharedUri"] = f"{world.url}/w/recording/{one.key}"
    return shown
