"""The questions of a registration form, beside the first name and the email address that every form has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from pydantic import AwareDatetime

from bot.model.people import Frozen

LAST_NAME = "last_name"
"""The name of the question for the last name, whose answer is kept with the first name."""

Answers = tuple[tuple[str, str], ...]
"""The answers to questions by name, in their order. A question with several answers is repeated."""


class QuestionKind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    """Any number of the choices."""
    COUNTRY = "country"
    """One of the choices, which are too many for a short list."""
    DATES = "dates"
    """Some of the dates of a recurring event; the labels of the choices are times in ISO format."""


class Choice(Frozen):
    """One answer to choose: what is sent, and what people read."""

    value: str
    label: str = ""

    @property
    def text(self) -> str:
        """What people read."""
        return self.label or self.value


class Question(Frozen):
    """A question that the provider reports as data. `name` identifies it, also among the answers."""

    name: str
    label: str
    kind: QuestionKind = QuestionKind.TEXT
    is_required: bool = False
    is_asked: bool = True
    """Whether the form asks it. One that is not asked can be answered in a list."""
    choices: tuple[Choice, ...] = ()
    initial: tuple[str, ...] = ()
    """The values of the choices that are chosen at first."""
    aliases: tuple[str, ...] = ()
    """Other headings that a column of a list can have for it."""
    max_length: int = 0
    """The most characters of an answer; 0 if the provider names no limit."""

    @property
    def has_choices(self) -> bool:
        """Whether only the choices are valid answers."""
        return bool(self.choices)


class QuestionSet(Frozen):
    """The questions of one event, and when they were read; `None` if they never change."""

    questions: tuple[Question, ...] = ()
    read_at: AwareDatetime | None = None

    @property
    def asked(self) -> tuple[Question, ...]:
        """The questions of the form beside the last name."""
        return tuple(one for one in self.questions if one.is_asked and one.name != LAST_NAME)

    @property
    def last_name(self) -> Question | None:
        """The question for the last name, if the form asks it."""
        return next((one for one in self.questions if one.name == LAST_NAME and one.is_asked), None)

    @property
    def requires_last_name(self) -> bool:
        """Whether nobody can register without a last name."""
        return bool(self.last_name and self.last_name.is_required)


STANDARD = QuestionSet(questions=(Question(name=LAST_NAME, label="Last name", is_required=True),))
"""The questions of a provider that asks for the whole name and nothing else."""


def given(answers: Iterable[tuple[str, str]], name: str) -> list[str]:
    """The answers to one question."""
    return [value for one, value in answers if one == name]


def answer_problem(question: Question, values: Sequence[str]) -> str:
    """Why these answers are not valid, with the remedy; empty if they are. Quotes no answer."""
    filled = [value for value in values if value]
    label = question.label
    if not filled:
        return _labeled(label, "an answer is required.") if question.is_required else ""
    if len(filled) > 1 and question.kind not in (QuestionKind.CHOICES, QuestionKind.DATES):
        return _labeled(label, "one answer only.")
    if question.has_choices and not set(filled) <= {choice.value for choice in question.choices}:
        return _labeled(label, _choices_text(question))
    longest = max(map(len, filled))
    if question.max_length and longest > question.max_length:
        return _labeled(label, f"at most {question.max_length} characters; this has {longest}.")
    return ""


def _labeled(label: str, text: str) -> str:
    if label.endswith(("?", "!", ".", ":")):
        return f"{label} {text[:1].upper()}{text[1:]}"
    return f"{label}: {text}"


def answer_problems(
    questions: Iterable[Question], answers: Answers, *, last_name: str | None = None
) -> Mapping[str, str]:
    """The problem of each question whose answer is missing or invalid, by name. Without `last_name` it is left out."""
    found: dict[str, str] = {}
    for question in questions:
        if question.name == LAST_NAME:
            values = [last_name] if last_name is not None else None
        else:
            values = given(answers, question.name)
        if values is not None and (problem := answer_problem(question, values)):
            found[question.name] = problem
    return found


def read_choice(question: Question, text: str) -> str:
    """The value of the choice that a text means, in any case, by value or label; the text itself if there is none."""
    wanted = " ".join(text.split()).casefold()
    for choice in question.choices:
        if wanted in (choice.value.casefold(), choice.text.casefold()):
            return choice.value
    return text


def _choices_text(question: Question) -> str:
    if question.kind is QuestionKind.COUNTRY:
        return "choose a country, or write its two letters, such as US."
    if question.kind is QuestionKind.DATES:
        return "choose among the dates of this event."
    return f"choose one of {', '.join(choice.text for choice in question.choices)}."
