"""Waits for what is unavailable, as a restart would not help."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.db.problems import database_problem
from bot.slack.responses import SlackBusy, SlackOutcomeUnknown

T = TypeVar("T")
log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


async def patiently(
    what: str,
    start: Callable[[], Awaitable[T]],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    *,
    on_wait: Callable[[str], Awaitable[None]],
) -> T:
    """Run `start` until Slack or the database is available, log each try, and call `on_wait` with what it waits for.

    Any other error is raised.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            return await start()
        except Exception as error:
            if not _is_temporary(error):
                raise
            pause = max(pause, error.seconds) if isinstance(error, SlackBusy) else pause
            log.warning("startup.waiting", extra={"what": what, "reason": type(error).__name__, "seconds": pause})
        await on_wait(what)
        await sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _is_temporary(error: Exception) -> bool:
    return isinstance(error, SlackBusy | SlackOutcomeUnknown) or database_problem(error) is not None
