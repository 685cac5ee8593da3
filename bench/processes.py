"""Starts the measured programs as processes, and stops them."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
NOTHING: dict[str, str] = {}


@dataclass
class StartedServer:
    """A server that is ready."""

    process: Process
    url: str
    seconds: float
    """From the start of its process until it reported that it is ready."""

    @property
    def resident(self) -> float:
        """Resident memory in megabytes (10⁶ bytes)."""
        memory: int = psutil.Process(self.process.pid).memory_info().rss
        return memory / 1e6

    async def line(self, containing: str) -> str:
        """The next line of its log that contains this."""
        assert self.process.stdout is not None
        while raw := await self.process.stdout.readline():
            if containing in (line := raw.decode()):
                return line
        raise RuntimeError(f"ended without saying {containing}")


@asynccontextmanager
async def started(*words: str, cwd: str, settings: dict[str, str] = NOTHING) -> AsyncIterator[StartedServer]:
    """Start `python -m <words>` with the checkout on its path, and wait until it is ready."""
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *words),
        cwd=cwd,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), **settings},
        stdout=PIPE,
        stderr=STDOUT,
    )
    server = StartedServer(process, "", 0.0)
    try:
        ready = await server.line("bot.ready")
        server.seconds = time.perf_counter() - begun
        server.url = re.findall(r"url=(\S+)", ready)[0]
        yield server
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()


async def output(*words: str) -> str:
    """What `python -m <words>` prints until it ends."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", *words, cwd=ROOT, stdout=PIPE)
    printed, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{words[0]} ended with {process.returncode}")
    return printed.decode()
