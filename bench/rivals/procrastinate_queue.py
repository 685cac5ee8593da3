"""procrastinate. It cannot move a job: a move cancels the job and adds another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import procrastinate

from bench.rivals.job import AT_ONCE, FILL_BATCH, LATER_JOBS, Run, post_alert, timed_moves, use_slack
from bot.clock import machine_now


def _app(database_url: str) -> tuple[procrastinate.App, procrastinate.tasks.Task[Any, Any, Any]]:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=database_url))
    return app, app.task(name="post_alert")(post_alert)


async def fill(url: str, places: Sequence[tuple[str, str]]) -> list[float]:
    """Defer the jobs in batches, then move the later ones."""
    app, task = _app(url)
    later = machine_now() + timedelta(days=30)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        jobs: list[dict[str, Any]] = [
            {"team": team, "channel": channel, "start": later.timestamp()} for team, channel in places
        ]
        for first in range(0, len(jobs), FILL_BATCH):
            await task.batch_defer_async(*jobs[first : first + FILL_BATCH])
        ahead = task.configure(schedule_at=later)
        ids = [await ahead.defer_async(**jobs[0]) for _ in range(LATER_JOBS)]

        async def move(session: Sequence[int]) -> None:
            for one in session:
                await app.job_manager.cancel_job_by_id_async(one)
                await ahead.defer_async(**jobs[0])

        return await timed_moves(ids, move)


@asynccontextmanager
async def worker(database_url: str, slack_url: str, name: str, http: aiohttp.ClientSession) -> AsyncIterator[Run]:
    """One worker that runs as many jobs at a time as it may call Slack."""
    use_slack(slack_url, http)
    app, _task = _app(database_url)

    async def run() -> None:
        await app.run_worker_async(name=name, concurrency=AT_ONCE, install_signal_handlers=False)

    async with app.open_async():
        yield run
