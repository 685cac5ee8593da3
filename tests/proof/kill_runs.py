"""Kills workers at random points of a delivery, for the tests and for the benchmark."""

from __future__ import annotations

import random
from datetime import timedelta

from tests.proof.environment import ProofEnvironment
from tests.proof.workload import TEAMS

POSTING = 10
"""Kills while alerts are posted; the others happen while reminders are scheduled."""
CHANNELS = 120
SLOTS = (2, 8, 32)
"""Concurrent calls of a worker: so many are under way when it is killed."""


async def kill_one_process(env: ProofEnvironment, kills: int, seed: int) -> None:
    """Kill it while it posts and schedules, and start it again each time; then finish."""
    rng = random.Random(seed)  # noqa: S311 - the same points each time
    for number in range(kills):
        await _plan(env, number)
        where = await env.kill_somewhere(await env.start(slots=rng.choice(SLOTS)), rng)
        print(f"seed {seed}, kill {number + 1}: {where}")
    await env.start()
    await env.finish()


async def kill_two_replicas(env: ProofEnvironment, kills: int, seed: int) -> None:
    """Kill one of two workers while the other continues and takes over; then finish."""
    rng = random.Random(seed)  # noqa: S311 - the same points each time
    await env.start(slots=rng.choice(SLOTS))
    for number in range(kills):
        await _plan(env, number)
        await env.start(slots=rng.choice(SLOTS))
        where = await env.kill_somewhere(rng.choice(sorted(env.workers)), rng)
        print(f"seed {seed}, kill {number + 1}: {where}")
    await env.finish()


async def _plan(env: ProofEnvironment, number: int) -> None:
    """Plan 240 alerts before the first kill, and 360 reminders while those are posted, due from seven minutes on."""
    if number == 0:
        await env.workload.alert(240, env.now(), channels=CHANNELS)
    if number == POSTING:
        for minute in range(7, 13):
            due = env.now() + timedelta(minutes=minute)
            await env.workload.remind(60, due, teams=TEAMS, channels=10)
