"""The fields of a form for the questions of an event, for everybody who registers themselves or others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.model.question import Answers, Choice, Question, QuestionKind, QuestionSet, answer_problem, given
from bot.model.visible_text import one_line
from bot.slack import form_values
from bot.slack.blocks import Block, Element, as_of, clock_time, context, cut
from bot.slack.form_elements import (
    checkboxes,
    input_block,
    multi_static_select,
    option,
    option_group,
    static_select,
    text_input,
)

MAX_OPTIONS = 100
"""In one menu without groups."""
MAX_OPTION_TEXT = 75
MAX_TEXT = 3_000
FEW = 10
"""Choices that are shown as checkboxes; more are a menu."""
CHOOSE = "Choose one"
CHOOSE_SOME = "Choose any"


def question_inputs(
    questions: Iterable[Question], answers: Answers, *, zone: str, is_optional: bool = False
) -> list[Block]:
    """A field for each question, with the answers as their values; times are shown in `zone`.

    With `is_optional`, nothing has to be filled in, for a form whose other fields decide whether it applies.
    """
    return [
        input_block(
            block_id=block_id(question),
            label=question.label,
            element=_element(question, given(answers, question.name) or list(question.initial), zone),
            optional=is_optional or not question.is_required,
        )
        for question in questions
    ]


def read_answers(values: form_values.Values, questions: Iterable[Question]) -> Answers:
    """The answers in a submitted form, not validated. A question whose field was not in the form has none."""
    return tuple((one.name, value) for one in questions for value in _read(values, one) if value)


def field_problems(questions: Iterable[Question], answers: Answers) -> dict[str, str]:
    """What is missing or not valid, by the block of the field."""
    found = ((question, answer_problem(question, given(answers, question.name))) for question in questions)
    return {block_id(question): problem for question, problem in found if problem}


def age_note(questions: QuestionSet, now: datetime) -> list[Block]:
    """When the questions were read, below them."""
    if questions.read_at is None or not questions.asked:
        return []
    return [context(f"The questions are {as_of(questions.read_at, now)}.")]


def block_id(question: Question) -> str:
    """The block of a question's field. Names may be as long as their author likes."""
    return f"question.{_digest(question.name)}"


def _element(question: Question, answers: Sequence[str], zone: str) -> Element:
    action_id = block_id(question)
    if not question.has_choices:
        longest = min(question.max_length or MAX_TEXT, MAX_TEXT)
        return text_input(
            action_id=action_id,
            initial_value=next(iter(answers), "")[:longest] or None,
            max_length=longest,
            multiline=question.kind is QuestionKind.LONG_TEXT or None,
        )
    options = {choice.value: _option(question, choice, zone) for choice in question.choices}
    chosen = [options[value] for value in dict.fromkeys(answers) if value in options]
    if question.kind in (QuestionKind.CHOICES, QuestionKind.DATES):
        everything = list(options.values())[:MAX_OPTIONS]
        if len(everything) <= FEW:
            return checkboxes(action_id=action_id, options=everything, initial_options=chosen)
        return multi_static_select(
            action_id=action_id, options=everything, initial_options=chosen, placeholder=CHOOSE_SOME
        )
    first = next(iter(chosen), None)
    if len(options) <= MAX_OPTIONS:
        everything = list(options.values())
        return static_select(action_id=action_id, options=everything, initial_option=first, placeholder=CHOOSE)
    groups = _groups(list(options.values()))
    return static_select(action_id=action_id, option_groups=groups, initial_option=first, placeholder=CHOOSE)


def _option(question: Question, choice: Choice, zone: str) -> Element:
    is_date = question.kind is QuestionKind.DATES
    text = clock_time(datetime.fromisoformat(choice.text), zone) if is_date else choice.text
    return option(value=_digest(choice.value), text=cut(text, MAX_OPTION_TEXT))


def _groups(options: Sequence[Element]) -> list[Element]:
    """The options in groups, of which Slack takes 100 each. Each heading has the first and the last of its group."""
    starts = range(0, len(options), MAX_OPTIONS)
    parts = [list(options[start : start + MAX_OPTIONS]) for start in starts]
    return [option_group(label=_heading(part), options=part) for part in parts]


def _heading(options: Sequence[Element]) -> str:
    first, last = (str(one["text"]["text"]) for one in (options[0], options[-1]))
    return cut(f"{first} – {last}", MAX_OPTION_TEXT)


def _read(values: form_values.Values, question: Question) -> list[str]:
    block = block_id(question)
    if not question.has_choices:
        text = form_values.text(values, block, "")
        return [text.strip() if question.kind is QuestionKind.LONG_TEXT else one_line(text)]
    chosen = form_values.choices(values, block, frozenset()) | {form_values.choice(values, block, "")}
    return [choice.value for choice in question.choices if _digest(choice.value) in chosen]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
