"""What is delivered for an event. RingCentral publishes no body of a webinar event, so there are several to choose."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from sandbox.ringcentral.events import REGISTRANTS, REGISTRATION, SESSIONS, Event
from sandbox.ringcentral.registrants import registrant_resource
from sandbox.ringcentral.registration import registration_resource
from sandbox.ringcentral.rules import EventBodies
from sandbox.ringcentral.sessions import listed_session
from sandbox.ringcentral.subscriptions import Subscription
from sandbox.ringcentral.wire import iso
from sandbox.ringcentral.world import World


def delivery_body(world: World, event: Event, to: Subscription, matched: str) -> bytes:
    """The delivery as bytes; the envelope is the one that the guide shows for other events."""
    shape = world.rules.event_bodies
    if shape == "text":
        return f"{event.path} {event.change}".encode()
    envelope = {
        "uuid": str(uuid4()),
        "event": matched,
        "timestamp": iso(world.now()),
        "subscriptionId": to.id,
        "ownerId": to.owner_id,
        "body": _body(world, event, shape),
    }
    return json.dumps(envelope).encode()


def _body(world: World, event: Event, shape: EventBodies) -> Any:
    ids = {"webinarId": event.webinar.id, "sessionId": event.session.id}
    if event.registrant:
        ids["registrantId"] = event.registrant.id
    if shape == "ids":
        return {"eventType": event.change, **ids}
    if shape == "numbers":
        return {"eventType": event.change, **{name: int(value) for name, value in ids.items()}}
    if shape == "nested":
        objects = {name.removesuffix("Id"): {"id": value} for name, value in ids.items()}
        return {"changes": [{"kind": event.change, "objects": objects}]}
    return {"eventType": event.change, **ids, **_resource(world, event)} if shape == "resource" else {}


def _resource(world: World, event: Event) -> dict[str, Any]:
    if event.path == SESSIONS:
        return listed_session(world, event.webinar, event.session)
    if event.path == REGISTRATION:
        return registration_resource(world, event.session)
    if event.path == REGISTRANTS and event.registrant:
        return registrant_resource(world, event.registrant, with_questionnaire=False)
    return {"id": event.session.id, "status": event.session.status, "runtimeStatus": event.session.runtime or "Idle"}
