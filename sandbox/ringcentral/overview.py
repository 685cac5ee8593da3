"""Overview of the webinars for a control panel."""

from __future__ import annotations

from typing import Any

from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.recording import is_shared, recording_status
from sandbox.ringcentral.registration import is_open, registration_page_uri
from sandbox.ringcentral.world import World


def overview(world: World) -> list[dict[str, Any]]:
    """Each webinar that has a session, soonest first; `start` in Unix seconds, `limit` None for no limit.

    `runtime` is the phase of a running session, `present` counts the people who are in it now.
    """
    with_session = sorted(world.with_session(), key=lambda pair: pair[1].fields.scheduled_start_time)
    return [_row(world, webinar, session) for webinar, session in with_session]


def _recording(world: World, session: Session) -> dict[str, Any] | None:
    one = session.recording
    if one is None:
        return None
    now = world.now()
    return {"id": one.id, "status": recording_status(one, world.rules, now), "shared": is_shared(one, now)}


def _row(world: World, webinar: Webinar, session: Session) -> dict[str, Any]:
    registration = webinar.fields.settings.registration_enabled
    return {
        "webinar_id": webinar.id,
        "session_id": session.id,
        "title": webinar.fields.title,
        "start": session.fields.scheduled_start_time.timestamp(),
        "status": session.status,
        "runtime": session.runtime,
        "registration": registration,
        "open": is_open(world, session),
        "registrants": len(session.registrants),
        "limit": session.registration.settings.auto_close_limit or None,
        "present": sum(one.is_present for one in session.participants),
        "participants": len(session.participants),
        "recording": _recording(world, session),
        "registration_page_uri": registration_page_uri(world, session) if registration else None,
    }
