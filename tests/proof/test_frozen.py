"""Workers, their database or their writer of results stop for a while, and every notice is posted once."""

from __future__ import annotations

import os
import random
import signal
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.notices.outbox.worker import LEASE
from tests.proof.environment import PATIENCE, ProofEnvironment, proof_environment
from tests.proof.workload import PERFECT, TEAMS

if TYPE_CHECKING:
    from tests.support.databases import Postgres  # the plugin below must be the first to import it

pytest_plugins = ["tests.support.databases"]

SEED = 20261121
CHANNELS = 60


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One seed per run of the option `--freezes`."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(SEED, SEED + metafunc.config.getoption("--freezes")))


async def test_frozen_workers_remove_their_duplicates(
    postgres: Postgres, tmp_path: Path, seed: int, pytestconfig: pytest.Config
) -> None:
    """Four workers are frozen until their leases have expired and another one has done their work."""
    rng = random.Random(seed)  # noqa: S311 - the same points each time
    # Slower than the others by default: a delay of a second on this machine must not count as a freeze of a minute.
    speed = pytestconfig.getoption("--freeze-speed")
    async with proof_environment(await postgres.migrated(), tmp_path, channel_count=CHANNELS, speed=speed) as env:
        await plan_notices(env)
        for number in range(4):
            pid = await env.start(slots=16)
            where = await env.signal_somewhere(pid, rng, signal.SIGSTOP, quiet=PATIENCE)  # it has work to do
            print(f"seed {seed}, frozen {number + 1}: {where}")
        await finish_and_wake(env)

        count = env.count()
        print(f"seed {seed}: {count}")
        assert (count.lost, count.doubled) == (0, 0)


async def test_workers_frozen_right_before_a_call_remove_their_duplicates(
    postgres: Postgres, tmp_path: Path, seed: int, pytestconfig: pytest.Config
) -> None:
    """Three workers are frozen after the last look at their leases: awake, they send what another one has sent."""
    rng = random.Random(seed)  # noqa: S311 - the same points each time
    speed = pytestconfig.getoption("--freeze-speed")
    async with proof_environment(await postgres.migrated(), tmp_path, channel_count=CHANNELS, speed=speed) as env:
        await plan_notices(env)
        for _ in range(3):
            await env.wait_until_stopped(await env.start(slots=16, stop_at_call=rng.randint(1, 40)))
        await finish_and_wake(env)

        count = env.count()
        print(f"seed {seed}: {count}")
        assert (count.lost, count.doubled) == (0, 0), env.starter.log.read_text(encoding="utf-8")
        assert env.starter.log.read_text(encoding="utf-8").count("duplicate_removed")


async def test_database_crashes_and_restarts(postgres: Postgres, tmp_path: Path) -> None:
    """Twice, under two replicas at work: results that could not be written are written afterwards."""
    async with proof_environment(await postgres.migrated(), tmp_path, channel_count=CHANNELS) as env:
        await plan_notices(env)
        for _ in range(2):
            await env.start(slots=16)
        for calls in (20, 60):
            await env.wait_for_calls(calls)
            await postgres.crash()
            await postgres.start()
        await env.finish()

        assert env.count() == PERFECT


async def test_writer_of_results_is_killed_and_restarted(sqlite_url: str, tmp_path: Path) -> None:
    """Again and again during its work, until it was restarted five times."""
    rng = random.Random(SEED)  # noqa: S311 - the same points each time
    async with proof_environment(sqlite_url, tmp_path, channel_count=CHANNELS) as env:
        await plan_notices(env)
        pid = await env.start(slots=16)
        while restarts(env) < 5:
            await env.signal_somewhere(pid, rng, signal.SIGUSR1)
        await env.finish()

        assert env.count() == PERFECT


def restarts(env: ProofEnvironment) -> int:
    """How often the writer was restarted."""
    return env.starter.log.read_text(encoding="utf-8").count("results.restarted")


async def finish_and_wake(env: ProofEnvironment) -> None:
    """Let another worker do everything, wake the frozen ones after their leases have expired, and finish."""
    frozen, frozen_at = sorted(env.workers), env.now()
    await env.start()
    await env.wait_until_idle()
    await env.wait_until_after(frozen_at + LEASE)
    for pid in frozen:
        os.kill(pid, signal.SIGCONT)
    await env.finish()


async def plan_notices(env: ProofEnvironment) -> None:
    """120 alerts at once, and 240 reminders due in eleven minutes or later.

    Slack withdraws nothing in the last minute, and reads no history of most of these workspaces: the workers that were
    frozen must wake before it. Patience (60 s at ten times the speed) ends earlier than that minute begins.
    """
    await env.workload.alert(120, env.now(), channels=CHANNELS)
    for minute in range(11, 15):
        await env.workload.remind(60, env.now() + timedelta(minutes=minute), teams=TEAMS, channels=10)
