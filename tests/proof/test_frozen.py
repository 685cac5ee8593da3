"""Workers stand still for longer than their claims hold, or their database does, and everything is said once."""

from __future__ import annotations

import os
import random
import signal
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.notices.outbox.worker import LEASE
from tests.proof.environment import ProofEnvironment, proof_environment
from tests.proof.workload import PERFECT, TEAMS

if TYPE_CHECKING:
    from tests.support.databases import Postgres  # the plugin below must be the first to import it

pytest_plugins = ["tests.support.databases"]

SEED = 20261121
PLACES = 60


async def test_frozen_workers_wake_up_after_others_have_done_their_work(postgres: Postgres, tmp_path: Path) -> None:
    """What a woken one hands over or posts once too often it takes away again."""
    dice = random.Random(SEED)  # noqa: S311 - the same points each time
    # Slower than the others: what the machine itself holds up for a second must not count as frozen for a minute.
    async with proof_environment(await postgres.migrated(), tmp_path, places=PLACES, speed=10.0) as here:
        await plan(here)
        for number in range(4):
            pid = await here.start(slots=16)
            print(f"seed {SEED}, frozen {number + 1}: {await here.somewhere(pid, dice, signal.SIGSTOP)}")
        frozen = sorted(here.workers)
        asleep_at = here.now()
        await here.start()
        await here.settled()
        await here.past(asleep_at + LEASE)
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
        await here.everything_said()

        count = here.count()
        print(f"seed {SEED}: {count}")
        assert (count.lost, count.doubled) == (0, 0)


async def test_database_crashes_and_comes_back(postgres: Postgres, tmp_path: Path) -> None:
    """Twice, under two replicas at work: what they knew and could not write down is written down afterwards."""
    async with proof_environment(await postgres.migrated(), tmp_path, places=PLACES) as here:
        await plan(here)
        for _ in range(2):
            await here.start(slots=16)
        for calls in (20, 60):
            await here.calls(calls)
            await postgres.crash()
            await postgres.start()
        await here.everything_said()

        assert here.count() == PERFECT


async def test_loop_that_writes_down_outcomes_is_killed_and_returns(sqlite_url: str, tmp_path: Path) -> None:
    """Again and again while it works, until it has come back five times."""
    dice = random.Random(SEED)  # noqa: S311 - the same points each time
    async with proof_environment(sqlite_url, tmp_path, places=PLACES) as here:
        await plan(here)
        pid = await here.start(slots=16)
        while restarts(here) < 5:
            await here.somewhere(pid, dice, signal.SIGUSR1)
        await here.everything_said()

        assert here.count() == PERFECT


def restarts(here: ProofEnvironment) -> int:
    """How often the loop has come back."""
    return here.zygote.log.read_text(encoding="utf-8").count("results.restarted")


async def plan(here: ProofEnvironment) -> None:
    """120 alerts at once, and 240 reminders due in eleven minutes or later.

    Slack withdraws nothing in the last minute, and reads no history of most of these workspaces: the workers that were
    frozen must wake before it. Patience (60 s at ten times the speed) ends earlier than that minute begins.
    """
    await here.company.alert(120, here.now(), channels=PLACES)
    for minute in range(11, 15):
        await here.company.remind(60, here.now() + timedelta(minutes=minute), teams=TEAMS, channels=10)
