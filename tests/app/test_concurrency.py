"""Keyed locks and the sliding window."""

from __future__ import annotations

import asyncio
import gc
import weakref

from bot.concurrency import KeyedLocks, SlidingWindow


async def test_lock_is_one_for_each_key() -> None:
    """A task waits for the same key, but not for another one."""
    locks = KeyedLocks()
    order: list[str] = []

    async def work(key: str, name: str) -> None:
        async with locks[key]:
            order.append(f"{name} begins")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            order.append(f"{name} ends")

    await asyncio.gather(work("a", "first"), work("a", "second"), work("b", "other"))

    assert order.index("second begins") > order.index("first ends")
    assert order.index("other begins") < order.index("first ends")


async def test_lock_is_dropped_when_it_is_not_used() -> None:
    """A long-running process does not accumulate locks."""
    locks = KeyedLocks()
    used = []
    for key in range(100):
        async with locks[key]:
            assert locks[key].locked()
            used.append(weakref.ref(locks[key]))
    gc.collect()
    assert {one() for one in used} == {None}


def test_window_takes_no_more_than_fit() -> None:
    """An event leaves the window exactly `seconds` later."""
    window = SlidingWindow(2, 60.0)
    window.add(0.0)
    window.add(10.0)
    assert (window.left(10.0), window.wait(10.0)) == (0, 50.0)
    assert (window.left(59.9), window.wait(59.0)) == (0, 1.0)
    assert (window.left(60.0), window.wait(60.0)) == (1, 0.0)


def test_window_that_is_overdrawn_waits_until_one_fits_again() -> None:
    """Events beyond the limit count, too."""
    window = SlidingWindow(2, 60.0)
    window.add(0.0)
    window.add(30.0, 2)
    assert (window.left(30.0), window.wait(30.0)) == (0, 60.0)
    window.most = 5
    assert (window.left(30.0), window.wait(30.0)) == (2, 0.0)
