"""One process that posts what is due, in the given way, and reports what it cost; controlled by its standard input."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass

import aiohttp

from bench.floor import floor
from bench.rivals import WORKERS
from bot import logging_setup
from bot.slack.client import TIMEOUT

CHECK_INTERVAL = 0.005
"""Seconds between two checks of the event loop."""


@dataclass(frozen=True)
class Report:
    """The cost from the start command to the end command."""

    cpu: float
    """Seconds of processor time of this process."""
    stall: float
    """The longest time in seconds for which the event loop was blocked."""


async def deliver(way: str, database_url: str, slack_url: str, name: str) -> None:
    """Get ready and say so; start at a line of input; stop at the next one, and print the report."""
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        http = await stack.enter_async_context(aiohttp.ClientSession(timeout=TIMEOUT, connector=connector))
        begin: Callable[[], Awaitable[None]] = await stack.enter_async_context(
            (floor if way == "floor" else WORKERS[way])(database_url, slack_url, name, http)
        )
        gc.collect()
        gc.freeze()  # as `bot run` does after its start
        gc.set_threshold(10_000, 20, 20)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        used = time.process_time()
        working = asyncio.ensure_future(begin())
        watching = asyncio.create_task(_watch())
        await asyncio.to_thread(sys.stdin.readline)
        report = Report(time.process_time() - used, _longest)
        print(json.dumps(asdict(report)), flush=True)
        watching.cancel()
        working.cancel()
        await asyncio.wait({watching, working})


_longest = 0.0


async def _watch() -> None:
    global _longest
    while True:
        before = time.perf_counter()
        await asyncio.sleep(CHECK_INTERVAL)
        _longest = max(_longest, time.perf_counter() - before - CHECK_INTERVAL)


if __name__ == "__main__":
    logging_setup.set_up("WARNING", "console")
    asyncio.run(deliver(*sys.argv[1:]))
