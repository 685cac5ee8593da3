"""A webinar of the RingCentral stand-in that takes place, and what its history says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.sandbox.ringcentral_client import ApiClient, Reply

HISTORY = "/webinar/history/v1"
LONG_AGO, FAR_AHEAD = "2001-01-01T00:00:00Z", "2040-01-01T00:00:00Z"
PAST = {"endTimeFrom": LONG_AGO, "endTimeTo": FAR_AHEAD}
RECORDED = {"creationTimeFrom": LONG_AGO, "creationTimeTo": FAR_AHEAD}
BEGAN = "2030-01-01T00:00:00.000Z"


def after(minutes: float) -> str:
    """A time so many minutes after the stand-in was started, as the API writes it."""
    hours, rest = divmod(round(minutes * 60), 3600)
    return f"2030-01-01T{hours:02}:{rest // 60:02}:{rest % 60:02}.000Z"


class Past:
    """One webinar, its room, and reads of its history."""

    def __init__(self, at: ApiClient, webinar_id: str, session_id: str) -> None:
        self.at, self.webinar_id, self.id = at, webinar_id, session_id
        self.room = at.rc.room
        self.path = f"{HISTORY}/webinars/{webinar_id}/sessions/{session_id}"

    def wait(self, minutes: float) -> None:
        self.at.clock.move(timedelta(minutes=minutes))

    async def session(self) -> dict[str, Any]:
        reply = await self.at.call("GET", self.path)
        assert reply.status == 200, reply.body
        return dict(reply.body)

    async def people(self, **query: str) -> list[dict[str, Any]]:
        reply = await self.at.call("GET", f"{self.path}/participants", **query)
        assert reply.status == 200, reply.body
        return list(reply.body["records"])

    async def recording(self) -> dict[str, Any]:
        reply = await self.at.call("GET", f"{HISTORY}/recordings", **RECORDED)
        assert reply.status == 200, reply.body
        (found,) = [one for one in reply.body["records"] if one["session"]["id"] == self.id]
        return dict(found)

    async def download(self, who: str = "webinars@acme.example", **query: str) -> Reply:
        path = f"{HISTORY}/recordings/{(await self.recording())['id']}/download"
        return await self.at.call("GET", path, who=who, **query)


async def new_past(at: ApiClient, who: str = "webinars@acme.example", **settings: Any) -> Past:
    """A webinar that has not begun; with registration unless the settings say otherwise."""
    webinar_id = await at.make_webinar(who, **{"registrationEnabled": True, **settings})
    session_id = await at.make_session(webinar_id, who)
    at.rc.rules.registration_delay = 0
    return Past(at, webinar_id, session_id)
