"""A Zoom stand-in with meetings and webinars in every state, and the ids that generated requests can use."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import get_args

from sandbox.clock import SandboxClock
from sandbox.zoom import Zoom
from sandbox.zoom.models import EventKind
from sandbox.zoom.rules import MOST_REGISTRANTS, Label
from tools.spec_check.target import Ids, Target

UNLIMITED = 1_000_000_000
OF_EACH_KIND = 60
HOST = "ana@acme.example"
SINGLE: dict[EventKind, int] = {"meeting": 2, "webinar": 5}
EXCLUDED = "negative_data_rejection,unsupported_method,positive_data_acceptance"
"""Zoom ignores what it does not know, and sends no `Allow`; an id that is valid as a text need not exist."""


@asynccontextmanager
async def prepared_zoom() -> AsyncIterator[Target]:
    """Start the stand-in without limits, fill it, and stop it at the end."""
    zoom = Zoom(SandboxClock())
    _lift_limits(zoom)
    await zoom.start()
    try:
        ids: list[Ids] = [{"userId": HOST}]
        for number in range(OF_EACH_KIND):
            for kind in get_args(EventKind):
                ids += _event(zoom, kind, number)
        basic = b64encode(f"{zoom.client_id}:{zoom.client_secret}".encode()).decode()
        token = zoom.world.tokens.create()
        yield Target(zoom.api_url, token, f"Basic {basic}", ids, zoom.calls, EXCLUDED, skipped="/oauth/")
    finally:
        await zoom.stop()


def _lift_limits(zoom: Zoom) -> None:
    rules, labels = zoom.rules, get_args(Label)
    rules.per_second = rules.per_day = dict.fromkeys(labels, UNLIMITED)
    rules.adds_per_address = rules.changes_per_host = rules.status_changes_per_registrant = UNLIMITED
    rules.capacity = MOST_REGISTRANTS


def _event(zoom: Zoom, kind: EventKind, number: int) -> list[Ids]:
    """A meeting or webinar with three registrants: planned, running, or ended with a recording."""
    made = zoom.create(
        f"{kind} {number}",
        zoom.clock.now(),
        kind=kind,
        type=SINGLE[kind],
        settings={"approval_type": number % 2},
    )
    people = zoom.register(made, 3)
    if number % 3:
        zoom.begin(made)
        zoom.come(made, 2)
    if number % 3 == 2:
        zoom.room.record(made)
        zoom.finish(made)
        zoom.room.publish(made)
    return [{f"{kind}Id": str(made), "registrantId": one, "panelistId": one} for one in people]
