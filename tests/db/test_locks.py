"""Locks that replicas share, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import func, select, update

from bot.clock import machine_now
from bot.db.connection import Store
from bot.db.leases import LEASE
from bot.db.locks import SharedLocks, release_all
from bot.db.shared_schema import locks
from bot.model.people import Workspace
from tests.support.webinar_samples import ACCOUNT

pytest_plugins = ["tests.support.databases"]

OTHER = Workspace(team_id="T0OTHER", enterprise_id="")
FEW = 5


def replica(store: Store, workspace: Workspace = ACCOUNT.workspace) -> SharedLocks:
    """The locks of one process."""
    return SharedLocks(store, workspace)


async def expire(store: Store, age: timedelta) -> None:
    """Let every lock end this long ago."""
    async with store.write() as db:
        await db.execute(update(locks).values(until=machine_now() - age))


async def rows(store: Store) -> int:
    """How many locks are stored."""
    async with store.read() as db:
        return int((await db.execute(select(func.count()).select_from(locks))).scalar_one())


async def test_the_first_click_is_told_from_those_that_follow_in_any_replica(store: Store) -> None:
    """Another name, another user's click and another workspace's are first, too."""
    one, two = replica(store), replica(store)

    firsts = await asyncio.gather(*(each.is_first("U1", "share", "s1") for each in (one, two) for _ in range(FEW)))

    assert sorted(firsts) == [False] * (2 * FEW - 1) + [True]
    assert await two.is_first("U2", "share", "s1")
    assert await two.is_first("U1", "share", "s2")
    assert await two.is_first("U1", "shares", "1")
    assert await replica(store, OTHER).is_first("U1", "share", "s1")


async def test_a_click_after_the_time_of_a_double_click_is_first_again(store: Store) -> None:
    """Once, in whichever replica."""
    one, two = replica(store), replica(store)
    assert await one.is_first("U1", "share")
    await expire(store, timedelta())

    assert await two.is_first("U1", "share")
    assert not await one.is_first("U1", "share")


async def test_a_lock_is_held_by_one_at_a_time(store: Store) -> None:
    """The others wait for it, in this process and in another, and nothing stays behind."""
    inside: list[str] = []
    most = 0

    async def work(holder: SharedLocks, name: str) -> None:
        nonlocal most
        async with holder.hold("share", "s1"):
            inside.append(name)
            most = max(most, len(inside))
            await replica(store).is_first(name)  # a moment in which the others could enter
            inside.remove(name)

    holders = [replica(store), replica(store)]
    await asyncio.gather(*(work(one, f"{number} {each}") for number, one in enumerate(holders) for each in range(FEW)))

    assert most == 1
    assert await rows(store) == len(holders) * FEW  # those of `is_first`


async def test_the_lock_of_a_process_that_has_stopped_expires(store: Store) -> None:
    """The next one gets it; the late end of the first does not release it."""
    late = replica(store).hold("share", "s1")
    await late.__aenter__()
    await expire(store, timedelta())

    async with replica(store).hold("share", "s1"):
        await late.__aexit__(None, None, None)
        assert await rows(store) == 1
    assert await rows(store) == 0


async def test_expired_locks_are_deleted(store: Store) -> None:
    """Only those of this workspace that nobody holds."""
    one = replica(store)
    await one.is_first("U1", "old")
    await expire(store, LEASE)
    await one.is_first("U1", "new")

    await one.forget_expired()

    assert await rows(store) == 1
    assert not await one.is_first("U1", "new")


async def test_locks_of_the_only_process_are_released_at_its_start(store: Store) -> None:
    """It may have been killed while it held one."""
    killed = replica(store).hold("share", "s1")
    await killed.__aenter__()

    async with store.write() as db:
        await release_all(db)

    async with replica(store).hold("share", "s1"):
        assert await rows(store) == 1
    await killed.__aexit__(None, None, None)
