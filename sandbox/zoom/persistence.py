"""State of an account as JSON, so that a sandbox can go on where it ended."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from sandbox.zoom.models import Event
from sandbox.zoom.world import World

EVENTS = TypeAdapter(dict[int, Event])


def dump(world: World) -> dict[str, Any]:
    """Meetings and webinars with their people."""
    events = EVENTS.dump_python(world.events, mode="json")
    return {"events": events, "last_number": world.last_number, "last_guest": world.last_guest}


def load(world: World, dumped: dict[str, Any]) -> None:
    """Replace what the account has."""
    world.events = EVENTS.validate_python(dumped.get("events", {}))
    world.last_number, world.last_guest = dumped.get("last_number", 0), dumped.get("last_guest", 0)
