"""The request bodies about registrants, and what Zoom would refuse in them, found before anything is sent."""

from __future__ import annotations

from typing import Any

from bot.errors import ProviderRefused
from bot.model.question import LAST_NAME, Question, answer_problem, given
from bot.model.registrant import RegistrantDetails
from bot.providers.zoom.records import EventKind
from bot.providers.zoom.registrant_fields import CUSTOM, DATES, FIELDS, MAX_ANSWER, MAX_EMAIL, MAX_NAME

FIRST_NAME = Question(name="first_name", label="First name", is_required=True, max_length=MAX_NAME)
EMAIL = Question(name="email", label="Email address", is_required=True, max_length=MAX_EMAIL)


def check_details(details: RegistrantDetails) -> None:
    """Raise `ProviderRefused` with the field and the remedy for what Zoom would not accept. Nothing is sent then."""
    own = [one for one in details.fields if one[0].startswith(CUSTOM)]
    checked = [(FIRST_NAME, [details.first_name]), (EMAIL, [details.address])]
    checked += [(FIELDS[LAST_NAME], [details.last_name])]
    checked += [(field, given(details.fields, name)) for name, field in FIELDS.items() if name != LAST_NAME]
    checked += [(_own_question(name), [value]) for name, value in own]
    for question, values in checked:
        if problem := answer_problem(question, values):
            raise ProviderRefused(f"Zoom can't register this person. {problem}", code="300", parameter=question.name)


def registrant_body(details: RegistrantDetails, kind: EventKind, source_id: str = "") -> dict[str, Any]:
    """The body that registers a person. The address is sent in lower case: what Zoom compares is not published."""
    own: dict[str, list[str]] = {}
    for name, value in details.fields:
        if name.startswith(CUSTOM) and value:
            own.setdefault(name.removeprefix(CUSTOM), []).append(value)
    body: dict[str, Any] = {
        "first_name": details.first_name,
        "email": details.address,
        LAST_NAME: details.last_name,
        **{name: value for name, value in details.fields if name in FIELDS},
        "custom_questions": [{"title": title, "value": ", ".join(values)} for title, values in own.items()],
    }
    if kind is EventKind.MEETING:
        body["auto_approve"] = details.is_approved
    elif source_id:
        body["source_id"] = source_id
    return {name: value for name, value in body.items() if value}


def dates_query(details: RegistrantDetails, occurrence: str) -> dict[str, str]:
    """The query with the dates to register for: the chosen ones, or the one of the event reference."""
    chosen = given(details.fields, DATES) or [occurrence]
    return {"occurrence_ids": ",".join(filter(None, chosen))} if any(chosen) else {}


def _own_question(name: str) -> Question:
    return Question(name=name, label=name.removeprefix(CUSTOM), max_length=MAX_ANSWER)
