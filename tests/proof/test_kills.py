"""Workers die at any moment, and everything is said once all the same."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.proof.company import PERFECT, TEAMS
from tests.proof.stage import Stage, stage

if TYPE_CHECKING:
    from tests.databases import Postgres  # the plugin below must be the first to import it

pytest_plugins = ["tests.databases"]

SEED = 20261121
KILLS = 24
POSTING = 10
"""How many of them while alerts are posted; the others while reminders are handed over."""
PLACES = 120
SLOTS = (2, 8, 32)
"""Calls at once, of which so many are under way when a worker dies."""


async def test_one_process_killed_24_times_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    """Killed while it posts and hands over, and started again each time: nothing is lost, nothing is said twice."""
    dice = random.Random(SEED)  # noqa: S311 - the same points each time
    async with stage(sqlite_url, tmp_path, places=PLACES) as here:
        for number in range(KILLS):
            await plan(here, number)
            where = await here.kill_somewhere(await here.start(slots=dice.choice(SLOTS)), dice)
            print(f"seed {SEED}, kill {number + 1}: {where}")
        await here.start()
        await here.everything_said()

        assert here.count() == PERFECT


async def test_two_replicas_killed_in_turn_24_times_on_postgresql(postgres: Postgres, tmp_path: Path) -> None:
    """While the other goes on, and takes over: nothing is lost, nothing is said twice."""
    dice = random.Random(SEED)  # noqa: S311 - the same points each time
    async with stage(await postgres.migrated(), tmp_path, places=PLACES) as here:
        await here.start(slots=dice.choice(SLOTS))
        for number in range(KILLS):
            await plan(here, number)
            await here.start(slots=dice.choice(SLOTS))
            where = await here.kill_somewhere(dice.choice(sorted(here.workers)), dice)
            print(f"seed {SEED}, kill {number + 1}: {where}")
        await here.everything_said()

        assert here.count() == PERFECT


async def plan(here: Stage, number: int) -> None:
    """Before the first kill 240 alerts, and when those are being posted 360 reminders, due from seven minutes on."""
    if number == 0:
        await here.company.alert(240, here.now(), channels=PLACES)
    if number == POSTING:
        for minute in range(7, 13):
            due = here.now() + timedelta(minutes=minute)
            await here.company.remind(60, due, teams=TEAMS, channels=10)
