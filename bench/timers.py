"""APScheduler's timers and Bolt's check of signatures by fast time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo
from typing import TypeVar, cast

from apscheduler.executors import base as executors
from apscheduler.schedulers import base as schedulers
from apscheduler.triggers import date, interval
from slack_sdk import signature

from tests.proof.fast_time import FastTime

T = TypeVar("T")


def run_in_fast_time(measure: Callable[[FastTime], Awaitable[T]], speed: float, time: type[FastTime] = FastTime) -> T:
    """Run a measurement in a time that goes this much faster than the machine's, for the whole process."""
    fast_time = time(speed=speed)
    fast_time.take_over()
    _hurry_timers(fast_time)
    _accept_signatures(fast_time)

    async def measured() -> T:
        return await measure(fast_time)

    with asyncio.Runner(loop_factory=fast_time.loop) as runner:
        return runner.run(measured())


def _hurry_timers(fast_time: FastTime) -> None:
    """Let APScheduler's timers go by the fast time too: without it, its intervals last as long as on the machine."""

    class FastDatetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> FastDatetime:
            return cast("FastDatetime", fast_time.now().astimezone(tz))

    for module in (schedulers, executors, interval, date):
        vars(module)["datetime"] = FastDatetime


def _accept_signatures(fast_time: FastTime) -> None:
    """Let Bolt compare the time of a signature with the fast time, which soon is minutes ahead of the machine's."""

    signature.time = lambda: fast_time.now().timestamp()  # type: ignore[attr-defined]  # what its clock calls
