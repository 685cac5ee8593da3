"""awa, a Rust engine with Python handlers. It cannot move a job: a move cancels the jobs and adds others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import timedelta

import aiohttp
from awa import AsyncClient, Job

from bench.rivals.job import AT_ONCE, FILL_BATCH, LATER_JOBS, Alert, Run, post_alert, timed_moves, use_slack
from bot.clock import machine_now

QUEUE = "alerts"


def _client(url: str) -> AsyncClient:
    return AsyncClient(url.replace("@/", "@localhost/"))  # its parser demands a host, then uses the socket in `?host=`


async def fill(url: str, places: Sequence[tuple[str, str]]) -> list[float]:
    """Enqueue the jobs in batches by COPY, its fastest way, then move the later ones."""
    later = machine_now() + timedelta(days=30)
    jobs = [Alert(team, channel, later.timestamp()) for team, channel in places]
    async with _client(url) as client:
        await client.migrate()
        await client.install_queue_storage()  # a new database gets it from its first worker, which comes too late here
        for first in range(0, len(jobs), FILL_BATCH):
            await client.enqueue_many_copy(jobs[first : first + FILL_BATCH], queue=QUEUE)

        async def add_later(count: int) -> list[int]:
            return [one.id for one in await client.insert_many_copy(jobs[:1] * count, queue=QUEUE, run_at=later)]

        ids = await add_later(LATER_JOBS)

        async def move(session: Sequence[int]) -> None:
            for one in session:
                await client.cancel(one)
            await add_later(len(session))

        return await timed_moves(ids, move)


@asynccontextmanager
async def worker(database_url: str, slack_url: str, _: str, http: aiohttp.ClientSession) -> AsyncIterator[Run]:
    """One worker with the default claims: one claimer, up to 512 jobs per claim, as far as slots are free."""
    use_slack(slack_url, http)
    async with _client(database_url) as client:

        async def post(job: Job[Alert]) -> None:
            await post_alert(**asdict(job.args))

        client.task(Alert, queue=QUEUE)(post)

        async def run() -> None:
            await client.start([(QUEUE, AT_ONCE)])

        yield run
        await client.shutdown()
