"""Workers are killed at any moment, and every notice is posted once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.proof.environment import proof_environment
from tests.proof.kill_runs import CHANNELS, kill_one_process, kill_two_replicas
from tests.proof.workload import PERFECT

if TYPE_CHECKING:
    from tests.support.databases import Postgres  # the plugin below must be the first to import it

pytest_plugins = ["tests.support.databases"]

SEED = 20261121
KILLS = 24


async def test_one_process_killed_24_times_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    """It is killed while it posts and schedules, and started again: nothing is lost or duplicated."""
    async with proof_environment(sqlite_url, tmp_path, channel_count=CHANNELS) as env:
        await kill_one_process(env, KILLS, SEED)

        assert env.count() == PERFECT


async def test_two_replicas_killed_in_turn_24_times_on_postgresql(postgres: Postgres, tmp_path: Path) -> None:
    """The other one continues and takes over: nothing is lost or duplicated."""
    async with proof_environment(await postgres.migrated(), tmp_path, channel_count=CHANNELS) as env:
        await kill_two_replicas(env, KILLS, SEED)

        assert env.count() == PERFECT
