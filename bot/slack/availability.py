"""Whether Slack can be used now: known from the calls that the bot makes, and from a cheap check if it makes none."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable

from bot.clock import monotonic
from bot.errors import GreenroomError
from bot.slack.responses import SlackOutcomeUnknown, SlackRefused

CHECK_EVERY = 30.0
"""Seconds between two checks, and how long an answered call proves that Slack is available."""
CHECK_TIMEOUT = 2.0
"""Seconds in which an available Slack answers a check."""
NO_ANSWER = "Slack does not answer."
FAILING = "Slack answers with server errors."
NO_SOCKET = "The Socket Mode connection to Slack is closed."
TOKEN_CODES = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})
"""Error codes for a token that Slack accepts no more: docs.slack.dev/reference/methods/auth.test"""


class SlackAvailability:
    """The last known state of Slack. Any answer counts as available, also a refusal of one request."""

    def __init__(self, check: Callable[[], Awaitable[object]], monotonic: Callable[[], float] = monotonic) -> None:
        """`check` makes a cheap call whose outcome the client passes to `note`."""
        self.check_every = CHECK_EVERY
        self.is_connected: Callable[[], Awaitable[bool]] | None = None
        """Whether the Socket Mode connection is open; `None` over HTTP."""
        self._check = check
        self._monotonic = monotonic
        self._problem = ""
        self._answered_at = -math.inf
        self._checked_at = -math.inf

    def note(self, error: GreenroomError | None) -> None:
        """Note the outcome of a call; `None` for a success."""
        self._problem = _problem_of(error)
        if not self._problem:
            self._answered_at = self._monotonic()

    async def problem(self) -> str:
        """Why Slack cannot be used, as a sentence without a secret; empty if it can. Takes a few seconds at most."""
        now = self._monotonic()
        if now - max(self._answered_at, self._checked_at) >= self.check_every or (
            self._problem and now - self._checked_at >= self.check_every
        ):
            self._checked_at = now
            await self._ask()
        if not self._problem and self.is_connected and not await self.is_connected():
            return NO_SOCKET
        return self._problem

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT):
                await self._check()
        except TimeoutError:
            self._problem = NO_ANSWER
        except GreenroomError:
            return  # noted by the client


def _problem_of(error: GreenroomError | None) -> str:
    if isinstance(error, SlackOutcomeUnknown):
        return FAILING if error.was_answered else NO_ANSWER
    if isinstance(error, SlackRefused) and error.code in TOKEN_CODES:
        return f"Slack does not accept SLACK_BOT_TOKEN ({error.code})."
    return ""
