"""What hosts and outside people do on Zoom's own pages: no API call is made, and no limit of calls applies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from sandbox.names import guest
from sandbox.zoom.admission import check_open, check_room, room_left
from sandbox.zoom.fields import CustomQuestion, Questions, RegistrantFields
from sandbox.zoom.models import MANUAL, Event, EventKind, Registrant
from sandbox.zoom.questions import set_questions
from sandbox.zoom.registration import AFTER, is_by_occurrence, register, report, set_status
from sandbox.zoom.responses import invalid_fields
from sandbox.zoom.schedule import FORMS, change, make
from sandbox.zoom.world import World

QUESTION_FIELDS = frozenset(Questions.model_fields)
ANSWERS = {
    "country": "ES",
    "no_of_employees": "21-50",
    "purchasing_time_frame": "1-3 months",
    "role_in_purchase_process": "Influencer",
}
"""Answers to the questions with fixed answers; the others take any text."""


def create(world: World, kind: EventKind, host: str, given: Mapping[str, Any]) -> Event:
    """Create a meeting or webinar of this host, by API field names, with its registration questions. Raises 400."""
    try:
        fields = FORMS[kind].model_validate(given)
    except ValidationError as problem:
        raise invalid_fields(problem) from problem
    event = make(world, kind, world.user(host), fields, "web_portal")
    ask(event, given)
    return event


def edit(world: World, event: Event, given: Mapping[str, Any]) -> None:
    """Change fields by API name, `settings` one by one, and registration questions. Raises 400."""
    fields = {name: value for name, value in given.items() if name not in QUESTION_FIELDS}
    if fields:
        change(world, event, fields)
    ask(event, given)


def ask(event: Event, given: Mapping[str, Any]) -> None:
    """Ask registrants the given questions: `questions`, `custom_questions`, or both. Raises 400."""
    chosen = {name: value for name, value in given.items() if name in QUESTION_FIELDS}
    try:
        questions = Questions.model_validate(chosen)
    except ValidationError as problem:
        raise invalid_fields(problem) from problem
    set_questions(event, questions)


def register_guests(world: World, event: Event, count: int) -> list[str]:
    """Register outside people on Zoom's page; returns their ids, fewer if there is no more room. Raises 400."""
    check_open(world, event)
    ids: list[str] = []
    for _ in range(count):
        if event.fields.settings.approval_type != MANUAL and room_left(world, event) < 1:
            break
        world.last_guest += 1
        dates = [one.id for one in event.occurrences if not one.is_deleted and one.start > world.now()]
        chosen = dates[:1] if is_by_occurrence(event) else []
        one = register(world, event, _answers(event, world.last_guest), auto_approve=False, chosen=chosen)
        report(world, event, one, "created")
        ids.append(one.id)
    return ids


def decide(world: World, event: Event, action: str, chosen: Sequence[str] = (), count: int = 1) -> list[str]:
    """The host approves, denies or cancels these registrants, or the first `count` that can be. Raises 400."""
    if action not in AFTER:
        raise ValueError(f"Unknown: {action}. Known are {', '.join(AFTER)}.")
    people = _chosen(event, chosen) if chosen else _first(event, action)[:count]
    if action == "approve":
        check_room(world, event, "approve", sum(one.status != "approved" for one in people))
    for one in people:
        set_status(world, event, one, action)
    return [one.id for one in people]


def _chosen(event: Event, chosen: Sequence[str]) -> list[Registrant]:
    found = [one for one in event.registrants.values() if {one.id, one.fields.email} & set(chosen)]
    if not found:
        raise ValueError("None of these is registered.")
    return found


def _first(event: Event, action: str) -> list[Registrant]:
    before = "approved" if action == "cancel" else "pending"
    return [one for one in event.registrants.values() if one.status == before]


def _answers(event: Event, number: int) -> RegistrantFields:
    first, last, address = guest(number)
    given: dict[str, Any] = {
        one.field_name: ANSWERS.get(one.field_name, "Example") for one in event.questions.questions
    }
    given |= {"first_name": first, "last_name": last, "email": address}
    given["custom_questions"] = [
        {"title": one.title, "value": _answer(one)} for one in event.questions.custom_questions
    ]
    return RegistrantFields.model_validate(given)


def _answer(question: CustomQuestion) -> str:
    return question.answers[0] if question.answers else "Yes"
