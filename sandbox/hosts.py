"""What hosts and outside people do at RingCentral without the bot, triggered from the page's tools."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sandbox.ringcentral import RingCentral
from sandbox.ringcentral.responses import ApiError

PATIENCE = 2.0
"""Seconds in which a new webinar becomes known to RingCentral's registration service."""
RETRY_EVERY = 0.05
NOT_FOUND = 404

Given = dict[str, Any]


async def register(ringcentral: RingCentral, session_id: str, count: int, patience: float = PATIENCE) -> int:
    """Register outside people and return how many got in. LookupError if registration is not possible."""
    until = ringcentral.clock.monotonic() + patience
    while True:
        try:
            return len(ringcentral.register(session_id, count))
        except ApiError as refusal:
            if refusal.status != NOT_FOUND or ringcentral.clock.monotonic() > until:
                raise LookupError("Registration is not possible for this webinar.") from refusal
        await asyncio.sleep(RETRY_EVERY)


def change(ringcentral: RingCentral, session_id: str, act: str, given: Given) -> None:
    """Apply one of `CHANGES` to a webinar. LookupError with a sentence if RingCentral does not allow it."""
    try:
        CHANGES[act](ringcentral, session_id, given)
    except ApiError as refusal:
        raise LookupError(f"RingCentral does not allow this: {refusal}") from refusal


def _begin(ringcentral: RingCentral, session_id: str, _given: Given) -> None:
    ringcentral.begin(session_id)


def _finish(ringcentral: RingCentral, session_id: str, _given: Given) -> None:
    ringcentral.finish(session_id)


def _cancel(ringcentral: RingCentral, session_id: str, _given: Given) -> None:
    ringcentral.cancel(session_id)


def _rename(ringcentral: RingCentral, session_id: str, given: Given) -> None:
    ringcentral.edit(session_id, title=str(given["title"]))


def _move(ringcentral: RingCentral, session_id: str, given: Given) -> None:
    starts = {one["session_id"]: one["start"] for one in ringcentral.webinars()}
    moved = datetime.fromtimestamp(starts[session_id] + float(given["seconds"]), UTC)
    ringcentral.edit(session_id, scheduledStartTime=moved.isoformat())


def _limit(ringcentral: RingCentral, session_id: str, given: Given) -> None:
    ringcentral.edit(session_id, registration={"settings": {"autoCloseLimit": int(given["limit"])}})


def _close(ringcentral: RingCentral, session_id: str, _given: Given) -> None:
    ringcentral.edit(session_id, registration={"registrationStatus": "Closed"})


def _open(ringcentral: RingCentral, session_id: str, _given: Given) -> None:
    ringcentral.edit(session_id, registration={"registrationStatus": "Open"})


CHANGES: dict[str, Callable[[RingCentral, str, Given], None]] = {
    "begin": _begin,
    "finish": _finish,
    "cancel": _cancel,
    "rename": _rename,
    "move": _move,
    "limit": _limit,
    "close": _close,
    "open": _open,
}
"""`rename` takes a title, `move` seconds (negative: earlier), `limit` a number (0: no limit)."""
REGISTRATION_CHANGES = frozenset({"limit", "close", "open"})
"""Changes that show in the session's registration only, not in the list of sessions."""
