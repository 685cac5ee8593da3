"""pgqueuer. It cannot move a job: a move cancels the session's jobs and adds others, one statement each."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import timedelta

import aiohttp
import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job, JobId
from pgqueuer.queries import Queries

from bench.rivals.job import AT_ONCE, FILL_BATCH, LATER_JOBS, Alert, Run, post_alert, timed_moves, use_slack
from bot.clock import machine_now

TASK = "post_alert"
BATCH = 2 * AT_ONCE
"""Jobs per claim: above the default of 10, as its guide advises for short jobs. 32 and 64 took more processor time."""
AHEAD = timedelta(days=30)


async def fill(url: str, places: Sequence[tuple[str, str]]) -> list[float]:
    """Install with its recommended autovacuum, enqueue the jobs in batches, then move the later ones."""
    connection = await asyncpg.connect(url)
    queries = Queries(AsyncpgDriver(connection))
    await queries.install()
    await queries.optimize_autovacuum()
    start = (machine_now() + AHEAD).timestamp()
    jobs: list[bytes | None] = [json.dumps(asdict(Alert(team, channel, start))).encode() for team, channel in places]
    for first in range(0, len(jobs), FILL_BATCH):
        batch = jobs[first : first + FILL_BATCH]
        await queries.enqueue([TASK] * len(batch), batch, [0] * len(batch))

    async def add_later(count: int) -> list[int]:
        later: list[timedelta | None] = [AHEAD] * count
        return [int(job) for job in await queries.enqueue([TASK] * count, [jobs[0]] * count, [0] * count, later)]

    ids = await add_later(LATER_JOBS)

    async def move(session: Sequence[int]) -> None:
        await queries.mark_job_as_cancelled([JobId(job) for job in session])
        await add_later(len(session))

    elapsed = await timed_moves(ids, move)
    await connection.close()
    return elapsed


@asynccontextmanager
async def worker(database_url: str, slack_url: str, _: str, http: aiohttp.ClientSession) -> AsyncIterator[Run]:
    """One worker on a connection of its own, as its guide advises; it must hold two batches at least."""
    use_slack(slack_url, http)
    connection = await asyncpg.connect(database_url)
    queue = PgQueuer(AsyncpgDriver(connection))

    async def post(job: Job) -> None:
        await post_alert(**json.loads(job.payload or b""))

    queue.entrypoint(TASK)(post)

    async def run() -> None:
        await queue.run(batch_size=BATCH, max_concurrent_tasks=2 * BATCH)

    yield run
    await connection.close()
