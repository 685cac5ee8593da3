"""The public registration page of a webinar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from aiohttp import web

from sandbox.ringcentral import markup
from sandbox.ringcentral.join_pages import ENDED, NO_PAGE
from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.people import EMAIL, NewRegistrant
from sandbox.ringcentral.registrants import add_registrant, is_free_mail, join_link, question_ids
from sandbox.ringcentral.registration import is_open
from sandbox.ringcentral.responses import ApiError
from sandbox.ringcentral.world import World

REGISTERED = "You’re registered"
ALREADY = "This address is already registered. Its join link was shown when it registered."
CLOSED = "Registration for this webinar is closed."
FULL = "This webinar is full: no more registrations are taken."
PRIVATE = "Please register with the address you have at work."


class RegistrationPage:
    """The registration pages of one account; `changed` is called after a registration."""

    def __init__(self, world: World, changed: Callable[[], None]) -> None:
        """Serve the pages of this account."""
        self._world = world
        self._changed = changed

    def routes(self) -> list[web.RouteDef]:
        """All routes."""
        return [
            web.get("/w/{page}/register", self.show_form),
            web.post("/w/{page}/register", self.take_form),
        ]

    async def show_form(self, request: web.Request) -> web.Response:
        """The registration form, or the reason why there is none."""
        found = self._by_page(request.match_info["page"])
        if found is None:
            return markup.not_found_page(NO_PAGE)
        refusal = _refusal(self._world, found[1])
        body = markup.note(refusal) if refusal else markup.form(self._fields(), {}, {})
        return self._registration(200, found, body)

    async def take_form(self, request: web.Request) -> web.Response:
        """Register the person and show their join link, once."""
        found = self._by_page(request.match_info["page"])
        if found is None:
            return markup.not_found_page(NO_PAGE)
        refusal = _refusal(self._world, found[1])
        if refusal:
            return self._registration(403, found, markup.note(refusal))
        form, fields = await request.post(), self._fields()
        values = {field.name: str(form.get(field.name, "")).strip() for field in fields}
        wrong = _wrong(fields, values, found[1])
        if wrong:
            return self._registration(400, found, markup.form(fields, values, wrong))
        return self._add_registrant(found, values)

    def _add_registrant(self, found: tuple[Webinar, Session], values: dict[str, str]) -> web.Response:
        answers = [{"questionId": one, "answerText": values[one]} for one in sorted(question_ids(self._world))]
        try:
            person = add_registrant(
                self._world, found[1], NewRegistrant.model_validate({**values, "questionnaire": answers})
            )
        except ApiError:
            return self._registration(409, found, markup.note(ALREADY))
        self._changed()
        link = escape(join_link(self._world, person))
        said = markup.note(f"{REGISTERED}, {person.first_name}.")
        return self._registration(200, found, f'{said}<p>Your own join link: <a href="{link}">{link}</a></p>')

    def _fields(self) -> Sequence[markup.Field]:
        questions = [
            markup.Field(f"question{number}", f"Question {number}", "text", "off", 256)
            for number in range(1, self._world.rules.required_questions + 1)
        ]
        return [*markup.FIELDS, *questions]

    def _registration(self, status: int, found: tuple[Webinar, Session], body: str) -> web.Response:
        webinar, session = found
        top = markup.about(webinar, session, self._world.host_of(webinar).name)
        return markup.response(status, webinar.fields.title, top + body)

    def _by_page(self, key: str) -> tuple[Webinar, Session] | None:
        for _, session in self._world.with_session():
            if session.page_key == key:
                try:
                    return self._world.registration(session.id)
                except ApiError:
                    return None
        return None


def _refusal(world: World, session: Session) -> str:
    """Why registration is not possible; empty if it is."""
    if is_open(world, session):
        return ""
    if session.status == "Finished":
        return ENDED
    return FULL if session.is_full else CLOSED


def _wrong(fields: Sequence[markup.Field], values: dict[str, str], session: Session) -> dict[str, str]:
    wrong = {}
    for field in fields:
        if not values[field.name]:
            wrong[field.name] = f"{field.label} is missing."
        elif len(values[field.name]) > field.max_length:
            wrong[field.name] = f"{field.label} is longer than {field.max_length} characters."
    if "email" not in wrong and not EMAIL.fullmatch(values["email"]):
        wrong["email"] = "This is not an email address."
    if "email" not in wrong and session.registration.settings.work_email_required and is_free_mail(values["email"]):
        wrong["email"] = PRIVATE
    return wrong
