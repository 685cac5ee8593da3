"""APScheduler with its jobs in the database. A second process on the same job store would run every job again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, timedelta

import aiohttp
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bench.rivals.job import LATER_JOBS, Run, post_alert, timed_moves, use_slack
from bot.clock import machine_now


def _scheduler(database_url: str) -> AsyncIOScheduler:
    store = SQLAlchemyJobStore(url=database_url.replace("postgresql://", "postgresql+psycopg://"))
    defaults = {"misfire_grace_time": None, "coalesce": True}
    return AsyncIOScheduler(jobstores={"default": store}, timezone=UTC, job_defaults=defaults)


async def fill(url: str, places: Sequence[tuple[str, str]]) -> list[float]:
    """Add the jobs, then move the later ones with `reschedule_job`."""
    scheduler = _scheduler(url)
    scheduler.start(paused=True)
    now, later = machine_now(), machine_now() + timedelta(days=30)
    for number, place in enumerate(places):
        scheduler.add_job(post_alert, "date", run_date=now, args=(*place, later.timestamp()), id=f"j{number}")
    ids = [f"later{number}" for number in range(LATER_JOBS)]
    for one in ids:
        scheduler.add_job(post_alert, "date", run_date=later, args=("T0", "C0", later.timestamp()), id=one)

    async def move(session: Sequence[str]) -> None:
        for one in session:
            scheduler.reschedule_job(one, trigger="date", run_date=later)

    elapsed = await timed_moves(ids, move)
    scheduler.shutdown()
    return elapsed


@asynccontextmanager
async def worker(database_url: str, slack_url: str, _: str, http: aiohttp.ClientSession) -> AsyncIterator[Run]:
    """The scheduler itself."""
    use_slack(slack_url, http)
    scheduler = _scheduler(database_url)

    async def run() -> None:
        scheduler.start()

    yield run
    scheduler.shutdown(wait=False)
