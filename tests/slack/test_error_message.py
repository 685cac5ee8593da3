"""Errors, waits and help as text: our errors have a sentence, an unexpected one gets a reference."""

from __future__ import annotations

import re

import pytest

from bot.commands.verbs import VERBS
from bot.errors import NotAllowed, NotFound
from bot.slack.error_message import error_sentence, problem_view, sentence_message, wait_sentence
from handlers.browse.help import GROUPS, TOPICS, help_message, unknown_message
from tests.support.block_kit import buttons, check_message, check_view
from tests.support.rows import each_row
from tests.support.webinar_samples import NASTY

COMMANDS = list(VERBS)


def test_our_error_has_its_sentence() -> None:
    """Its sentence needs no reference."""
    assert error_sentence(NotAllowed("Only Ana can cancel it."), "ABC") == "Only Ana can cancel it."


def test_unexpected_error_shows_a_reference_and_not_its_text() -> None:
    """Its text may contain secrets."""
    assert error_sentence(ValueError("token=xoxb-1"), "ABC123") == (
        "Something unexpected happened, and this was not finished. Try again, or give your admin the reference ABC123."
    )
    assert error_sentence(ValueError("token=xoxb-1")) == (
        "Something unexpected happened, and this was not finished. Try again, or tell your admin when it happened."
    )


@pytest.mark.parametrize("sentence", ["Only <@U1> can.", NASTY * 10])
def test_problem_keeps_slacks_limits_and_cannot_ping(sentence: str) -> None:
    """As a message and as a modal, with sentences that quote user text."""
    message = sentence_message(error_sentence(NotFound(sentence)))
    check_message(message.text, message.blocks)
    check_view(problem_view(NotFound(sentence)))


def test_problem_may_name_a_person() -> None:
    """A refusal names who may."""
    assert sentence_message(error_sentence(NotAllowed("Only <@U1> can."))).text == "Only <@U1> can."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "in a few seconds"),
        (36.5, "in about 40 seconds"),
        (90, "in about 90 seconds"),
        (91, "in about 2 minutes"),
    ],
)
def test_wait_says_how_long(seconds: float, words: str) -> None:
    """Never less than the actual wait."""
    assert wait_sentence(seconds, providers=["RingCentral"]) == (
        f"RingCentral allows only a few calls a minute, so yours goes out {words}."
    )


def test_help_shows_every_command_in_five_lines() -> None:
    """Each verb once, and a button for each group."""
    message = help_message()
    check_message(message.text, message.blocks)
    assert list(TOPICS) == COMMANDS
    assert sorted(verb for group in GROUPS.values() for verb in group.verbs) == sorted({*COMMANDS} - {"help"})
    lines = [line for line in message.text.splitlines()[:-1] if "`" in line]
    assert [re.findall(r"`(\w+)`", line) for line in lines] == [list(group.verbs) for group in GROUPS.values()]
    assert list(buttons(message.blocks)) == [group.title for group in GROUPS.values()]


@each_row("key", [*GROUPS])
def test_a_group_lists_its_commands_with_their_purpose(key: str) -> None:
    """With the way back."""
    message = help_message(key)
    check_message(message.text, message.blocks)
    for verb in GROUPS[key].verbs:
        assert TOPICS[verb].does in message.text
    assert list(buttons(message.blocks)) == ["All Commands"]


@each_row("topic", COMMANDS)
def test_help_on_a_topic_has_an_example_and_says_who_may(topic: str) -> None:
    """The example is a complete command."""
    message = help_message(topic)
    check_message(message.text, message.blocks)
    entry = TOPICS[topic]
    assert f"{entry.does}\n{entry.who}\nFor example: `/webinar {entry.example}`" in message.text
    assert entry.example.split()[0] == topic


@pytest.mark.parametrize(
    ("unknown", "meant", "line", "shown"),
    [
        (
            "lsit",
            "list past",
            "There is no command “lsit”. Did you mean `/webinar list past`?",
            ["/webinar list", "Help"],
        ),
        ("<!channel>", "", "There is no command “&lt;!channel&gt;”.", ["List Webinars", "Help"]),
        ("hlep", "help", "There is no command “hlep”. Did you mean `/webinar help`?", ["Help"]),
        ("creat", "create " + "x" * 300, "There is no command “creat”. Did you mean", ["Help"]),
    ],
)
def test_an_unknown_word_gets_one_line_and_the_guess_as_a_button(
    unknown: str, meant: str, line: str, shown: list[str]
) -> None:
    """Quoted text cannot ping; a command that is too long for a button is only named."""
    message = unknown_message(unknown, meant)
    check_message(message.text, message.blocks)
    assert message.text.startswith(line)
    assert "\n" not in message.text
    assert list(buttons(message.blocks)) == shown
