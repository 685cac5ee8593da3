"""`python -m bench.outbox`: a million notices planned, many due in one minute, and the same work by competitors."""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psutil
from cryptography.fernet import Fernet

from bench.crowd import analyze, plan_due, plan_many
from bench.deliverer import Report
from bench.floor import fill
from bench.processes import ROOT
from bench.rivals import RIVALS
from bench.rivals.job import JOBS_PER_SESSION
from bot.clock import machine_now
from bot.db.connection import Store
from bot.db.vault import Vault
from bot.model.people import Account, Workspace
from bot.notices.model import NoticeKind
from bot.notices.planner import replan
from bot.webinars import table as webinar_table
from sandbox.clock import SandboxClock
from sandbox.slack import Slack
from tests.support.databases import Postgres, running_postgres

SESSIONS = 111_112
"""With nine notices each: three reminders in three channels."""
MOVES = 300
TEAMS, CHANNELS = 1000, 50
"""50,000 channels; as many of one workspace as Slack lets us schedule in a minute."""
COMPARISON = (200, 50)
"""10,000 for each of the competitors, which take longer to fill."""
ROUNDS = 3
"""How often each competitor is measured, in turn; the medians are shown."""
FIGURES = ("seconds", "worker", "database", "stall")
TITLES = f"{'due at once':44}{'seconds':>9}{'worker µs':>11}{'PG µs':>8}{'stall ms':>10}{'lost':>6}{'doubled':>9}"
PATIENCE = 600.0
POLL = 0.05


@dataclass(frozen=True)
class BurstResult:
    """How a burst of due notices was delivered."""

    seconds: float
    """From the moment it was due until Slack had accepted the last."""
    worker: float
    """Microseconds of processor time for each notice, of all workers together."""
    database: float
    stall: float
    """The longest time in milliseconds for which a worker's event loop was blocked."""
    lost: int
    doubled: int


async def replan_one_of_many(
    postgres: Postgres, sessions: int = SESSIONS, moves: int = MOVES
) -> tuple[int, list[float]]:
    """The number of planned notices, and the milliseconds of a replan after each of so many moves."""
    now = machine_now()
    store = Store(await postgres.migrated(), Vault(Fernet.generate_key().decode()))
    planned = await plan_many(store, sessions, now)
    waited = []
    account = Account(workspace=Workspace(team_id="T0"), provider="ringcentral")
    for number in range(moves + 10):
        session = f"s{1 + number * (sessions - 1) // (moves + 10)}"
        async with store.write() as db:
            before = await webinar_table.find(db, account, session, for_update=True)
            assert before is not None
            after = before.model_copy(update={"start": before.start + timedelta(hours=1)})
            await webinar_table.save(db, after)
        began = time.perf_counter()
        async with store.write() as db:
            await replan(db, after, now)
        waited.append((time.perf_counter() - began) * 1000)
    await store.close()
    return planned, waited[10:]  # the first ones make connections and statements ready


async def deliver_burst(
    postgres: Postgres, kind: NoticeKind, workers: int, teams: int = TEAMS, channels: int = CHANNELS
) -> BurstResult:
    """Deliver notices that are all due at once with so many of our workers; reminders are scheduled, others posted."""
    url = await postgres.migrated()
    store = Store(url, Vault(Fernet.generate_key().decode()))
    now = machine_now()
    await plan_due(store, kind, now + timedelta(minutes=20), now, teams, channels)
    await store.close()
    return await _served(postgres, url, "greenroom", workers, teams * channels, held=kind is NoticeKind.REMINDER)


async def floor(postgres: Postgres, workers: int, teams: int = TEAMS, channels: int = CHANNELS) -> BurstResult:
    """The same number of messages posted by asyncpg and aiohttp alone."""
    url = await postgres.empty()
    places = [(f"T{number}", f"C{channel:06}") for number in range(teams) for channel in range(channels)]
    await fill(url, places)
    return await _served(postgres, url, "floor", workers, len(places), held=False)


async def deliver_by_competitor(
    postgres: Postgres, rival: str, teams: int, channels: int
) -> tuple[BurstResult, list[float]]:
    """The same alerts posted by one worker of a competitor; and the milliseconds it takes to move a session's jobs."""
    url = await postgres.empty()
    places = [(f"T{number}", f"C{channel:06}") for number in range(teams) for channel in range(channels)]
    waited = await RIVALS[rival].fill(url, places)
    store = Store(url, Vault(Fernet.generate_key().decode()))
    await analyze(store)
    await store.close()
    return await _served(postgres, url, rival, 1, len(places), held=False), waited


