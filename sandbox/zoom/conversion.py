"""Turns a meeting into a webinar, or the other way round, under one id, as a host can do at Zoom."""

from __future__ import annotations

from sandbox.zoom.event_bodies import by_operator, summary
from sandbox.zoom.models import EventKind
from sandbox.zoom.schedule import FORMS
from sandbox.zoom.world import World

TYPES = {2: 5, 3: 6, 8: 9, 5: 2, 6: 3, 9: 8}
"""The type of the other kind with the same dates."""


def convert(world: World, event_id: int) -> None:
    """Convert it, and emit the event. ValueError for an instant meeting, which has no counterpart."""
    event = world.find(event_id)
    if event.fields.type not in TYPES:
        raise ValueError("Only a scheduled or recurring meeting can become a webinar.")
    stored = {**event.fields.model_dump(exclude_none=True), "type": TYPES[event.fields.type]}
    before: EventKind = event.kind
    event.fields = FORMS["webinar" if before == "meeting" else "meeting"].model_validate(stored)
    event.kind = "webinar" if before == "meeting" else "meeting"
    event.panelists.clear()
    world.emit(f"{before}.converted_to_{event.kind}", by_operator(world, event, object=summary(event)))
