"""Interprets responses of Slack's Web API: success, refusal, rate limit, or unknown outcome."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.errors import GreenroomError
from bot.slack.refusals import refusal_sentence

UNKNOWN_OUTCOME = {"internal_error", "fatal_error", "request_timeout"}
"""Error codes after which Slack may have executed the request."""


class SlackRefused(GreenroomError):
    """Slack refused the request with `code`; nothing changed there."""

    def __init__(self, code: str) -> None:
        """Keep Slack's code, which contains nothing personal."""
        super().__init__(refusal_sentence(code))
        self.code = code


class SlackBusy(GreenroomError):
    """Slack rate-limited the request for `seconds`; nothing changed there."""

    def __init__(self, seconds: float) -> None:
        """Keep how long to wait."""
        super().__init__(f"Slack is busy. Try again in {seconds:.0f} seconds.")
        self.seconds = seconds


class SlackOutcomeUnknown(GreenroomError):
    """There was no usable response: Slack may or may not have executed the request."""

    def __init__(self, *, was_answered: bool = False) -> None:
        """`was_answered` tells a server error from silence. The sentence leaves the outcome open."""
        super().__init__("Slack did not answer, so this may or may not have happened. Look, and try again if not.")
        self.was_answered = was_answered


def checked_answer(status: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """Return the response body of a success. Raises the matching error otherwise."""
    if status == 429:
        raise _busy(headers)
    try:
        answer = json.loads(content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        # A page of a proxy: only a 4xx proves that Slack did not execute the request.
        raise SlackRefused("unknown_error") if 400 <= status < 500 else SlackOutcomeUnknown(was_answered=True)
    if status != 200 or not answer.get("ok"):
        raise _no(status, answer)
    return answer


def error_for(error: SlackApiError) -> GreenroomError:
    """Return our error for an error of slack_sdk."""
    response: Any = error.response
    if response.status_code == 429:
        return _busy(response.headers)
    return _no(response.status_code, response)


def _no(status: int, answer: Any) -> GreenroomError:
    code = str(answer.get("error", "unknown_error"))
    unclear = status >= 500 or code in UNKNOWN_OUTCOME
    return SlackOutcomeUnknown(was_answered=True) if unclear else SlackRefused(code)


def _busy(headers: Mapping[str, str]) -> SlackBusy:
    return SlackBusy(float(headers.get("Retry-After", 30)))
