"""Control routes for what happens in a running webinar: its phases, the people in it, its recording."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from pydantic import TypeAdapter

from sandbox.control import json_errors, json_object
from sandbox.ringcentral.people import Role
from sandbox.ringcentral.presence import RuntimeStatus
from sandbox.ringcentral.room import HOUR, Room

PHASE: TypeAdapter[RuntimeStatus] = TypeAdapter(RuntimeStatus)
ROLE: TypeAdapter[Role] = TypeAdapter(Role)
WEBINAR, PARTICIPANT = "/sandbox/webinars/{id}", "/sandbox/participants/{id}"
DONE: dict[str, Any] = {"ok": True}


class RoomControl:
    """JSON in, JSON out, as the other control routes."""

    def __init__(self, room: Room) -> None:
        """Control the running webinars of this account."""
        self._room = room

    def routes(self) -> list[web.RouteDef]:
        """All routes; see docs/sandbox-ringcentral.md."""
        return [
            web.post(f"{WEBINAR}/start", json_errors(self.start)),
            web.post(f"{WEBINAR}/phase", json_errors(self.change_phase)),
            web.post(f"{WEBINAR}/finish", json_errors(self.finish)),
            web.post(f"{WEBINAR}/join", json_errors(self.join)),
            web.post(f"{WEBINAR}/crowd", json_errors(self.send_crowd)),
            web.get(f"{WEBINAR}/participants", json_errors(self.show_participants)),
            web.post(f"{PARTICIPANT}/return", json_errors(self.come_back)),
            web.post(f"{PARTICIPANT}/leave", json_errors(self.leave)),
            web.post(f"{PARTICIPANT}/eject", json_errors(self.eject)),
            web.patch(PARTICIPANT, json_errors(self.change_role)),
            web.post(f"{WEBINAR}/recording", json_errors(self.record)),
            web.patch(f"{WEBINAR}/recording", json_errors(self.change_recording)),
        ]

    async def start(self, request: web.Request) -> web.Response:
        """Start a webinar as its host, in Practice or live at once."""
        sent = await json_object(request)
        self._room.start(request.match_info["id"], PHASE.validate_python(sent.get("phase", "Live")))
        return web.json_response(DONE)

    async def change_phase(self, request: web.Request) -> web.Response:
        """Take a running webinar to its next phase."""
        sent = await json_object(request)
        self._room.go_to(request.match_info["id"], PHASE.validate_python(sent.get("phase")))
        return web.json_response(DONE)

    async def finish(self, request: web.Request) -> web.Response:
        """End a webinar as its host."""
        self._room.finish(request.match_info["id"])
        return web.json_response(DONE)

    async def join(self, request: web.Request) -> web.Response:
        """Join as a registrant, as a member of the team, or with the shared link."""
        sent = await json_object(request)
        participant_id = self._room.join(
            request.match_info["id"],
            registrant=str(sent.get("registrantId", "")),
            invitee=str(sent.get("inviteeId", "")),
            name=(str(sent.get("firstName", "")), str(sent.get("lastName", ""))),
            other_device=bool(sent.get("otherDevice", False)),
        )
        return web.json_response({"participantId": participant_id})

    async def send_crowd(self, request: web.Request) -> web.Response:
        """Let people come over some time."""
        sent = await json_object(request)
        count, seconds = int(sent.get("count", 1)), float(sent.get("seconds", HOUR))
        return web.json_response({"coming": self._room.send_crowd(request.match_info["id"], count, seconds)})

    async def show_participants(self, request: web.Request) -> web.Response:
        """Everybody who took part, as in the history."""
        return web.json_response({"participants": self._room.participants(request.match_info["id"])})

    async def come_back(self, request: web.Request) -> web.Response:
        """Join again after leaving."""
        self._room.come_back(request.match_info["id"])
        return web.json_response(DONE)

    async def leave(self, request: web.Request) -> web.Response:
        """Leave."""
        self._room.leave(request.match_info["id"])
        return web.json_response(DONE)

    async def eject(self, request: web.Request) -> web.Response:
        """Remove a participant as the host."""
        self._room.eject(request.match_info["id"])
        return web.json_response(DONE)

    async def change_role(self, request: web.Request) -> web.Response:
        """Give a participant another role for this session."""
        sent = await json_object(request)
        self._room.change_role(request.match_info["id"], ROLE.validate_python(sent.get("role")))
        return web.json_response(DONE)

    async def record(self, request: web.Request) -> web.Response:
        """Record a live webinar."""
        return web.json_response({"recordingId": self._room.record(request.match_info["id"])})

    async def change_recording(self, request: web.Request) -> web.Response:
        """Share the recording (`shared`, for some `days`), stop sharing it, or let its processing fail (`failed`)."""
        sent, any_id = await json_object(request), request.match_info["id"]
        if sent.get("failed") is True:
            self._room.fail_recording(any_id)
        elif sent.get("shared") is True:
            self._room.share_recording(any_id, days=float(sent["days"]) if "days" in sent else None)
        elif sent.get("shared") is False:
            self._room.unshare_recording(any_id)
        else:
            raise ValueError("Send shared or failed.")
        return web.json_response(DONE)
