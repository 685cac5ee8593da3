"""Turns what went wrong, or what takes time, into words: the one place where an error becomes a message."""

from __future__ import annotations

import math

from bot.errors import GreenroomError
from bot.providers.base import DISPLAY_NAME
from bot.slack.blocks import MAX_SECTION, cut, message, modal, paragraph, said
from bot.slack.message import Message, View

PROBLEM = "problem"
ANSWER = "answer"

UNEXPECTED = "Something unexpected happened, and this was not finished."


def say(error: Exception, reference: str = "") -> str:
    """What to tell a person: our errors speak for themselves, anything else gets a reference for the admin."""
    if isinstance(error, GreenroomError):
        return error.sentence
    if not reference:
        return f"{UNEXPECTED} Try again, or tell your admin when it happened."
    return f"{UNEXPECTED} Try again; if it happens again, give your admin the reference {reference}."


def problem(error: Exception, reference: str = "") -> Message:
    """The same as a message."""
    return sentence_message(say(error, reference))


def sentence_message(sentence: str) -> Message:
    """One sentence of ours as a message."""
    return message(cut(said(sentence), MAX_SECTION), [paragraph(sentence)])


def message_view(said_there: Message) -> View:
    """A message shown in a modal, for a person who asked in one."""
    return {
        "type": "modal",
        "callback_id": ANSWER,
        "title": {"type": "plain_text", "text": "Webinar"},
        "close": {"type": "plain_text", "text": "Back"},
        "blocks": said_there.blocks,
    }


def problem_view(error: Exception, reference: str = "") -> View:
    """The same as a modal."""
    return modal(PROBLEM, "This did not work", [paragraph(say(error, reference))])


def waiting(seconds: float) -> str:
    """Why a person has to wait, and for how long."""
    return f"{DISPLAY_NAME} allows only a few calls a minute. Yours is in the queue and goes out {_in(seconds)}."


def _in(seconds: float) -> str:
    if seconds < 5:
        return "in a few seconds"
    if seconds <= 90:
        return f"in about {math.ceil(seconds / 10) * 10} seconds"
    return f"in about {math.ceil(seconds / 60)} minutes"
