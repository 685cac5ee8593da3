"""The pages behind personal links: joining a webinar, and canceling a registration."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from aiohttp import web

from sandbox.ringcentral import markup
from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.people import Registrant
from sandbox.ringcentral.recording import is_available
from sandbox.ringcentral.registrants import remove_registrant
from sandbox.ringcentral.responses import ApiError
from sandbox.ringcentral.world import World

ENDED = "This webinar has ended."
NO_PAGE = "There is no such page. The webinar may have been canceled."
ASK = "Do you want to cancel this registration? Its join link will no longer work."
CANCELED = "The registration is canceled."
TOO_LATE = "This webinar has ended: there is nothing left to cancel."
STATES = {
    "Scheduled": "It has not started yet.",
    "Active": "It is live now.",
    "Finished": ENDED,
}
ROLES = {"CoHost": "a co-host", "Panelist": "a panelist"}


class JoinPages:
    """The pages of one account; `changed` is called after a cancellation."""

    def __init__(self, world: World, changed: Callable[[], None]) -> None:
        """Serve the pages of this account."""
        self._world = world
        self._changed = changed

    def routes(self) -> list[web.RouteDef]:
        """All routes; the paths of the host's and the attendees' links are like RingCentral's."""
        return [
            web.get("/w/join/{token}", self.show_host_link),
            web.get("/w/p/join/{token}", self.show_invitee_link),
            web.get("/w/a/join/{token}", self.show_attendee_link),
            web.get("/w/a/cancel/{token}", self.show_cancellation),
            web.post("/w/a/cancel/{token}", self.take_cancellation),
        ]

    async def show_host_link(self, request: web.Request) -> web.Response:
        """The host's own link."""
        token = request.match_info["token"]
        for webinar, session in self._world.with_session():
            if session.host_token == token:
                return self._joined(webinar, session, "This is the host’s own link: opening it starts the webinar.")
        return markup.not_found_page(NO_PAGE)

    async def show_invitee_link(self, request: web.Request) -> web.Response:
        """The link of a co-host or panelist."""
        token = request.match_info["token"]
        for webinar, session in self._world.with_session():
            for one in session.invitees:
                if one.token == token:
                    name = f"{one.first_name} {one.last_name}".strip()
                    return self._joined(webinar, session, f"This link belongs to {name}, {ROLES[one.role]}.")
        return markup.not_found_page(NO_PAGE)

    async def show_attendee_link(self, request: web.Request) -> web.Response:
        """A registrant's link, or the shared link of a webinar without registration."""
        token = request.match_info["token"]
        for webinar, session in self._world.with_session():
            if session.attendee_token == token and not webinar.fields.settings.registration_enabled:
                return self._joined(webinar, session, "This is the link for everybody who attends.")
        found = self._registrant(token)
        if found is None:
            return markup.not_found_page(NO_PAGE)
        webinar, session, one = found
        whose = f"This link belongs to {one.first_name} {one.last_name}."
        return self._joined(webinar, session, whose, self._recording(session))

    async def show_cancellation(self, request: web.Request) -> web.Response:
        """Ask before canceling: a mail program may open the link."""
        found = self._registrant(request.match_info["token"])
        if found is None:
            return markup.not_found_page(NO_PAGE)
        webinar, session, one = found
        if session.status == "Finished":
            return self._page(200, webinar, session, markup.note(TOO_LATE))
        whose = markup.note(f"{one.first_name} {one.last_name} is registered.")
        return self._page(200, webinar, session, whose + markup.question(ASK, "Cancel Registration"))

    async def take_cancellation(self, request: web.Request) -> web.Response:
        """Delete the registration."""
        found = self._registrant(request.match_info["token"])
        if found is None:
            return markup.not_found_page(NO_PAGE)
        webinar, session, one = found
        try:
            remove_registrant(self._world, session, one)
        except ApiError as refusal:
            return self._page(refusal.status, webinar, session, markup.note(TOO_LATE))
        self._changed()
        return self._page(200, webinar, session, markup.note(CANCELED))

    def _registrant(self, token: str) -> tuple[Webinar, Session, Registrant] | None:
        for webinar, session in self._world.with_session():
            for one in session.registrants:
                if one.token == token:
                    return webinar, session, one
        return None

    def _recording(self, session: Session) -> str:
        """A link to the recording for registrants, where the host lets them watch it."""
        if not (session.recording and session.registration.settings.view_recording):
            return ""
        if not is_available(self._world, session):
            return ""
        link = escape(f"{self._world.url}/w/recording/{session.recording.key}")
        return f'<p><a href="{link}">Watch the recording</a></p>'

    def _joined(self, webinar: Webinar, session: Session, whose: str, below: str = "") -> web.Response:
        return self._page(200, webinar, session, markup.note(whose) + markup.note(STATES[session.status]) + below)

    def _page(self, status: int, webinar: Webinar, session: Session, body: str) -> web.Response:
        top = markup.about(webinar, session, self._world.host_of(webinar).name)
        return markup.response(status, webinar.fields.title, top + body)
