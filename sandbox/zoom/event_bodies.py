"""The bodies of webhook events. The id of a meeting is an integer in some and a text in others, as at Zoom."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.zoom import times
from sandbox.zoom.models import Event, Participant
from sandbox.zoom.world import ACCOUNT_ID, World

Payload = dict[str, Any]
REGISTRATIONS = ("registration_created", "registration_approved", "registration_cancelled", "registration_denied")
COURSE = ("started", "ended", "participant_joined", "participant_left")
"""Events in which the id is a text; in all others it is a number."""
NAMES = ("created", "updated", "deleted", *REGISTRATIONS, *COURSE)
CONVERSIONS = ("meeting.converted_to_webinar", "webinar.converted_to_meeting")
RECORDED = "recording.completed"
EVENTS = (*(f"{kind}.{one}" for kind in ("meeting", "webinar") for one in NAMES), *CONVERSIONS, RECORDED)


def summary(event: Event) -> Payload:
    """What every event has of a meeting or webinar, with the id as a number."""
    body: Payload = {
        "uuid": event.uuid,
        "id": event.id,
        "host_id": event.host_id,
        "topic": event.fields.topic,
        "type": event.fields.type,
        "duration": event.fields.duration,
        "timezone": event.fields.timezone,
    }
    return body | ({"start_time": times.text(event.start)} if event.start else {})


def by_operator(world: World, event: Event, **more: Any) -> Payload:
    """The payload of a change: what changed, and the user who did it. An app acts as its owner, here the host."""
    host = world.user_of(event)
    return {"operator": host.email, "operator_id": host.id, **more}


def whole(world: World, event: Event) -> Payload:
    """A meeting or webinar as in the event of its creation."""
    settings = {
        "use_pmi": False,
        "alternative_hosts": event.fields.settings.alternative_hosts,
    }
    more = {"join_url": f"{world.url}/j/{event.id}", "settings": settings, "creation_source": event.creation_source}
    return {**summary(event), **more}


def running(event: Event, name: str, participant: Participant | None = None) -> Payload:
    """A meeting or webinar as in the event of its course with this name, with its id as a text."""
    started = times.text(event.started_at) if event.started_at else ""
    body: Payload = {**summary(event), "id": str(event.id), "start_time": started}
    if name == "ended" and event.ended_at:
        body["end_time"] = times.text(event.ended_at)
    if participant:
        body["participant"] = _person(participant, name)
    return body


def envelope(name: str, payload: Payload, milliseconds: int) -> Payload:
    """An event as it is delivered; that of a recording has a token for its files."""
    token = {"download_token": secrets.token_urlsafe(24)} if name == RECORDED else {}
    return {"event": name, "event_ts": milliseconds, **token, "payload": {"account_id": ACCOUNT_ID, **payload}}


def _person(one: Participant, name: str) -> Payload:
    """A participant. The address is empty for people from outside who have not registered."""
    body: Payload = {"user_id": one.user_id, "user_name": one.name, "id": one.account_user_id, "email": one.email}
    if one.registrant_id:
        body["registrant_id"] = one.registrant_id
    if name == "participant_joined":
        return body | {"join_time": times.text(one.joined)}
    left = one.left or one.joined
    return body | {"leave_time": times.text(left), "leave_reason": f"{one.name} left the session."}
