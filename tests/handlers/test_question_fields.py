"""The fields of a form for the questions of an event: within Slack's limits, and read as they were chosen."""

from __future__ import annotations

from typing import Any

from bot.model.question import Answers, Choice, Question, QuestionKind, QuestionSet
from handlers import question_fields
from handlers.seat import form as seat_form
from tests.support.block_kit import check_view, initial_values
from tests.support.seat_samples import seat_input
from tests.support.webinar_samples import NOW, webinar

LONG = "x" * 140
CITY = Question(name="city", label="City", is_required=True)
WHY = Question(name=f"custom:{LONG}", label=LONG, max_length=128)
SIZE = Question(name="size", label="Size", kind=QuestionKind.CHOICE, choices=(Choice(value="1"), Choice(value=LONG)))
TOPICS = Question(
    name="topics", label="Topics", kind=QuestionKind.CHOICES, choices=tuple(Choice(value=f"T{n}") for n in range(12))
)
LAND = Question(
    name="country",
    label="Country",
    kind=QuestionKind.COUNTRY,
    choices=tuple(Choice(value=f"{n:03}", label=f"Land {n:03}") for n in range(249)),
)
DATES = Question(
    name="dates",
    label="Dates",
    kind=QuestionKind.DATES,
    is_required=True,
    choices=tuple(Choice(value=f"{n}", label=f"2026-12-0{n}T09:00:00+00:00") for n in range(1, 4)),
    initial=("2",),
)
COMMENTS = Question(name="comments", label="Comments", kind=QuestionKind.LONG_TEXT)
ALL = QuestionSet(questions=(CITY, WHY, SIZE, TOPICS, LAND, DATES, COMMENTS), read_at=NOW)
ANSWERS: Answers = (
    ("city", "Rome"),
    (WHY.name, "y" * 128),
    ("size", LONG),
    ("topics", "T3"),
    ("topics", "T11"),
    ("country", "117"),
    ("dates", "1"),
    ("dates", "3"),
    ("comments", "Hello\nthere"),
)


def form(answers: Answers) -> dict[str, Any]:
    """The form with these answers."""
    return seat_form.form_view(webinar(), seat_input(answers=answers), now=NOW, questions=ALL)


def test_every_kind_of_question_is_shown_and_read() -> None:
    """What is filled in comes back in its order, also choices and texts that are longer than Slack's options."""
    view = form(ANSWERS)
    check_view(view)
    assert question_fields.read_answers(initial_values(view), ALL.asked) == ANSWERS
    assert question_fields.field_problems(ALL.asked, ANSWERS) == {}
    # Nobody without a last name question is asked for it.
    assert "Last name" not in str(view)


def test_an_empty_form_has_what_is_chosen_at_first() -> None:
    """The date of the card; every required answer that is missing is marked at its field."""
    view = form(())
    check_view(view)
    answers = question_fields.read_answers(initial_values(view), ALL.asked)
    assert answers == (("dates", "2"),)
    assert question_fields.field_problems(ALL.asked, answers) == {
        question_fields.block_id(CITY): "City: an answer is required."
    }
    assert question_fields.field_problems(ALL.asked, ()).keys() == {
        question_fields.block_id(one) for one in (CITY, DATES)
    }


def test_a_form_has_the_typed_answers_again_but_not_in_its_metadata() -> None:
    """The fields have them: a private_metadata would have no room."""
    view = form((("comments", "z" * 2_900), ("city", "c" * 2_900)))
    check_view(view)
    assert "zzz" not in view["private_metadata"]
    assert dict(question_fields.read_answers(initial_values(view), ALL.asked))["comments"] == "z" * 2_900
