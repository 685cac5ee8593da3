"""The Zoom account of the sandbox: ready-made meetings, and what the page's tools do at Zoom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.zoom import ApiError, Zoom
from sandbox.zoom_meetings import plan_meetings

LATEST = 50  # calls shown
FAULTS: dict[str, dict[str, Any]] = {
    "429": {"limit": "second"},
    "429_day": {"limit": "day"},
    "429_address": {"limit": "address"},
    "500": {"status": 500},
    "timeout_before": {"status": 500, "hang": 25.0},
    "timeout_after": {"status": 500, "hang": 25.0, "effect": True},
}
MANUAL, AUTOMATIC = 1, 0

Given = dict[str, Any]


class ZoomDemo:
    """One account, beside the page and the bot."""

    def __init__(self, clock: SandboxClock) -> None:
        """An account with ready-made meetings; `load` replaces them."""
        self.zoom = Zoom(clock)
        self.is_heard = False
        """Whether the bot's address for webhooks is validated."""
        plan_meetings(self.zoom)

    async def listen(self, url: str) -> None:
        """Send webhooks to this address, as the app's page at Zoom sets up; without a valid answer there are none."""
        try:
            await self.zoom.webhooks.subscribe(url)
        except ValueError:
            self.is_heard = False
        else:
            self.is_heard = True

    def state(self) -> Given:
        """What the page shows: meetings, calls, what is used up of the limits, and whether webhooks are sent."""
        calls = self.zoom.calls
        return {
            "meetings": self.zoom.meetings(),
            "limits": self.zoom.world.limits.used(),
            "webhooks": self.is_heard,
            "count": len(calls),
            "calls": [
                {
                    "method": one.method,
                    "path": one.path,
                    "status": one.status,
                    "group": one.label or "",
                    "at": one.at.timestamp(),
                }
                for one in calls[-LATEST:]
            ],
        }

    async def change(self, event_id: str, act: str, given: Given) -> None:
        """Apply one of `CHANGES` to a meeting or webinar. LookupError with a sentence if Zoom does not allow it."""
        try:
            CHANGES[act](self.zoom, int(event_id), given)
        except (ApiError, ValueError) as refusal:
            raise LookupError(f"Zoom does not allow this: {refusal}") from refusal

    def fail(self, kind: str) -> None:
        """The next call of the API meets this fault."""
        self.zoom.fail("*", "^/v2/", **FAULTS[kind])


def _register(zoom: Zoom, event_id: int, given: Given) -> None:
    if not zoom.register(event_id, int(given["count"])):
        raise LookupError("Nobody got in: there is no more room.")


def _decide(action: str) -> Callable[[Zoom, int, Given], None]:
    def act(zoom: Zoom, event_id: int, given: Given) -> None:
        zoom.decide(event_id, action, str(given["registrant"]))

    return act


def _come(zoom: Zoom, event_id: int, given: Given) -> None:
    if not zoom.come(event_id, int(given["count"])):
        raise LookupError("Nobody else is registered and approved.")


def _leave(zoom: Zoom, event_id: int, given: Given) -> None:
    if not zoom.go(event_id, int(given["count"])):
        raise LookupError("Only the host is there.")


def _stranger(zoom: Zoom, event_id: int, _given: Given) -> None:
    zoom.room.join(event_id, name="Somebody without registration")


def _begin(zoom: Zoom, event_id: int, _given: Given) -> None:
    zoom.begin(event_id)


def _finish(zoom: Zoom, event_id: int, _given: Given) -> None:
    zoom.finish(event_id)


def _record(zoom: Zoom, event_id: int, _given: Given) -> None:
    zoom.room.record(event_id)


def _publish(zoom: Zoom, event_id: int, _given: Given) -> None:
    zoom.room.publish(event_id)


def _convert(zoom: Zoom, event_id: int, _given: Given) -> None:
    zoom.convert(event_id)


def _rename(zoom: Zoom, event_id: int, given: Given) -> None:
    zoom.edit(event_id, topic=str(given["title"]))


def _move(zoom: Zoom, event_id: int, given: Given) -> None:
    zoom.move(event_id, timedelta(seconds=float(given["seconds"])))


def _approval(approval_type: int) -> Callable[[Zoom, int, Given], None]:
    return lambda zoom, event_id, _given: zoom.edit(event_id, settings={"approval_type": approval_type})


def _skip(zoom: Zoom, event_id: int, _given: Given) -> None:
    """Delete the next date."""
    now = zoom.clock.now()
    dates = [one for one in zoom.world.find(event_id).occurrences if not one.is_deleted and one.start > now]
    if not dates:
        raise LookupError("It has no more dates.")
    zoom.delete(event_id, dates[0].id)


def _delete(zoom: Zoom, event_id: int, _given: Given) -> None:
    zoom.delete(event_id)


CHANGES: dict[str, Callable[[Zoom, int, Given], None]] = {
    "register": _register,
    "approve": _decide("approve"),
    "deny": _decide("deny"),
    "cancel": _decide("cancel"),
    "begin": _begin,
    "come": _come,
    "stranger": _stranger,
    "leave": _leave,
    "record": _record,
    "finish": _finish,
    "publish": _publish,
    "convert": _convert,
    "rename": _rename,
    "move": _move,
    "manual": _approval(MANUAL),
    "automatic": _approval(AUTOMATIC),
    "skip": _skip,
    "delete": _delete,
}
"""`register`, `come` and `leave` take a number of people, `approve`, `deny` and `cancel` a registrant, `rename` a
title, `move` seconds (negative: earlier)."""
