"""Overview of the webinars for a control panel."""

from __future__ import annotations

from typing import Any

from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.registration import is_open, registration_page_uri
from sandbox.ringcentral.world import World


def overview(world: World) -> list[dict[str, Any]]:
    """Each webinar that has a session, soonest first; `start` in Unix seconds, `limit` None for no limit."""
    with_session = sorted(world.with_session(), key=lambda pair: pair[1].fields.scheduled_start_time)
    return [_row(world, webinar, session) for webinar, session in with_session]


def _row(world: World, webinar: Webinar, session: Session) -> dict[str, Any]:
    registration = webinar.fields.settings.registration_enabled
    return {
        "webinar_id": webinar.id,
        "session_id": session.id,
        "title": webinar.fields.title,
        "start": session.fields.scheduled_start_time.timestamp(),
        "status": session.status,
        "registration": registration,
        "open": is_open(world, session),
        "registrants": len(session.registrants),
        "limit": session.registration.settings.auto_close_limit or None,
        "registration_page_uri": registration_page_uri(world, session) if registration else None,
    }
