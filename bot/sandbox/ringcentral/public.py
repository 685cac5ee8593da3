"""The pages people see: the registration page of a webinar, and what opens behind a join link."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from aiohttp import web

from bot.sandbox.ringcentral import markup
from bot.sandbox.ringcentral.answers import ApiError
from bot.sandbox.ringcentral.models import Session, Webinar
from bot.sandbox.ringcentral.registration import enrol
from bot.sandbox.ringcentral.world import World

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
REGISTERED = "You’re registered"
ALREADY = "This address is already registered. Its join link was shown when it registered."
CLOSED = "Registration for this webinar is closed."
FULL = "This webinar is full: no more registrations are taken."
ENDED = "This webinar has ended."
NO_PAGE = "There is no such page. The webinar may have been cancelled."
STATES = {
    "Scheduled": "It has not started yet.",
    "Active": "It is live now.",
    "Finished": ENDED,
}


class PublicPages:
    """Serves the pages of one world; `changed` is called when somebody has registered."""

    def __init__(self, world: World, changed: Callable[[], None]) -> None:
        """Needs nothing else."""
        self._world = world
        self._changed = changed

    def routes(self) -> list[web.RouteDef]:
        """Where the pages live; the paths of join links are like RingCentral's own."""
        return [
            web.get("/w/{page}/register", self.show_form),
            web.post("/w/{page}/register", self.take_form),
            web.get("/w/join/{token}", self.show_host_link),
            web.get("/w/a/join/{token}", self.show_attendee_link),
        ]

    async def show_form(self, request: web.Request) -> web.Response:
        """The registration form, or why there is none."""
        found = self._by_page(request.match_info["page"])
        if found is None:
            return _response(404, "Not found", markup.note(NO_PAGE))
        refusal = _refusal(found[1])
        return self._registration(200, found, markup.note(refusal) if refusal else markup.form({}, {}))

    async def take_form(self, request: web.Request) -> web.Response:
        """Register the person, and show their own link to nobody but them, once."""
        found = self._by_page(request.match_info["page"])
        if found is None:
            return _response(404, "Not found", markup.note(NO_PAGE))
        refusal = _refusal(found[1])
        if refusal:
            return self._registration(403, found, markup.note(refusal))
        form = await request.post()
        values = {field.name: str(form.get(field.name, "")).strip() for field in markup.FIELDS}
        wrong = _wrong(values)
        if wrong:
            return self._registration(400, found, markup.form(values, wrong))
        return self._enrol(found, values)

    async def show_host_link(self, request: web.Request) -> web.Response:
        """Behind the host's own link."""
        token = request.match_info["token"]
        for webinar, session in self._sessions():
            if session.host_token == token:
                return self._joined(webinar, session, "This is the host’s own link: whoever opens it, starts it.")
        return _response(404, "Not found", markup.note(NO_PAGE))

    async def show_attendee_link(self, request: web.Request) -> web.Response:
        """Behind a registrant's own link, or the shared one of a webinar without registration."""
        token = request.match_info["token"]
        for webinar, session in self._sessions():
            if session.attendee_token == token and not webinar.fields.settings.registration_enabled:
                return self._joined(webinar, session, "This is the link for everybody who attends.")
            for one in session.registrants:
                if one.token == token:
                    return self._joined(webinar, session, f"This link belongs to {one.first_name} {one.last_name}.")
        return _response(404, "Not found", markup.note(NO_PAGE))

    def _enrol(self, found: tuple[Webinar, Session], values: dict[str, str]) -> web.Response:
        try:
            person = enrol(self._world, found[1], values["firstName"], values["lastName"], values["email"])
        except ApiError:
            return self._registration(409, found, markup.note(ALREADY))
        self._changed()
        link = escape(f"{self._world.url}/w/a/join/{person.token}")
        said = markup.note(f"{REGISTERED}, {person.first_name}.")
        return self._registration(200, found, f'{said}<p>Your own join link: <a href="{link}">{link}</a></p>')

    def _registration(self, status: int, found: tuple[Webinar, Session], body: str) -> web.Response:
        webinar, session = found
        top = markup.about(webinar, session, self._world.host_of(webinar).name)
        return _response(status, webinar.fields.title, top + body)

    def _joined(self, webinar: Webinar, session: Session, whose: str) -> web.Response:
        top = markup.about(webinar, session, self._world.host_of(webinar).name)
        return _response(200, webinar.fields.title, top + markup.note(whose) + markup.note(STATES[session.status]))

    def _by_page(self, key: str) -> tuple[Webinar, Session] | None:
        for _, session in self._sessions():
            if session.page_key == key:
                try:
                    return self._world.registration(session.id)
                except ApiError:
                    return None
        return None

    def _sessions(self) -> list[tuple[Webinar, Session]]:
        return [(one, one.session) for one in self._world.state.webinars.values() if one.session]


def _refusal(session: Session) -> str:
    """Why nobody can register, in words; empty when they can."""
    if session.status == "Finished":
        return ENDED
    if session.registration.registration_status == "Open":
        return ""
    return FULL if session.is_full else CLOSED


def _wrong(values: dict[str, str]) -> dict[str, str]:
    wrong = {}
    for field in markup.FIELDS:
        if not values[field.name]:
            wrong[field.name] = f"{field.label} is missing."
        elif len(values[field.name]) > field.max_length:
            wrong[field.name] = f"{field.label} is longer than {field.max_length} characters."
    if "email" not in wrong and not EMAIL.fullmatch(values["email"]):
        wrong["email"] = "This is not an e-mail address."
    return wrong


def _response(status: int, title: str, body: str) -> web.Response:
    return web.Response(status=status, text=markup.page(title, body), content_type="text/html", headers=HEADERS)
