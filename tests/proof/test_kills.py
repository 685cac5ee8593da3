"""Workers die at any moment, and everything is said once all the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.proof.environment import proof_environment
from tests.proof.kill_runs import PLACES, kill_one_process, kill_two_replicas
from tests.proof.workload import PERFECT

if TYPE_CHECKING:
    from tests.support.databases import Postgres  # the plugin below must be the first to import it

pytest_plugins = ["tests.support.databases"]

SEED = 20261121
KILLS = 24


async def test_one_process_killed_24_times_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    """Killed while it posts and hands over, and started again each time: nothing is lost, nothing is said twice."""
    async with proof_environment(sqlite_url, tmp_path, places=PLACES) as here:
        await kill_one_process(here, KILLS, SEED)

        assert here.count() == PERFECT


async def test_two_replicas_killed_in_turn_24_times_on_postgresql(postgres: Postgres, tmp_path: Path) -> None:
    """While the other goes on, and takes over: nothing is lost, nothing is said twice."""
    async with proof_environment(await postgres.migrated(), tmp_path, places=PLACES) as here:
        await kill_two_replicas(here, KILLS, SEED)

        assert here.count() == PERFECT
