"""The pages behind Zoom's links: of a meeting, of a registrant or panelist, of a recording."""

from __future__ import annotations

from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from aiohttp import web

from sandbox import markup
from sandbox.markup import note
from sandbox.zoom.models import Event, Registrant
from sandbox.zoom.room import Room
from sandbox.zoom.world import World

VENDOR = "Zoom"
NO_PAGE = "There is no such page. The meeting may have been deleted."
STATES = {"Scheduled": "It has not started yet.", "Started": "It is live now.", "Ended": "It has ended."}


class JoinPages:
    """The pages of one account."""

    def __init__(self, world: World, room: Room) -> None:
        """Serve the pages of this account; people join this room."""
        self._world = world
        self._room = room

    def routes(self) -> list[web.RouteDef]:
        """All routes; the paths are like Zoom's."""
        return [
            web.get("/j/{id}", self.show_meeting),
            web.get("/s/{id}", self.show_host_link),
            web.get("/w/{id}", self.show_own_link),
            web.post("/w/{id}", self.join),
            web.get("/rec/{what}/{secret}", self.show_recording),
        ]

    async def show_meeting(self, request: web.Request) -> web.Response:
        """The link that everybody has."""
        event = self._world.named(request.match_info["id"])
        if event is None:
            return not_found()
        only = " People who want to join must register." if event.has_registration else ""
        return about(self._world, 200, event, note(f"{STATES[event.status]}{only}"))

    async def show_host_link(self, request: web.Request) -> web.Response:
        """The host's own link."""
        event = self._world.named(request.match_info["id"])
        if event is None:
            return not_found()
        return about(self._world, 200, event, note("This is the host’s own link: opening it starts the meeting."))

    async def show_own_link(self, request: web.Request) -> web.Response:
        """The link of a registrant, or of a panelist."""
        event = self._world.named(request.match_info["id"])
        token = request.query.get("tk", "")
        if event is None or not (name := self._owner(event, token)):
            return not_found()
        below = note(f"This link belongs to {name}.") + note(STATES[event.status])
        if event.is_started and self._registrant(event, token):
            below += markup.question("Do you want to join?", "Join")
        return about(self._world, 200, event, below)

    async def join(self, request: web.Request) -> web.Response:
        """A registrant joins."""
        event = self._world.named(request.match_info["id"])
        one = self._registrant(event, request.query.get("tk", "")) if event else None
        if event is None or one is None or not event.is_started:
            return not_found()
        self._room.join(event.id, one.id)
        return about(self._world, 200, event, note("You are in the meeting."))

    async def show_recording(self, request: web.Request) -> web.Response:
        """A recording that is ready."""
        for event in self._world.events.values():
            one = event.recording
            if one and one.is_ready and one.secret == request.match_info["secret"]:
                return about(self._world, 200, event, note("Here the recording would be played."))
        return not_found()

    def _owner(self, event: Event, token: str) -> str:
        one = self._registrant(event, token)
        if one:
            return f"{one.fields.first_name} {one.fields.last_name}".strip()
        return next((f"{one.name}, a panelist" for one in event.panelists.values() if one.secret == token), "")

    def _registrant(self, event: Event, token: str) -> Registrant | None:
        approved = [one for one in event.registrants.values() if one.status == "approved"]
        return next((one for one in approved if one.secret == token), None)


def not_found() -> web.Response:
    """A 404 page."""
    return markup.response(VENDOR, 404, "Not found", note(NO_PAGE))


def about(world: World, status: int, event: Event, body: str) -> web.Response:
    """A page about a meeting: title, time, host and description, and what is below them."""
    fields = event.fields
    when = local_text(event.start, fields.timezone) if event.start else "No date yet"
    agenda = f'<p class="about">{escape(fields.agenda)}</p>' if fields.agenda else ""
    host = escape(world.user_of(event).name)
    top = f'<h1>{escape(fields.topic)}</h1><p class="when">{escape(when)}<br>Hosted by {host}</p>{agenda}'
    return markup.response(VENDOR, status, fields.topic, top + body)


def local_text(moment: datetime, zone: str) -> str:
    """A time in this zone, in words."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M} ({zone})"
