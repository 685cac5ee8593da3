"""The job that all competitors run: compose the alert that the outbox composes, and post it with the same client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import aiohttp

from bench.crowd import notice, webinar
from bot.clock import machine_now
from bot.notices.model import NoticeKind
from bot.notices.texts.compose import compose
from bot.notices.texts.phrases import NoticeContext
from bot.slack.client import SlackApi

AT_ONCE = 64
"""Concurrent calls to Slack, the same for all."""
FILL_BATCH = 1000
"""Jobs per insert where a competitor can insert several."""
JOBS_PER_SESSION = 9
"""Three reminders in three channels."""
LATER_JOBS = 30 * JOBS_PER_SESSION
"""The jobs of 30 sessions, to be moved."""

T = TypeVar("T")
Run = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Alert:
    """The arguments of one job."""

    team: str
    channel: str
    start: float
    """Start of the webinar, in seconds since 1970."""


_slack: dict[str, SlackApi] = {}
_target: tuple[str, aiohttp.ClientSession] | None = None
_slots = asyncio.Semaphore(AT_ONCE)


def use_slack(slack_url: str, http: aiohttp.ClientSession) -> None:
    """Set where this process posts. A module variable, because a stored job names a plain function."""
    global _target
    _target = (slack_url, http)


async def post_alert(team: str, channel: str, start: float) -> None:
    """Post one alert."""
    assert _target is not None
    slack_url, http = _target
    async with _slots:
        if team not in _slack:
            _slack[team] = SlackApi(f"xoxb-{team[1:]}", f"{slack_url}/api/", http)
        now = machine_now()
        about = webinar(team, "s1", datetime.fromtimestamp(start, UTC), now)
        said = NoticeContext(notice(about, channel, NoticeKind.FULL, now), about)
        await _slack[team].post(channel, compose([said], at=now), mark=f"{team}.{channel}")


async def timed_moves(ids: Sequence[T], move: Callable[[Sequence[T]], Awaitable[None]]) -> list[float]:
    """Move the later jobs, one session after the other; return the milliseconds per session."""
    elapsed = []
    for first in range(0, len(ids), JOBS_PER_SESSION):
        began = time.perf_counter()
        await move(ids[first : first + JOBS_PER_SESSION])
        elapsed.append((time.perf_counter() - began) * 1000)
    return elapsed
