"""Converts an error or a wait into text: the only place where an error becomes a message."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from bot.db.problems import database_problem
from bot.errors import ChannelUnreachable, GreenroomError
from bot.providers.names import any_of
from bot.slack.blocks import MAX_SECTION, cut, escape_sentence, message, modal, paragraph
from bot.slack.data_words import in_words
from bot.slack.message import Message, View

PROBLEM = "problem"
ANSWER = "answer"

UNEXPECTED = "Something unexpected happened, and this was not finished."


def error_sentence(error: Exception, reference: str = "", *, channel_id: str = "") -> str:
    """Return the sentence for a person: our errors carry one; for any other error, a reference for the admin.

    `channel_id` is the channel that the person is looking at.
    """
    if isinstance(error, ChannelUnreachable):
        return error.sentence_in(channel_id)
    if isinstance(error, GreenroomError):
        return error.sentence
    if problem := database_problem(error):
        return problem.value
    if not reference:
        return f"{UNEXPECTED} Try again, or tell your admin when it happened."
    return f"{UNEXPECTED} Try again, or give your admin the reference {reference}."


def error_kind(error: Exception) -> str:
    """Return the kind of an error for a metric: the name of its class, `database` or `unexpected`."""
    if isinstance(error, GreenroomError):
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
    return "database" if database_problem(error) else "unexpected"


def sentence_message(sentence: str) -> Message:
    """Return a sentence of ours as a message."""
    return message(cut(escape_sentence(sentence), MAX_SECTION), [paragraph(sentence)])


def message_view(shown: Message) -> View:
    """Return a modal that shows a message, as the reply to a request made in a modal. It has charts in words."""
    return modal(ANSWER, "Webinar", (in_words(shown) or shown).blocks, close="Back")


def problem_view(error: Exception, reference: str = "") -> View:
    """Return an error as a modal."""
    return sentence_view(error_sentence(error, reference))


def sentence_view(sentence: str) -> View:
    """Return the sentence of an error as a modal."""
    return modal(PROBLEM, "This did not work", [paragraph(sentence)])


def wait_sentence(seconds: float, providers: Sequence[str]) -> str:
    """Return why a person has to wait for a provider, one of these names, and for how long."""
    return f"{any_of(providers)} allows only a few calls a minute, so yours goes out {_in(seconds)}."


def _in(seconds: float) -> str:
    if seconds < 5:
        return "in a few seconds"
    if seconds <= 90:
        return f"in about {math.ceil(seconds / 10) * 10} seconds"
    return f"in about {math.ceil(seconds / 60)} minutes"
