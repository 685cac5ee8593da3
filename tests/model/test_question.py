"""The questions of a registration form, and which answers are valid."""

from __future__ import annotations

import pytest

from bot.model.question import (
    LAST_NAME,
    STANDARD,
    Choice,
    Question,
    QuestionKind,
    QuestionSet,
    answer_problem,
    answer_problems,
    given,
    read_choice,
)

CITY = Question(name="city", label="City", is_required=True, max_length=10)
SIZE = Question(
    name="size", label="Employees", kind=QuestionKind.CHOICE, choices=(Choice(value="1-20"), Choice(value="21-50"))
)
LAND = Question(
    name="country",
    label="Country",
    kind=QuestionKind.COUNTRY,
    choices=(Choice(value="DE", label="Germany"), Choice(value="US", label="United States")),
)
TOPICS = Question(
    name="topics", label="Topics", kind=QuestionKind.CHOICES, choices=(Choice(value="A"), Choice(value="B"))
)


@pytest.mark.parametrize(
    ("question", "values", "problem"),
    [
        (CITY, ["Rome"], ""),
        (CITY, [], "City: an answer is required."),
        (CITY, [""], "City: an answer is required."),
        (CITY.model_copy(update={"label": "Which city?"}), [], "Which city? An answer is required."),
        (CITY, ["Llanfairpwll"], "City: at most 10 characters; this has 12."),
        (CITY, ["Rome", "Bonn"], "City: one answer only."),
        (SIZE, [], ""),
        (SIZE, ["1-20"], ""),
        (SIZE, ["20"], "Employees: choose one of 1-20, 21-50."),
        (LAND, ["DE"], ""),
        (LAND, ["Germany"], "Country: choose a country, or write its two letters, such as US."),
        (TOPICS, ["A", "B"], ""),
        (TOPICS, ["A", "C"], "Topics: choose one of A, B."),
    ],
)
def test_an_answer_is_valid_or_has_a_problem(question: Question, values: list[str], problem: str) -> None:
    """A problem names the question and the remedy."""
    assert answer_problem(question, values) == problem


def test_problems_are_found_by_the_name_of_the_question() -> None:
    """The last name is checked where it is given; every other question has its answers."""
    last = Question(name=LAST_NAME, label="Last name", is_required=True)
    answers = (("size", "huge"), ("topics", "A"), ("topics", "B"))
    assert set(answer_problems((last, CITY, SIZE, TOPICS), answers, last_name="")) == {LAST_NAME, "city", "size"}
    assert set(answer_problems((last, CITY, SIZE, TOPICS), answers)) == {"city", "size"}
    assert given(answers, "topics") == ["A", "B"]


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        (LAND, "germany", "DE"),
        (LAND, "us", "US"),
        (LAND, "Atlantis", "Atlantis"),
        (SIZE, " 21-50 ", "21-50"),
        (CITY, "Rome", "Rome"),
    ],
)
def test_a_choice_is_recognized_by_value_or_label(question: Question, text: str, value: str) -> None:
    """An unknown text stays, so that its problem can be reported."""
    assert read_choice(question, text) == value


def test_the_form_asks_only_what_is_asked() -> None:
    """A question that is not asked is no part of the form; the last name has its own place."""
    language = Question(name="language", label="Language", is_asked=False)
    optional = Question(name=LAST_NAME, label="Last name")
    form = QuestionSet(questions=(optional, CITY, language))
    assert (form.asked, form.last_name, form.requires_last_name) == ((CITY,), optional, False)
    assert (STANDARD.asked, STANDARD.requires_last_name, QuestionSet().last_name) == ((), True, None)
