"""What hosts and outside people do at RingCentral without the bot, triggered from the page's tools."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sandbox.ringcentral import RingCentral
from sandbox.ringcentral.presence import RuntimeStatus
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


def _practice(ringcentral: RingCentral, session_id: str, _given: Given) -> None:
    ringcentral.room.start(session_id, "Practice")


def _go_to(phase: RuntimeStatus) -> Callable[[RingCentral, str, Given], None]:
    return lambda ringcentral, session_id, _given: ringcentral.room.go_to(session_id, phase)


def _come(ringcentral: RingCentral, session_id: str, given: Given) -> None:
    seconds = float(given.get("seconds", 0))
    if ringcentral.room.send_crowd(session_id, int(given["count"]), seconds) == 0:
        raise LookupError("Nobody else is registered, and registration is closed.")


def _leave(ringcentral: RingCentral, session_id: str, given: Given) -> None:
    for one in _attendees(ringcentral, session_id, present=True)[: int(given["count"])]:
        ringcentral.room.leave(one)


def _return(ringcentral: RingCentral, session_id: str, given: Given) -> None:
    for one in _attendees(ringcentral, session_id, present=False)[: int(given["count"])]:
        ringcentral.room.come_back(one)


def _attendees(ringcentral: RingCentral, session_id: str, *, present: bool) -> list[str]:
    """Attendees who are in the webinar now, or who left of their own accord."""
    found = [
        str(one["id"])
        for one in ringcentral.room.participants(session_id)
        if one["originalRole"] == "Attendee" and ("leaveTime" not in one) == present and not one["wasEjected"]
    ]
    if not found:
        raise LookupError("No attendee is in the webinar." if present else "No attendee has left the webinar.")
    return found


def _record(ringcentral: RingCentral, session_id: str, _given: Given) -> None:
    ringcentral.room.record(session_id)


def _share(ringcentral: RingCentral, session_id: str, _given: Given) -> None:
    ringcentral.room.share_recording(session_id)


def _unshare(ringcentral: RingCentral, session_id: str, _given: Given) -> None:
    ringcentral.room.unshare_recording(session_id)


def _fail(ringcentral: RingCentral, session_id: str, _given: Given) -> None:
    ringcentral.room.fail_recording(session_id)


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
    "practice": _practice,
    "begin": _begin,
    "going_live": _go_to("GoingLive"),
    "live": _go_to("Live"),
    "break": _go_to("Break"),
    "debrief": _go_to("Debrief"),
    "come": _come,
    "leave": _leave,
    "return": _return,
    "record": _record,
    "share": _share,
    "unshare": _unshare,
    "fail": _fail,
    "finish": _finish,
    "cancel": _cancel,
    "rename": _rename,
    "move": _move,
    "limit": _limit,
    "close": _close,
    "open": _open,
}
"""`rename` takes a title, `move` seconds (negative: earlier), `limit` a number (0: no limit), `come` a number of people
and the seconds over which they come, `leave` and `return` a number of people."""
