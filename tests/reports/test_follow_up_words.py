"""The texts of a follow-up: placeholders, escaping, length, and what is wrong with a text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reports.follow_up import placeholders
from bot.reports.follow_up import texts as follow_up_texts
from bot.reports.follow_up.wording import MAX_TEXT, FollowUpGroup, default_texts, text_problem
from bot.slack.blocks import MAX_SECTION
from tests.support.webinar_samples import webinar

LINK = "https://v.ringcentral.example/r/1?a=b&c=d"


def shown(text: str, *, recording: str = LINK, first_name: str = "Iris", title: str = "Launch day") -> str:
    """The text as Slack gets it, in one piece."""
    values = follow_up_texts.values(webinar(title=title), recording, first_name)
    return "".join(follow_up_texts.text_sections(text, values))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi {first name}!", "Hi Iris!"),
        ("Hi {First_Name}!", "Hi Iris!"),
        ("Hi { first-name }!", "Hi Iris!"),
        ("{title}", "Launch day"),
        ("{TITLE}, {title}", "Launch day, Launch day"),
        ("See {recording}.", "See <https://v.ringcentral.example/r/1?a=b&amp;c=d>."),
        ("a {b} c", "a {b} c"),
        ("{} { } {{title}}", "{} { } {Launch day}"),
    ],
)
def test_a_placeholder_is_replaced_however_it_is_spelled(text: str, expected: str) -> None:
    """Case, underscores and hyphens do not matter; other braces stay."""
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<!channel> hello", "&lt;!channel&gt; hello"),
        ("<!here|here> <@U0BEN> <#C1>", "&lt;!here|here&gt; &lt;@U0BEN&gt; &lt;#C1&gt;"),
        ("<https://evil.example|your bank>", "&lt;<https://evil.example>|your bank&gt;"),
        ("Q&A at https://a.example/?x=1&y=2.", "Q&amp;A at <https://a.example/?x=1&amp;y=2>."),
        ("(https://a.example/b)", "(<https://a.example/b>)"),
        ("*bold* and _so_", "*bold* and _so_"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("@channel", "@channel"),
    ],
)
def test_nothing_in_a_text_notifies_anybody(text: str, expected: str) -> None:
    """What looks like a mention is text, and web addresses can be pressed."""
    assert shown(text) == expected


@pytest.mark.parametrize("name", ["<!channel>", "*Iris*", "Iris & Co"])
def test_the_value_of_a_placeholder_formats_nothing(name: str) -> None:
    """People choose their names, and webinars have titles with any characters."""
    for converted in (shown("{first name}", first_name=name), shown("{title}", title=name)):
        assert "<!" not in converted
        assert "*" not in converted
        assert "& " not in converted


def test_a_person_without_a_name_is_greeted() -> None:
    """No empty place in the sentence."""
    assert shown("Hi {first name},", first_name="  ") == "Hi there,"


@pytest.mark.parametrize(
    "text",
    ["&" * MAX_TEXT, "<" * 1500 + "\n" + "& " * 700, ("word " * 100 + "\n") * 5, "https://a.example/" + "&" * 2900],
)
def test_a_long_text_is_divided_and_complete(text: str) -> None:
    """Escaping makes a text five times as long at most; every piece fits into a section."""
    values = follow_up_texts.values(webinar(), LINK, "Iris")
    pieces = follow_up_texts.text_sections(text, values)
    assert max(map(len, pieces)) <= MAX_SECTION
    whole = "".join(pieces)
    assert whole.count("&amp;") == text.count("&")
    assert whole.count("&lt;") == text.count("<")


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab &<>{}\n*@#!|:/.") | st.characters(), max_size=MAX_TEXT))
def test_any_text_fits_and_mentions_nobody(text: str) -> None:
    """Whatever is typed."""
    values = follow_up_texts.values(webinar(), LINK, "Iris")
    pieces = follow_up_texts.text_sections(text, values)
    assert all(0 < len(piece) <= MAX_SECTION for piece in pieces)
    assert not any(mark in piece for piece in pieces for mark in ("<!", "<@", "<#"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Write a text"),
        (" \n ", "Write a text"),
        ("x" * (MAX_TEXT + 1), "Use at most 3,000 characters: this has 3,001."),
        ("Hi {name}", "{name} is not a placeholder"),
        ("Hi {firstname}", "{firstname} is not a placeholder"),
        ("Hi {vorname}", "use {first name}, {title}"),
        ("See {recording}", "No recording of this webinar can be watched"),
        ("Hi {first name}, {title}, {date}, {host}", ""),
        ("if (a) { } else {b: 1}", ""),
    ],
)
def test_what_is_wrong_with_a_text_is_said_with_the_remedy(text: str, problem: str) -> None:
    """Before anything is read or sent."""
    found = text_problem(text, has_recording=False)
    assert problem in found if problem else found == ""


@pytest.mark.parametrize("has_recording", [True, False])
def test_the_texts_that_the_form_begins_with_can_be_sent(has_recording: bool) -> None:
    """One for each group; they mention the recording only if there is one."""
    texts = default_texts(has_recording=has_recording)
    assert set(texts) == set(FollowUpGroup)
    assert {text_problem(text, has_recording=has_recording) for text in texts.values()} == {""}
    assert {placeholders.RECORDING in placeholders.used(text) for text in texts.values()} == {has_recording}