async def _served(postgres: Postgres, url: str, way: str, workers: int, count: int, *, held: bool) -> BurstResult:
    slack = Slack(SandboxClock())
    slack.limits.many_workspaces = True
    await slack.start()
    try:
        async with _workers(workers, way, url, slack.url) as processes:
            await asyncio.sleep(1.0)  # until the connections that filled the database are closed
            database, began = _database_time(postgres), machine_now()
            for process in processes:
                _word(process)
            await _until(lambda: (slack.held() if held else len(slack.world.accepted)) >= count)
            ended = machine_now()
            await asyncio.sleep(1.0)  # duplicates would come now
            reports = [await _report(process) for process in processes]
            database = _database_time(postgres) - database
        if held:
            await slack.move(3600)
        accepted = slack.accepted()
    finally:
        await slack.stop()
    posted = Counter((one.team, one.channel) for one in accepted)
    last = ended if held else datetime.fromtimestamp(max(one.at for one in accepted), UTC)
    return BurstResult(
        seconds=(last - began).total_seconds(),
        worker=sum(one.cpu for one in reports) / count * 1e6,
        database=database / count * 1e6,
        stall=max(one.stall for one in reports) * 1000,
        lost=count - len(posted),
        doubled=posted.total() - len(posted),
    )


@asynccontextmanager
async def _workers(count: int, way: str, url: str, slack_url: str) -> AsyncIterator[list[Process]]:
    words = [sys.executable, "-m", "bench.deliverer", way, url, slack_url]
    processes = [
        await asyncio.create_subprocess_exec(*words, f"worker {number}", cwd=ROOT, stdin=PIPE, stdout=PIPE)
        for number in range(count)
    ]
    try:
        for process in processes:
            await _line(process)
        yield processes
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
            await process.wait()


def _word(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")


async def _line(process: Process) -> str:
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    if not line:
        raise RuntimeError("a worker ended by itself")
    return line


async def _report(process: Process) -> Report:
    _word(process)
    return Report(**json.loads(await _line(process)))


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - polled seldom, so that it costs the measured processes little
            await asyncio.sleep(POLL)


def _database_time(postgres: Postgres) -> float:
    server = psutil.Process(postgres.pid)
    used = 0.0
    for one in (server, *server.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):  # the server stops processes that it no longer needs
            times = one.cpu_times()
            used += times.user + times.system
            used += times.children_user + times.children_system if one is server else 0.0
    return used


async def measure(postgres: Postgres) -> list[str]:
    """Return the lines of all measurements."""
    planned, moved = await replan_one_of_many(postgres)
    lines = [f"{planned:,} planned: one session moved, ms: {_spread(moved)}", "", TITLES]
    crowd = f"{TEAMS * CHANNELS:,}"
    least = await floor(postgres, 2)
    lines.append(_row(f"{crowd} posted by asyncpg and aiohttp alone", least))
    for name, kind in (("posted", NoticeKind.FULL), ("scheduled", NoticeKind.REMINDER)):
        burst = await deliver_burst(postgres, kind, 2)
        lines.append(_row(f"{crowd} {name}, two workers", burst))
        speed, worker = least.seconds / burst.seconds, burst.worker / least.worker
        lines.append(f"  {speed:.2f} of the speed of the floor, × {worker:.1f} its worker time")
    return lines + await compare(postgres)


async def compare(postgres: Postgres) -> list[str]:
    """Measure the outbox and each competitor in turn, several times; return the lines of the medians and ratios."""
    teams, channels = COMPARISON
    ours: list[BurstResult] = []
    theirs: dict[str, list[BurstResult]] = defaultdict(list)
    waited: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        ours.append(await deliver_burst(postgres, NoticeKind.FULL, 1, teams, channels))
        for name in RIVALS:
            one, moves = await deliver_by_competitor(postgres, name, teams, channels)
            theirs[name].append(one)
            waited[name] += moves
    us = _medians(ours)
    lines = [_row(f"{teams * channels:,} posted, one worker", us)]
    for name, rounds in theirs.items():
        them = _medians(rounds)
        lines.append(_row(f"{teams * channels:,} posted by {name}", them))
        times = them.seconds / us.seconds, them.worker / us.worker, them.database / us.database, them.stall / us.stall
        lines.append("  ours × {:.2f} in time, × {:.2f} worker, × {:.2f} database, × {:.2f} stall".format(*times))
        lines.append(f"  to move the {JOBS_PER_SESSION} jobs of a session, ms: {_spread(waited[name])}")
    return lines


def _medians(rounds: Sequence[BurstResult]) -> BurstResult:
    """The median of each figure; losses and duplicates are summed."""
    figures = {name: statistics.median(getattr(one, name) for one in rounds) for name in FIGURES}
    return BurstResult(**figures, lost=sum(one.lost for one in rounds), doubled=sum(one.doubled for one in rounds))


def _row(name: str, one: BurstResult) -> str:
    figures = f"{one.seconds:9.1f}{one.worker:11.0f}{one.database:8.0f}{one.stall:10.0f}{one.lost:6}{one.doubled:9}"
    return f"{name:44}{figures}"


def _spread(waited: Sequence[float]) -> str:
    cuts = statistics.quantiles(waited, n=100, method="inclusive")
    return f"p50 {cuts[49]:.1f}, p99 {cuts[98]:.1f}, max {max(waited):.1f} ({len(waited)} times)"


def main() -> None:
    """Run all benchmarks, or the comparison alone with `--rivals`, and print the lines."""
    only_rivals = sys.argv[1:] == ["--rivals"]
    with running_postgres() as postgres:
        lines = [TITLES, *asyncio.run(compare(postgres))] if only_rivals else asyncio.run(measure(postgres))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
