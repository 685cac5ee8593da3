"""The questions of a registration form, and the answers that it requires."""

from __future__ import annotations

from sandbox.zoom.fields import NewRegistrant, Questions
from sandbox.zoom.models import Event
from sandbox.zoom.request import ApiRequest
from sandbox.zoom.responses import ApiResponse, invalid

TYPES = {"meeting": {"short", "single"}, "webinar": {"short", "single_radio", "single_dropdown", "multiple"}}
"""The types of a host's own questions."""
CHOICES = ("single", "single_radio", "single_dropdown")


def get_questions(request: ApiRequest) -> ApiResponse:
    """The questions of a meeting or webinar, beside first name and address."""
    event = request.event()
    return ApiResponse(200, event.questions.model_dump())


def patch_questions(request: ApiRequest) -> ApiResponse:
    """Replace the given lists of questions."""
    event = request.event()
    set_questions(event, request.body(Questions))
    return ApiResponse(204)


def set_questions(event: Event, given: Questions) -> None:
    """Replace those lists of questions that are given. Raises 400 for a type that this kind does not have."""
    if {one.type for one in given.custom_questions} - TYPES[event.kind]:
        raise invalid("custom_questions.type")
    event.questions = event.questions.model_copy(update={name: getattr(given, name) for name in given.model_fields_set})


def check_answers(questions: Questions, given: NewRegistrant) -> None:
    """Raise 400 for each required question without an answer, and for an answer that is not offered."""
    missing = [one.field_name for one in questions.questions if one.required and not getattr(given, one.field_name)]
    answers = {one.title: one.value for one in given.custom_questions}
    for one in questions.custom_questions:
        answer = answers.get(one.title, "")
        if (one.required and not answer) or (answer and one.type in CHOICES and answer not in one.answers):
            missing.append(f"custom_questions.{one.title}")
    if missing:
        raise invalid(*missing)
