"""What an answer of Slack's Web API stands for: a clear yes, a clear no, a wait, or an unknown outcome."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.errors import GreenroomError

UNCLEAR = {"internal_error", "fatal_error", "request_timeout"}
"""Errors after which Slack may have done it all the same."""


class SlackRefused(GreenroomError):
    """Slack said a clear no, in its own `code`; nothing has changed there."""

    def __init__(self, code: str) -> None:
        """Keep Slack's code, which holds nothing personal."""
        super().__init__(f"Slack refused this ({code}). If it goes on, tell your Greenroom admin.")
        self.code = code


class SlackBusy(GreenroomError):
    """Slack asks to wait `seconds`; nothing has changed there."""

    def __init__(self, seconds: float) -> None:
        """Keep how long to wait."""
        super().__init__(f"Slack is busy. Try again in {seconds:.0f} seconds.")
        self.seconds = seconds


class SlackUnclear(GreenroomError):
    """The answer got lost: nobody knows whether Slack did it."""

    def __init__(self) -> None:
        """Say what is known."""
        super().__init__("Slack did not answer, so this may or may not have happened. Look, and try again if not.")


def clear_answer(status: int, headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """The answer in this content if it is a yes. Raises the error that stands for it otherwise."""
    if status == 429:
        raise _busy(headers)
    try:
        answer = json.loads(content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        # A page of something between us and Slack: whether Slack got the request is known only if it was refused.
        raise SlackRefused("unknown_error") if 400 <= status < 500 else SlackUnclear
    if status != 200 or not answer.get("ok"):
        raise _no(status, answer)
    return answer


def refusal(error: SlackApiError) -> GreenroomError:
    """The error that stands for slack_sdk's."""
    response: Any = error.response
    if response.status_code == 429:
        return _busy(response.headers)
    return _no(response.status_code, response)


def _no(status: int, answer: Any) -> GreenroomError:
    code = str(answer.get("error", "unknown_error"))
    unclear = status >= 500 or code in UNCLEAR
    return SlackUnclear() if unclear else SlackRefused(code)


def _busy(headers: Mapping[str, str]) -> SlackBusy:
    return SlackBusy(float(headers.get("Retry-After", 30)))
