"""APScheduler by fast time."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import cast

from apscheduler.executors import base as executors
from apscheduler.schedulers import base as schedulers
from apscheduler.triggers import date, interval

from tests.proof.fast_time import FastTime


def hurry_timers(fast_time: FastTime) -> None:
    """Let APScheduler's timers go by the fast time too: without it, its intervals last as long as on the machine."""

    class FastDatetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> FastDatetime:
            return cast("FastDatetime", fast_time.now().astimezone(tz))

    for module in (schedulers, executors, interval, date):
        vars(module)["datetime"] = FastDatetime
