"""One process that says what is due, in the way it is told to, and reports what that took; driven by its input."""

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

BLINK = 0.005
"""Seconds between two looks at whether the loop still turns."""


@dataclass(frozen=True)
class Report:
    """What it took from the word to begin to the word to end."""

    cpu: float
    """Seconds of processor time of this process."""
    stall: float
    """The longest time in seconds for which the loop did nothing else."""


async def deliver(way: str, database_url: str, slack_url: str, name: str) -> None:
    """Get ready, and say so; begin at a line of input; end at the next, and print the report."""
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        http = await stack.enter_async_context(aiohttp.ClientSession(timeout=TIMEOUT, connector=connector))
        begin: Callable[[], Awaitable[None]] = await stack.enter_async_context(
            (floor if way == "floor" else WORKERS[way])(database_url, slack_url, name, http)
        )
        gc.collect()
        gc.freeze()  # these two as `bot run` does when it has started
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
        await asyncio.sleep(BLINK)
        _longest = max(_longest, time.perf_counter() - before - BLINK)


if __name__ == "__main__":
    logging_setup.set_up("WARNING", "console")
    asyncio.run(deliver(*sys.argv[1:]))
