"""The host starts a session, takes it through its phases and ends it."""

from __future__ import annotations

from sandbox.ringcentral.attendance import empty_room, join_as_invitee
from sandbox.ringcentral.crowd import catch_up
from sandbox.ringcentral.events import REGISTRATION, RUNTIME
from sandbox.ringcentral.models import READ_ONLY_SETTINGS, Session, Status, Webinar
from sandbox.ringcentral.presence import Recording, RuntimeStatus
from sandbox.ringcentral.registration import close_at_end
from sandbox.ringcentral.responses import ApiError, not_in_this_state
from sandbox.ringcentral.team import host_invitee_id
from sandbox.ringcentral.world import World, secret

FOLLOWING: dict[RuntimeStatus, tuple[RuntimeStatus, ...]] = {
    "Practice": ("GoingLive", "Live"),
    "GoingLive": ("Live",),
    "Live": ("Break", "Debrief"),
    "Break": ("Live", "Debrief"),
    "Debrief": (),
}
"""The phases that can follow each; the session can end in any of them."""


def start(world: World, any_id: str, phase: RuntimeStatus = "Live") -> None:
    """Start as host, to practice or live at once: Scheduled becomes Active. Time alone never does this."""
    webinar, session = world.find_session(any_id)
    _set_status(world, session, "Scheduled", "Active")
    session.started = world.now()
    join_as_invitee(world, webinar, session, host_invitee_id(session))
    _enter(world, webinar, session, phase)


def go_to(world: World, any_id: str, phase: RuntimeStatus) -> None:
    """Take a running session to its next phase."""
    webinar, session = world.find_session(any_id)
    if session.status != "Active":
        raise not_in_this_state(session.status)
    if session.runtime is None or phase not in FOLLOWING[session.runtime]:
        raise not_in_this_state(session.runtime or session.status)
    catch_up(world)
    _enter(world, webinar, session, phase)


def finish(world: World, any_id: str) -> None:
    """End as host: Active becomes Finished, everybody leaves, and the recording ends.

    Registration closes, or opens for latecomers (our interpretation).
    """
    _, session = world.find_session(any_id)
    catch_up(world)
    _set_status(world, session, "Active", "Finished")
    now = world.now()
    _go_off_air(session, world)
    session.runtime = None
    session.plans = []
    empty_room(session, now)
    close_at_end(session, now)
    world.emit(RUNTIME, session)
    world.emit(REGISTRATION, session)


def record(world: World, any_id: str) -> Recording:
    """Start recording a live session, once; its settings can start it by themselves (`autoRecord`)."""
    _, session = world.find_session(any_id)
    if session.runtime not in ("Live", "Break"):
        raise not_in_this_state(session.runtime or session.status)
    if not _may_record(world):
        raise ApiError(403, "CMN-109", "Feature not available: recording", "recordingEnabled")
    if session.recording is None:
        now = world.now()
        session.recording = Recording(id=world.new_id("recording"), started=now, modified=now, key=secret())
    return session.recording


def _enter(world: World, webinar: Webinar, session: Session, phase: RuntimeStatus) -> None:
    session.runtime = phase
    if phase == "Live":
        session.live_from = session.live_from or world.now()
        if webinar.fields.settings.auto_record and _may_record(world):
            record(world, session.id)
    if phase == "Debrief":
        _go_off_air(session, world)
        session.plans = []
        empty_room(session, world.now(), attendees_only=True)
    world.emit(RUNTIME, session)
    catch_up(world)


def _may_record(world: World) -> bool:
    return bool(world.company.locked_settings.get("recordingEnabled", READ_ONLY_SETTINGS["recordingEnabled"]))


def _go_off_air(session: Session, world: World) -> None:
    now = world.now()
    if session.live_from and session.live_until is None:
        session.live_until = now
    if session.recording and session.recording.ended is None:
        session.recording.ended = session.recording.modified = now


def _set_status(world: World, session: Session, before: Status, after: Status) -> None:
    if session.status != before:
        raise not_in_this_state(session.status)
    session.fields = session.fields.model_copy(update={"status": after})
    session.modified = world.now()
