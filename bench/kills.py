"""`python -m bench.kills`: kills workers at 240 random points, and compares what Slack accepted with the plan."""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.db.migrate import migrate
from tests.proof.environment import proof_environment
from tests.proof.kill_runs import CHANNELS, kill_one_process, kill_two_replicas
from tests.proof.workload import DeliveryCount
from tests.support.databases import Postgres, running_postgres

ROUNDS = 5
KILLS = 24
FIRST_SEED = 1000

Counts = dict[str, tuple[int, DeliveryCount]]
"""The number of planned notices, and what Slack accepted."""


async def kill(postgres: Postgres, rounds: int = ROUNDS, kills: int = KILLS) -> Counts:
    """Run rounds of kills, of one process on SQLite and of two replicas on PostgreSQL."""
    counts: Counts = {}
    for number in range(rounds):
        with TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'greenroom.db'}"
            await migrate(url)
            async with proof_environment(url, Path(folder), channel_count=CHANNELS) as env:
                await kill_one_process(env, kills, FIRST_SEED + number)
                _add(counts, "one process, SQLite", len(env.workload.planned), env.count())
        with TemporaryDirectory() as folder:
            async with proof_environment(await postgres.migrated(), Path(folder), channel_count=CHANNELS) as env:
                await kill_two_replicas(env, kills, FIRST_SEED + number)
                _add(counts, "two replicas, PostgreSQL", len(env.workload.planned), env.count())
    return counts


def format_table(counts: Counts, kills: int) -> str:
    """The table that is printed."""
    lines = [f"{'kill -9 at random points':32}{'kills':>8}{'notices':>9}{'lost':>6}{'doubled':>9}{'undone':>8}"]
    for name, (planned, count) in counts.items():
        lines.append(f"{name:32}{kills:8}{planned:9}{count.lost:6}{count.doubled:9}{count.deleted:8}")
    return "\n".join(lines)


def _add(counts: Counts, name: str, planned: int, count: DeliveryCount) -> None:
    before = counts.get(name, (0, DeliveryCount()))
    added = DeliveryCount(*(one + other for one, other in zip(astuple(before[1]), astuple(count), strict=True)))
    counts[name] = (before[0] + planned, added)


def main() -> None:
    """Run it, and print the table."""
    nowhere = Path(os.devnull)
    with running_postgres() as postgres, nowhere.open("w", encoding="utf-8") as out, contextlib.redirect_stdout(out):
        counts = asyncio.run(kill(postgres))
    print(format_table(counts, ROUNDS * KILLS))


if __name__ == "__main__":
    main()
