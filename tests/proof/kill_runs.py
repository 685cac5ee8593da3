"""Kills workers at random points while there is much to be said, for the tests and for the benchmark."""

from __future__ import annotations

import random
from datetime import timedelta

from tests.proof.environment import ProofEnvironment
from tests.proof.workload import TEAMS

POSTING = 10
"""How many kills while alerts are posted; the others while reminders are handed over."""
PLACES = 120
SLOTS = (2, 8, 32)
"""Calls at once, of which so many are under way when a worker dies."""


async def kill_one_process(here: ProofEnvironment, kills: int, seed: int) -> None:
    """Killed while it posts and hands over, and started again each time; then everything is said."""
    dice = random.Random(seed)  # noqa: S311 - the same points each time
    for number in range(kills):
        await _plan(here, number)
        where = await here.kill_somewhere(await here.start(slots=dice.choice(SLOTS)), dice)
        print(f"seed {seed}, kill {number + 1}: {where}")
    await here.start()
    await here.everything_said()


async def kill_two_replicas(here: ProofEnvironment, kills: int, seed: int) -> None:
    """One or the other of two, while the other goes on and takes over; then everything is said."""
    dice = random.Random(seed)  # noqa: S311 - the same points each time
    await here.start(slots=dice.choice(SLOTS))
    for number in range(kills):
        await _plan(here, number)
        await here.start(slots=dice.choice(SLOTS))
        where = await here.kill_somewhere(dice.choice(sorted(here.workers)), dice)
        print(f"seed {seed}, kill {number + 1}: {where}")
    await here.everything_said()


async def _plan(here: ProofEnvironment, number: int) -> None:
    """Before the first kill 240 alerts, and when those are being posted 360 reminders, due from seven minutes on."""
    if number == 0:
        await here.company.alert(240, here.now(), channels=PLACES)
    if number == POSTING:
        for minute in range(7, 13):
            due = here.now() + timedelta(minutes=minute)
            await here.company.remind(60, due, teams=TEAMS, channels=10)
