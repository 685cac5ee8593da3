"""The rules for wording: they find what they are for, and all texts in the code and in the sample views keep them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.clock import SandboxClock
from sandbox.slack import Slack, posting
from tests.project.test_structure import views
from tests.support.docs_tables import table
from tests.support.processes import ROOT
from tests.support.shown_content import ShownContent, content_problems
from tests.support.wording import errors_wording, message_wording, not_exempt, sentence_case, title_case, view_wording
from tests.support.wording_exemptions import EXEMPT
from tests.support.wording_words import sentences, word_problems

SKIPPED = (
    *(
        "bot/db/",
        "bot/doctor/",
        "bot/erasure/",
        "bot/__main__.py",
        "bot/settings.py",
        "bot/app.py",
        "bot/web/metrics.py",
    ),
    *("bot/commands/people_", "bot/commands/zone_names.py", "bot/providers/zoom/countries.py"),
)
"""What administrators read on a command line, and words of lists that people paste."""


def source_texts() -> Iterator[tuple[str, int, str]]:
    """Path, line and text of each string in `bot` and `handlers` that is no pattern."""
    for path in sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("handlers/**/*.py")]):
        name = str(path.relative_to(ROOT))
        if not name.startswith(SKIPPED):
            yield from ((name, line, text) for line, text in _strings(path) if _is_text(text))


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    skipped: set[int] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))  # a docstring
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("log.", "_log.", "re.")):
            skipped |= {id(one) for one in ast.walk(node)}
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(one) for one in node.values}
            yield node.lineno, "".join(str(one.value) if isinstance(one, ast.Constant) else "0" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _is_text(text: str) -> bool:
    return " " in text and not any(mark in text for mark in ("\\", "(?", "|{", "]*"))


def test_all_texts_in_the_code_keep_the_rules() -> None:
    """Also those that no story shows: no forbidden words, and at most two sentences in a paragraph."""
    found = []
    for path, line, text in source_texts():
        long = any(sentences(paragraph) > 2 for paragraph in text.split("\n"))
        problems = [*word_problems(text), *(["more than two sentences"] if long else [])]
        found += [f"{path}:{line}: {text}: {problem}" for problem in problems]
    assert [problem for problem in found if not re.search("|".join(EXEMPT), problem)] == []


def phrases(column: int) -> list[str]:
    """The phrases in a column of the table in docs/wording.md."""
    return [phrase for row in table("wording.md", "about") for phrase in re.findall("“([^”]+)”", row[column])]


def test_the_phrases_of_the_document_are_those_of_the_code() -> None:
    """Each phrase that we write is there, and none of those that it replaces."""
    everything = "\n".join(text.casefold() for _, _, text in source_texts())
    assert [phrase for phrase in phrases(1) if phrase.casefold() not in everything] == []
    assert [phrase for phrase in phrases(2) if re.search(rf"\b{re.escape(phrase.casefold())}\b", everything)] == []
    assert len(phrases(1)) >= 20


def button(text: str, **more: object) -> dict[str, object]:
    """A button."""
    return {"type": "button", "action_id": "a.b", "text": {"type": "plain_text", "text": text}, **more}


def row(*elements: dict[str, object]) -> dict[str, object]:
    """A row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def section(text: str) -> dict[str, object]:
    """A paragraph."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def plain(text: str) -> dict[str, str]:
    """Plain text."""
    return {"type": "plain_text", "text": text}


WORDS = {
    "an identifier in camelCase": "Keeps people out with preventMultipleDeviceJoins.",
    "an identifier in snake_case": "Slack refused this: response_url_500.",
    "an identifier in PascalCase": "It lacks the permission WebinarSettings.",
    "an id of Slack": "Registered from slack:C0LAUNCH.",
    "the id of a webinar": "Known as 610000009.",
    "a long number": "It is number 610000009.",
    "British spelling": "Organisers have cancelled it.",
    "British email": "The e-mail was sent.",
    "British license": "The host has no licence.",
    "British any more": "It is not there any more.",
    "private English": "Whoever created it can steer it.",
    "what a channel hears": "What this channel hears is planned anew.",
    "no time": "“soon” is no time.",
    "personal links": "These links are yours alone.",
    "further up": "The address stands further up in the list.",
    "an apology": "Sorry, the file is too large.",
    "blame": "You forgot to choose a time.",
    "an illegal value": "This is an invalid address.",
    "successfully": "The card was posted successfully.",
}


@pytest.mark.parametrize("text", WORDS.values(), ids=WORDS)
def test_a_forbidden_word_is_found_on_every_surface(text: str) -> None:
    """In a section, in the text of a message, in the errors of a form, and in a hint."""
    hint = {"type": "input", "label": plain("Title"), "hint": plain(text), "element": {"type": "plain_text_input"}}
    assert message_wording("It was posted here.", [section(text)])
    assert message_wording(text, [section("It was posted here.")])
    assert errors_wording({"title": text})
    assert view_wording({"type": "modal", "title": plain("Webinar"), "blocks": [hint]})


@pytest.mark.parametrize(
    "text",
    [
        "I don't understand “is no time anew”. Try `e-mail_1` instead.",
        "See <https://example.com/whoever_1|the page> of RingCentral.",
        "<!date^1795533600^{date_short_pretty}|Tue, Nov 24, 2026 at 4:20 PM CET> in <#C0LAUNCH>.",
        "Are there any more webinars this week?",
        "It starts at 4:20 p.m. Register on its card.",
    ],
)
def test_what_people_typed_and_what_slack_replaces_is_not_ours(text: str) -> None:
    """Quotes, code, addresses, times and mentions are no words of ours."""
    assert message_wording(text, [section(text)]) == []


MOMENT = "<!date^1795533600^{date_short_pretty} at {time}|Tue, Nov 24, 2026 at 4:20 PM CET>"


@pytest.mark.parametrize("text", ["Moved, instead of {}", "Planned for {}.", "Set by Ana, {}", "It ends\non {} or so."])
def test_a_relative_day_within_a_sentence_is_found(text: str) -> None:
    """Slack writes it with a capital wherever it is."""
    assert message_wording("The webinar was moved.", [section(text.format(MOMENT))])


@pytest.mark.parametrize("text", ["{}, 1h", "*{}*", "Launch day\n{}", "Now: *{}*", "Set by Ana · {}", "It ended. {}"])
def test_a_relative_day_at_the_start_of_a_line_is_fine(text: str) -> None:
    """After a colon, a bullet or a full stop, too."""
    assert message_wording("The webinar was moved.", [section(text.format(MOMENT))]) == []


SURFACES = {
    "lowercase on a button": [row(button("Create webinar"))],
    "emoji on a button": [row(button(":tada: Create"))],
    "a last small word": [row(button("Turn on"))],
    "title case in a header": [{"type": "header", "text": plain("Upcoming Webinars")}],
    "an emoji in a header": [{"type": "header", "text": plain("Live now 🎉")}],
    "three rows": [row(button(f"Show {n}", value="s1")) for n in range(3)],
    "one row of eleven": [row(*(button(f"Show {n}", value="s1") for n in range(11)))],
    "two primary buttons": [row(button("Open", style="primary"), button("Close", style="primary"))],
    "danger without a question": [row(button("Cancel Webinar", style="danger"))],
    "the same label twice": [row(button("Join", value="s1"), button("Join", value="s2"))],
    "no alt text": [{"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a.png"}],
    "three sentences": [section("It is moved. It starts later. Everyone is notified.")],
    "please twice": [section("Please choose."), section("Then please save.")],
    "a long button": [row(button("Show All of the Upcoming Webinars Here"))],
    "a lowercase answer": [row(button("Delete", confirm={"confirm": plain("Yes, do it"), "deny": plain("Keep It")}))],
    "a lowercase option": [row({"type": "overflow", "options": [{"text": plain("Show it"), "value": "1"}]})],
}


@pytest.mark.parametrize("blocks", SURFACES.values(), ids=SURFACES)
def test_a_problem_of_a_surface_is_found(blocks: list[dict[str, object]]) -> None:
    """Each of these breaks one rule."""
    assert len(message_wording("The webinar was moved.", blocks)) == 1


@pytest.mark.parametrize("text", ["", "moved to later today", "Moved", "It was moved to,"])
def test_a_message_has_a_text_for_notifications(text: str) -> None:
    """A sentence for screen readers."""
    assert message_wording(text, [section("It is moved.")])


@pytest.mark.parametrize(
    "text", ["“closed” isn't a feature.", "launch day: tomorrow, for 1h.", "Thanks, Dev! &lt;3&gt;"]
)
def test_a_text_may_begin_and_end_with_what_a_person_typed(text: str) -> None:
    """In quotes, as the title in the header, or escaped."""
    assert message_wording(text, [{"type": "header", "text": plain("launch day")}, section("It is moved.")]) == []


def test_a_form_has_one_main_button() -> None:
    """Its submit button, which is in Title Case; its title is in sentence case."""
    green = row(button("Open", style="primary"))
    form = {"type": "modal", "title": plain("Create a webinar"), "submit": plain("Create Webinar"), "blocks": [green]}
    assert len(view_wording(form)) == 1
    assert len(view_wording(form | {"blocks": [], "submit": plain("Create webinar")})) == 1
    assert len(view_wording(form | {"blocks": [], "title": plain("Create a Webinar")})) == 1
    assert view_wording(form | {"blocks": []}) == []


def test_a_list_may_have_a_row_for_each_entry() -> None:
    """The rows of a list are about different webinars or people."""
    rows = [row(button("Approve", value=f"s1 r{n}", accessibility_label=f"Approve {n}")) for n in range(10)]
    assert message_wording("Ten people wait for approval.", rows) == []


@pytest.mark.parametrize("text", ["Create Webinar", "Share in Channels", "/webinar list", "Register 5 People", "Go On"])
def test_title_case(text: str) -> None:
    """Small words stay small, except for the first and the last."""
    assert title_case(text)


@pytest.mark.parametrize("text", ["Upcoming webinars", "Language of Zoom's emails", "Edit webinar: Launch Webinar Day"])
def test_sentence_case(text: str) -> None:
    """Names keep their capitals; what follows a colon is a title that somebody typed."""
    assert sentence_case(text)


@pytest.mark.parametrize("text", ["Upcoming Webinars", "Edit Webinar: Launch day", "Who gets Reminders?"])
def test_title_case_is_no_sentence_case(text: str) -> None:
    """One word is enough."""
    assert not sentence_case(text)


def test_an_exemption_is_narrow() -> None:
    """The consent may have three sentences, but no forbidden word."""
    consent = "With Register you send your name. RingCentral emails you. Greenroom keeps the {}."
    found = message_wording("Your seat is taken.", [section(consent.format("externalId"))])
    left = [problem for problem in found if not re.search("|".join(EXEMPT), problem, re.DOTALL)]
    assert len(found) == 2
    assert [problem.rpartition("”: ")[2] for problem in left] == ["“externalId” (an identifier in camelCase)"]


def test_every_sample_view_keeps_the_rules() -> None:
    """Those of the test of the structure: every view in each of its states."""
    assert [problem for view in views() for problem in not_exempt(content_problems(view))] == []


def test_what_slack_receives_in_a_story_is_checked() -> None:
    """Also what is replaced or deleted before the story ends."""
    slack = Slack(SandboxClock())
    shown = ShownContent(slack)
    posting.check_content(slack.world, {"text": "It was moved to later today.", "blocks": [section("It was moved.")]})
    shown.check()
    posting.check_content(slack.world, {"text": "Sorry, it was moved.", "blocks": [section("It was moved.")]})
    with pytest.raises(AssertionError, match="an apology"):
        shown.check()
