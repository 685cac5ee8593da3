"""The questions of an event in the form of our own page: shown, read back and validated."""

from __future__ import annotations

import re

from bot.model.question import Choice, Question, QuestionKind, QuestionSet
from bot.model.registrant import RegistrantDetails
from bot.web import page_text, signup_form
from bot.web.page_look import PageLook
from bot.web.render import PageRenderer
from tests.handlers.test_question_fields import CITY, COMMENTS, DATES, LAND, SIZE, TOPICS
from tests.support.rows import each_row
from tests.support.webinar_samples import webinar

render = PageRenderer(PageLook())
EVIL = """"'><script>alert(1)</script>"""
ASKED = QuestionSet(questions=(CITY, SIZE, TOPICS, LAND, DATES, COMMENTS))
ANSWERS = (("city", "Rome"), ("size", "1"), ("topics", "T1"), ("topics", "T3"), ("country", "117"), ("dates", "3"))
WHO = RegistrantDetails(first_name="Ana", last_name="", email="ana@visitor.example", fields=ANSWERS)


def sent(form: QuestionSet, who: RegistrantDetails) -> dict[str, str]:
    """What a browser sends of a form that shows this."""
    values = signup_form.values_of(who, form)
    fields: dict[str, str] = {}
    for field, _ in signup_form.fields_of(form):
        if field.type == signup_form.CHECKBOXES:
            fields |= {f"{field.name}.{key}": "1" for key in values[field.name]}
        else:
            fields[field.name] = next(iter(values[field.name]), "")
    return fields


def test_answers_come_back_as_they_were_sent() -> None:
    """Texts, menus, checkboxes and dates; the last name is not asked, so it is not required."""
    html = render.form_html(page_text.form_page(webinar(), WHO, "token", questions=ASKED))

    assert signup_form.registrant_details(sent(ASKED, WHO), ASKED) == WHO
    assert signup_form.field_errors(WHO, ASKED) == {}
    assert html.count("<option") == 1 + 2 + 1 + 249
    assert html.count(" selected") == 2
    assert html.count(" checked") == 3
    assert "Last name" not in html
    assert "Comments (optional)" in html


@each_row(
    ("zone", "words"),
    [
        ("Europe/Madrid", "Tuesday, December 1, 2026, 10:00 AM (Europe/Madrid), 9:00 AM UTC"),
        ("America/New_York", "Tuesday, December 1, 2026, 4:00 AM (America/New York), 9:00 AM UTC"),
        ("Asia/Tokyo", "Tuesday, December 1, 2026, 6:00 PM (Asia/Tokyo), 9:00 AM UTC"),
        ("UTC", "Tuesday, December 1, 2026, 9:00 AM (UTC)"),
        ("Mars/Base", "Tuesday, December 1, 2026, 9:00 AM (UTC)"),
    ],
)
def test_dates_to_choose_are_written_like_the_start(zone: str, words: str) -> None:
    """In the time zone of the webinar and in UTC, as a time that the script of the page makes the visitor's own."""
    html = render.form_html(page_text.form_page(webinar(time_zone=zone), WHO, "token", questions=ASKED))
    [dates] = re.findall(r"<legend>Dates</legend>(.*?)</fieldset>", html, re.DOTALL)
    assert re.findall(r"<time ([^>]*)>([^<]*)</time></label>", dates)[0] == ('datetime="2026-12-01T09:00Z"', words)
    assert (dates.count("<label"), dates.count("<time")) == (3, 3)
    assert html.count("<time") == 1 + 3


def test_what_is_missing_is_named_at_its_field() -> None:
    """An empty form: the first name, the address, and each required answer that has no choice at first."""
    nobody = RegistrantDetails(first_name="", last_name="", email="")
    errors = signup_form.field_errors(nobody, ASKED)
    form = page_text.form_page(webinar(), nobody, "token", questions=ASKED, errors=errors)

    assert [error for error in errors.values() if "answer" in error] == [
        "City: an answer is required.",
        "Dates: an answer is required.",
    ]
    assert form.consent.startswith("By registering, you agree that your name, email address and answers are shared")
    assert {error.field for error in form.errors} <= {field.name for field in form.fields}
    # The date of the page is chosen at first.
    [dates] = [field for field in form.fields if field.label == "Dates"]
    assert len(dates.chosen) == 1


def test_texts_of_hosts_are_escaped() -> None:
    """In labels, choices and answers."""
    evil = Question(name=EVIL, label=EVIL, kind=QuestionKind.CHOICE, choices=(Choice(value=EVIL), Choice(value="x")))
    several = evil.model_copy(update={"name": "more", "kind": QuestionKind.CHOICES})
    lines = Question(name="lines", label="Lines", kind=QuestionKind.LONG_TEXT)
    form = QuestionSet(questions=(evil, several, lines))
    who = WHO.model_copy(update={"fields": ((EVIL, EVIL), ("more", EVIL), ("lines", EVIL))})
    html = render.form_html(page_text.form_page(webinar(), who, "token", questions=form))
    assert html.count("<script") == 1
    assert """"'>""" not in html
    assert html.count("&lt;script&gt;") == 5
