"""Slack answers badly, late or not at all: notices are posted once, or twice with a note if no lookup is possible."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.notices.model import NoticeState
from bot.settings import UnclearAlerts
from sandbox.slack import Chaos
from tests.proof.environment import ProofEnvironment, proof_environment
from tests.proof.workload import PERFECT, TEAMS, DeliveryCount

if TYPE_CHECKING:
    from tests.support.databases import Postgres  # the plugin below must be the first to import it

pytest_plugins = ["tests.support.databases"]

SEED = 20261121
CHANNELS = 60
LONGER_THAN_ANY_TIMEOUT = 1.0  # real seconds


async def test_chaos_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    """One process."""
    async with proof_environment(sqlite_url, tmp_path, channel_count=CHANNELS) as env:
        await plan_notices(env)
        chaos = start_chaos(env)
        await env.start()
        await env.finish()

        print(f"seed {SEED}: {dict(chaos.met)} of {chaos.calls} calls")
        assert env.count() == PERFECT


async def test_chaos_on_postgresql(postgres: Postgres, tmp_path: Path) -> None:
    """Two replicas, and the first is killed during its work."""
    async with proof_environment(await postgres.migrated(), tmp_path, channel_count=CHANNELS) as env:
        await plan_notices(env)
        chaos = start_chaos(env)
        first = await env.start()
        await env.start()
        await env.wait_for_calls(60)
        await env.kill(first)
        await env.finish()

        print(f"seed {SEED}: {dict(chaos.met)} of {chaos.calls} calls")
        assert env.count() == PERFECT


async def test_chaos_where_the_history_is_closed_to_us(sqlite_url: str, tmp_path: Path) -> None:
    """Reminders still once each. An alert whose answer got lost is said again, and says that it may be a repetition."""
    async with proof_environment(sqlite_url, tmp_path, channel_count=CHANNELS, scopes=()) as env:
        await plan_notices(env)
        start_chaos(env)
        await env.start()
        await env.finish()

        count = env.count()
        print(f"seed {SEED}: {count}")
        assert count == DeliveryCount(doubled=count.doubled, marked=count.marked)
        assert 0 < count.doubled <= 2 * count.marked  # two alerts share a message


async def test_chaos_where_an_admin_wants_nothing_said_twice(sqlite_url: str, tmp_path: Path) -> None:
    """An alert whose answer got lost is not said again, and an admin can see it."""
    async with proof_environment(sqlite_url, tmp_path, channel_count=CHANNELS, scopes=()) as env:
        await plan_notices(env)
        start_chaos(env)
        await env.start(unclear_alerts=UnclearAlerts.DROP)
        await env.finish()

        count, states = env.count(), await env.states()
        print(f"seed {SEED}: {count}, {states}")
        assert count == DeliveryCount(lost=count.lost)
        assert 0 < count.lost <= states[NoticeState.UNKNOWN]


async def plan_notices(env: ProofEnvironment) -> None:
    """120 alerts now, and 120 reminders due from ten minutes on."""
    await env.workload.alert(120, env.now(), channels=CHANNELS)
    for minute in (10, 13):
        await env.workload.remind(60, env.now() + timedelta(minutes=minute), teams=TEAMS, channels=10)


def start_chaos(env: ProofEnvironment) -> Chaos:
    """A tenth of all calls is refused temporarily or fails, and a tenth is done without an answer."""
    return env.slack.chaos(
        limited=0.05, refused=0.05, lost=0.05, cut=0.04, hang=0.01, seed=SEED, hang_seconds=LONGER_THAN_ANY_TIMEOUT
    )
