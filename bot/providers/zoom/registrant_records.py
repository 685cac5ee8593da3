"""Zoom's answers about registrants and about the questions that they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, SecretStr

from bot.model.question import LAST_NAME, Answers, Choice, Question, QuestionKind
from bot.model.registrant import Registrant, RegistrantDetails, RegistrantStatus
from bot.providers.zoom.records import EventRecord, ZoomRecord
from bot.providers.zoom.registrant_fields import CUSTOM, DATES, FIELDS, MAX_ANSWER, with_unasked
from bot.providers.zoom.times import read_time

if TYPE_CHECKING:
    from datetime import datetime

ONE_OF = frozenset({"single", "single_radio", "single_dropdown"})
SEVERAL_OF = "multiple"
"""Types of a host's own questions with choices; meetings and webinars name them differently."""
STATUSES = {one.value: one for one in RegistrantStatus}


class FieldQuestionRecord(ZoomRecord):
    """A question for one of Zoom's fields."""

    field_name: str
    required: bool = False


class CustomQuestionRecord(ZoomRecord):
    """A question of the host's own. It has no id: its title identifies it, also in answers."""

    title: str
    type: str = "short"
    answers: tuple[str, ...] = ()
    required: bool = False

    def question(self) -> Question:
        """Convert to the model. A question with choices that has none is answered in words."""
        kinds = {**dict.fromkeys(ONE_OF, QuestionKind.CHOICE), SEVERAL_OF: QuestionKind.CHOICES}
        choices = tuple(Choice(value=answer) for answer in dict.fromkeys(self.answers) if answer)
        return Question(
            name=f"{CUSTOM}{self.title}",
            label=self.title,
            kind=kinds.get(self.type, QuestionKind.TEXT) if choices else QuestionKind.TEXT,
            is_required=self.required,
            choices=choices if self.type in kinds else (),
            max_length=MAX_ANSWER,
        )


class QuestionsRecord(ZoomRecord):
    """The questions of a registration form, beside first name and address."""

    questions: tuple[FieldQuestionRecord, ...] = ()
    custom_questions: tuple[CustomQuestionRecord, ...] = ()

    def questions_asked(self) -> tuple[Question, ...]:
        """Convert to the model, with the fields that are not asked. A field of a newer API is left out."""
        standard = [
            FIELDS[one.field_name].model_copy(update={"is_required": one.required, "is_asked": True})
            for one in self.questions
            if one.field_name in FIELDS
        ]
        return with_unasked([*standard, *(one.question() for one in self.custom_questions if one.title)])


class CustomAnswerRecord(ZoomRecord):
    """An answer to a question of the host's own."""

    title: str = ""
    value: str = Field(default="", repr=False)


class ZoomRegistrantRecord(ZoomRecord):
    """A registrant, alone or in a list, or the answer to a registration, which has other names for some of it."""

    id: str = ""
    registrant_id: str = ""
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    address: str = Field(default="", repr=False)
    city: str = Field(default="", repr=False)
    state: str = Field(default="", repr=False)
    zip: str = Field(default="", repr=False)
    country: str = Field(default="", repr=False)
    phone: str = Field(default="", repr=False)
    comments: str = Field(default="", repr=False)
    industry: str = Field(default="", repr=False)
    job_title: str = Field(default="", repr=False)
    org: str = Field(default="", repr=False)
    no_of_employees: str = ""
    purchasing_time_frame: str = ""
    role_in_purchase_process: str = ""
    language: str = ""
    custom_questions: tuple[CustomAnswerRecord, ...] = ()
    status: str = ""
    create_time: str = ""
    join_url: SecretStr = SecretStr("")

    def registrant(self, status: RegistrantStatus | None = None) -> Registrant:
        """Convert to the model; `status` is that of the list. Without it a link means that they are approved."""
        without = RegistrantStatus.APPROVED if self.join_url.get_secret_value() else RegistrantStatus.PENDING
        return Registrant(
            registrant_id=self.registrant_id or self.id,
            first_name=self.first_name,
            last_name=self.last_name,
            email=self.email,
            join_link=self.join_url,
            registered_at=read_time(self.create_time),
            status=status or STATUSES.get(self.status, without),
            fields=self._answers(),
        )

    def _answers(self) -> Answers:
        standard = ((name, getattr(self, name)) for name in FIELDS if name != LAST_NAME)
        own = ((f"{CUSTOM}{one.title}", one.value) for one in self.custom_questions)
        return tuple((name, value) for name, value in (*standard, *own) if value)


class AddedRecord(ZoomRegistrantRecord):
    """The answer to a registration. Its `id` is that of the meeting, so only `registrant_id` counts."""

    registrant_id: str = Field(min_length=1)

    def added(self, details: RegistrantDetails) -> Registrant:
        """The new registrant, with what was sent: the answer has neither name nor address."""
        sent = details.model_dump(include={"first_name", "last_name", "fields"})
        return self.registrant().model_copy(update={**sent, "email": details.address, "source": details.source})


class SourceRecord(ZoomRecord):
    """A tracking source of a webinar."""

    id: str
    source_name: str = ""


def dates_question(event: EventRecord, this: str, now: datetime) -> tuple[Question, ...]:
    """The question for the dates of a recurring event, if people choose among them: one question, or none.

    Those of the past are left out, except the date `this` that the form is for.
    """
    if not event.registers_by_date or event.settings.registration_type != CHOSEN_DATES:
        return ()
    found: list[Choice] = []
    for one in event.occurrences:
        start = read_time(one.start_time, event.timezone)
        if start and not one.is_deleted and (start >= now or one.occurrence_id == this):
            found.append(Choice(value=one.occurrence_id, label=start.isoformat()))
    question = Question(
        name=DATES,
        label="Dates",
        kind=QuestionKind.DATES,
        is_required=True,
        choices=tuple(found),
        initial=(this,),
    )
    return (question,) if len(found) > 1 else ()


CHOSEN_DATES = 3
"""The value of `registration_type` with which people register once, for the dates that they choose."""
