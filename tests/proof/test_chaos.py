"""Slack answers badly, late or not at all, and everything is said once: or twice, marked, where nobody can know."""

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
PLACES = 60
LONGER_THAN_ANYBODY_WAITS = 1.0  # real seconds


async def test_chaos_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    """One process."""
    async with proof_environment(sqlite_url, tmp_path, places=PLACES) as here:
        await plan(here)
        chaos = unleash(here)
        await here.start()
        await here.everything_said()

        print(f"seed {SEED}: {dict(chaos.met)} of {chaos.calls} calls")
        assert here.count() == PERFECT


async def test_chaos_on_postgresql(postgres: Postgres, tmp_path: Path) -> None:
    """Two replicas, and the one that began is killed in the middle of it."""
    async with proof_environment(await postgres.migrated(), tmp_path, places=PLACES) as here:
        await plan(here)
        chaos = unleash(here)
        first = await here.start()
        await here.start()
        await here.calls(60)
        await here.kill(first)
        await here.everything_said()

        print(f"seed {SEED}: {dict(chaos.met)} of {chaos.calls} calls")
        assert here.count() == PERFECT


async def test_chaos_where_the_history_is_closed_to_us(sqlite_url: str, tmp_path: Path) -> None:
    """Reminders still once each. An alert whose answer got lost is said again, and says that it may be a repetition."""
    async with proof_environment(sqlite_url, tmp_path, places=PLACES, scopes=()) as here:
        await plan(here)
        unleash(here)
        await here.start()
        await here.everything_said()

        count = here.count()
        print(f"seed {SEED}: {count}")
        assert count == DeliveryCount(doubled=count.doubled, marked=count.marked)
        assert 0 < count.doubled <= 2 * count.marked  # two alerts share a message


async def test_chaos_where_an_admin_wants_nothing_said_twice(sqlite_url: str, tmp_path: Path) -> None:
    """An alert whose answer got lost is not said again, and an admin can see it."""
    async with proof_environment(sqlite_url, tmp_path, places=PLACES, scopes=()) as here:
        await plan(here)
        unleash(here)
        await here.start(unclear_alerts=UnclearAlerts.DROP)
        await here.everything_said()

        count, states = here.count(), await here.states()
        print(f"seed {SEED}: {count}, {states}")
        assert count == DeliveryCount(lost=count.lost)
        assert 0 < count.lost <= states[NoticeState.UNKNOWN]


async def plan(here: ProofEnvironment) -> None:
    """120 alerts at once, and 240 reminders due from ten minutes on."""
    await here.company.alert(120, here.now(), channels=PLACES)
    for minute in range(10, 14):
        await here.company.remind(60, here.now() + timedelta(minutes=minute), teams=TEAMS, channels=10)


def unleash(here: ProofEnvironment) -> Chaos:
    """A tenth of all calls are refused for now or fail, and a tenth are done, which is never heard of."""
    return here.slack.chaos(
        limited=0.05, refused=0.05, lost=0.05, cut=0.04, hang=0.01, seed=SEED, hang_seconds=LONGER_THAN_ANYBODY_WAITS
    )
