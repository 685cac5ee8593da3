"""Overview of the meetings and webinars for a control panel."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sandbox.zoom.admission import seats
from sandbox.zoom.models import MANUAL, Event
from sandbox.zoom.schedule import registration_url, shown_occurrence
from sandbox.zoom.world import World

LATEST = 50
"""Registrants shown of each."""


def overview(world: World) -> list[dict[str, Any]]:
    """Each meeting and webinar, soonest first, those without a date last; `start` in Unix seconds."""
    rows = [_row(world, one) for one in world.events.values()]
    return sorted(rows, key=lambda row: (row["start"] is None, row["start"] or 0, row["id"]))


def _row(world: World, event: Event) -> dict[str, Any]:
    counts = Counter(one.status for one in event.registrants.values())
    return {
        "id": str(event.id),
        "kind": event.kind,
        "type": event.fields.type,
        "topic": event.fields.topic,
        "host": world.user_of(event).email,
        "start": event.start.timestamp() if event.start else None,
        "status": event.status,
        "registration": event.has_registration,
        "approval": "manual" if event.fields.settings.approval_type == MANUAL else "automatic",
        "approved": counts["approved"],
        "pending": counts["pending"],
        "denied": counts["denied"],
        "seats": seats(world, event),
        "registrants": _people(event),
        "present": sum(one.left is None for one in event.participants),
        "participants": len(event.participants),
        "occurrences": [shown_occurrence(one) for one in event.occurrences],
        "recording": _recording(event),
        "join_url": f"{world.url}/j/{event.id}",
        "registration_url": registration_url(world, event) if event.has_registration else None,
    }


def _people(event: Event) -> list[dict[str, str]]:
    """The latest registrants, newest first."""
    latest = list(event.registrants.values())[: -LATEST - 1 : -1]
    return [
        {
            "id": one.id,
            "name": f"{one.fields.first_name} {one.fields.last_name}".strip(),
            "email": one.fields.email,
            "status": one.status,
        }
        for one in latest
    ]


def _recording(event: Event) -> str | None:
    if event.recording is None:
        return None
    if event.recording.is_ready:
        return "available"
    return "processing" if event.recording.ended else "running"
