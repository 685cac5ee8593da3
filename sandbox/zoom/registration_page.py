"""Zoom's public registration page of a meeting or webinar, with the host's questions."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, get_args
from urllib.parse import unquote

from aiohttp import web
from pydantic import ValidationError

from sandbox import markup
from sandbox.zoom.admission import check_open, check_person, check_room
from sandbox.zoom.fields import (
    EMPLOYEES,
    FRAMES,
    MAX_ANSWER,
    MAX_EMAIL,
    MAX_NAME,
    ROLES,
    NewRegistrant,
    RegistrantFields,
)
from sandbox.zoom.join_pages import about, local_text, not_found
from sandbox.zoom.models import MANUAL, Event, EventKind
from sandbox.zoom.questions import check_answers
from sandbox.zoom.registration import is_by_occurrence, join_url, register, report
from sandbox.zoom.responses import ApiError, invalid_fields
from sandbox.zoom.world import World

OFFERED = {"no_of_employees": EMPLOYEES, "purchasing_time_frame": FRAMES, "role_in_purchase_process": ROLES}
"""The standard questions with fixed answers."""
DATE, OWN = "occurrence", "own"
LONGEST = 255
Found = Mapping[str, str]


class RegistrationPage:
    """The registration pages of one account."""

    def __init__(self, world: World) -> None:
        """Serve the pages of this account."""
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """All routes; the UUID of the path is encoded."""
        return [
            route(f"/{kind}/register/{{uuid}}", handler)
            for kind in get_args(EventKind)
            for route, handler in ((web.get, self.show_form), (web.post, self.take_form))
        ]

    async def show_form(self, request: web.Request) -> web.Response:
        """The form, or the reason why there is none."""
        event = self._event(request)
        if event is None:
            return not_found()
        try:
            check_open(self._world, event)
        except ApiError as refusal:
            return about(self._world, 200, event, markup.note(refusal.message))
        return about(self._world, 200, event, markup.form(fields_of(self._world, event), {}, {}))

    async def take_form(self, request: web.Request) -> web.Response:
        """Register the person and show their link, or that the host decides."""
        event = self._event(request)
        if event is None:
            return not_found()
        fields, sent = fields_of(self._world, event), await request.post()
        values = {one.name: str(sent.get(one.name, "")).strip() for one in fields}
        wrong = {one.name: f"{one.label} is missing." for one in fields if one.is_required and not values[one.name]}
        try:
            said = "" if wrong else self._add(event, values)
        except ApiError as refusal:
            wrong = {_field_of(event, one["field"]): "This value is not valid." for one in refusal.errors}
            if not wrong:
                return about(self._world, refusal.status, event, markup.note(refusal.message))
        if wrong:
            return about(self._world, 400, event, markup.form(fields, values, wrong))
        return about(self._world, 200, event, said)

    def _add(self, event: Event, values: Found) -> str:
        """Register the person; what the page says then, as safe HTML. Raises ApiError."""
        given = _person(event, values)
        check_open(self._world, event)
        check_person(self._world, event, given)
        check_answers(event.questions, given)
        one = event.of_address(given.email)
        if one is None:
            if event.fields.settings.approval_type != MANUAL:
                check_room(self._world, event, "add")
            fields = RegistrantFields.model_validate(given.model_dump(include=set(RegistrantFields.model_fields)))
            chosen = [values[DATE]] if values.get(DATE) else []
            one = register(self._world, event, fields, auto_approve=False, chosen=chosen)
            report(self._world, event, one, "created")
        if one.status != "approved":
            return markup.note("Thank you. The host decides about your registration.")
        link = escape(join_url(self._world, event, one))
        name = markup.note(f"You are registered, {one.fields.first_name}.")
        return f'{name}<p>Your own link: <a href="{link}">{link}</a></p>'

    def _event(self, request: web.Request) -> Event | None:
        event = self._world.named(unquote(request.match_info["uuid"]))
        return event if event and request.path.startswith(f"/{event.kind}/") else None


def fields_of(world: World, event: Event) -> list[markup.Field]:
    """What the page asks: names, the address, the host's questions, and a date where people register for dates."""
    asked = {one.field_name: one.required for one in event.questions.questions}
    found = [
        markup.Field("first_name", "First name", "text", "given-name", MAX_NAME),
        markup.Field("last_name", "Last name", "text", "family-name", MAX_NAME, asked.pop("last_name", False)),
        markup.Field("email", "Email", "email", "email", MAX_EMAIL),
    ]
    for name, required in asked.items():
        label, choices = name.replace("_", " ").capitalize(), tuple((one, one) for one in OFFERED.get(name, ()))
        found.append(markup.Field(name, label, "text", "off", LONGEST, required, choices))
    for number, one in enumerate(event.questions.custom_questions):
        choices = tuple((answer, answer) for answer in one.answers)
        found.append(markup.Field(f"{OWN}{number}", one.title, "text", "off", MAX_ANSWER, one.required, choices))
    if is_by_occurrence(event):
        dates = [one for one in event.occurrences if not one.is_deleted and one.start > world.now()]
        choices = tuple((one.id, local_text(one.start, event.fields.timezone)) for one in dates)
        found.append(markup.Field(DATE, "Date", "text", "off", LONGEST, choices=choices))
    return found


def _person(event: Event, values: Found) -> NewRegistrant:
    """The person of the form. Raises 400 with the fields that are not valid."""
    own = [
        {"title": one.title, "value": values.get(f"{OWN}{number}", "")}
        for number, one in enumerate(event.questions.custom_questions)
    ]
    known: dict[str, Any] = {name: value for name, value in values.items() if name in RegistrantFields.model_fields}
    try:
        return NewRegistrant.model_validate({**known, "custom_questions": own})
    except ValidationError as problem:
        raise invalid_fields(problem) from problem


def _field_of(event: Event, name: str) -> str:
    """The field of the form for a field of the API; an own question is named by its place or its title."""
    head, _, rest = name.partition(".")
    if head != "custom_questions":
        return head
    titles = [one.title for one in event.questions.custom_questions]
    return f"{OWN}{titles.index(rest) if rest in titles else rest.partition('.')[0]}"
