"""Lists with columns for the questions of an event."""

from __future__ import annotations

import pytest

from bot.model.question import LAST_NAME, Choice, Question, QuestionKind, QuestionSet
from bot.providers.zoom.registrant_fields import CUSTOM, FIELDS, with_unasked
from bot.registration.bulk.csv_import import ImportResult, read_people

TRACK = Question(
    name=f"{CUSTOM}Which track?",
    label="Which track?",
    kind=QuestionKind.CHOICE,
    is_required=True,
    choices=(Choice(value="Beginners"), Choice(value="Experts")),
)
TOPICS = Question(
    name=f"{CUSTOM}Topics", label="Topics", kind=QuestionKind.CHOICES, choices=(Choice(value="A"), Choice(value="B"))
)
CITY = FIELDS["city"].model_copy(update={"is_required": True})
FORM = QuestionSet(questions=with_unasked([CITY, TRACK, TOPICS]))


def read(text: str, form: QuestionSet = FORM) -> ImportResult:
    """What a list means for this form."""
    return read_people(text, questions=form)


def test_columns_are_answers_by_their_headings() -> None:
    """In Zoom's words, in others' and in the host's; also of fields that are not asked; other columns stay apart."""
    (one,) = read(
        "first name,last name,email,Town,Country/Region,company size,which track?,Topics,Language,Badge\n"
        "Iris,Moreno,iris@acme.example,Rome,italy,21-50,experts,A; B,Turkish,Blue\n"
    ).rows
    assert dict(one.details.fields[:4]) == {
        "city": "Rome",
        "country": "IT",
        "no_of_employees": "21-50",
        TRACK.name: "Experts",
    }
    assert one.details.fields[4:] == ((TOPICS.name, "A"), (TOPICS.name, "B"), ("language", "Tr-TR"))
    assert one.details.external_id == "Badge=Blue"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (",Experts,", "there is no answer to: City"),
        ("Rome,,", "there is no answer to: Which track?"),
        ("Rome,Chefs,", "this is not one of the choices of: Which track?"),
        ("Rome,Experts,Atlantis", "this is not one of the choices of: Country"),
    ],
)
def test_a_row_that_lacks_an_answer_says_which(cells: str, reason: str) -> None:
    """Before anything is sent, in as many characters as the table of lists has for it."""
    result = read(f"first name,last name,email,City,Which track?,Country\nIris,Moreno,iris@acme.example,{cells}\n")
    assert ([one.reason for one in result.problems], result.rows) == ([reason], ())
    assert len(reason) <= 64


def test_a_long_question_fits_in_the_reason() -> None:
    """Cut, so that the table has room for it."""
    long = Question(name="why", label="Why do you want to take part in this event of ours?", is_required=True)
    (problem,) = read("email,first,last\niris@acme.example,Iris,Moreno\n", QuestionSet(questions=(long,))).problems
    assert problem.reason == "there is no answer to: Why do you want to take…"


def test_a_last_name_is_required_where_the_form_requires_it() -> None:
    """Zoom may not ask for it; its column is understood all the same."""
    text = "first name,email\nIris,iris@acme.example\n"
    required = QuestionSet(questions=(FIELDS[LAST_NAME].model_copy(update={"is_required": True}),))
    assert [one.details.first_name for one in read(text, QuestionSet()).rows] == ["Iris"]
    assert [one.reason for one in read(text, required).problems] == ["there is no last name"]
    assert [one.reason for one in read_people(text).problems] == ["there is no last name"]


def test_dates_that_a_list_does_not_name_are_those_of_the_webinar() -> None:
    """Chosen at first, as in the form."""
    dates = Question(
        name="dates",
        label="Dates",
        kind=QuestionKind.DATES,
        is_required=True,
        choices=(Choice(value="1", label="2026-12-01T09:00:00+00:00"), Choice(value="2")),
        initial=("1",),
    )
    (one,) = read("email,first,last\niris@acme.example,Iris,Moreno\n", QuestionSet(questions=(dates,))).rows
    assert one.details.fields == (("dates", "1"),)
