"""Run `python -m bot …` in its own process: only the given settings, killed at the end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 30.0
"""Seconds until a missing line is a failure; starting Python takes its time on a loaded machine."""


class Program:
    """A running program and its output."""

    def __init__(self, process: Process) -> None:
        """Wrap this process."""
        self.process = process
        self.printed: list[str] = []

    async def line(self, containing: str) -> str:
        """Read up to the next line that contains this; fail with the whole output if there is none."""
        async with asyncio.timeout(TIMEOUT_S):
            while raw := await self._stdout.readline():
                line = raw.decode().rstrip("\n")
                self.printed.append(line)
                if containing in line:
                    return line
        raise AssertionError(f"never printed {containing!r}, but:\n" + "\n".join(self.printed))

    async def end(self, by: signal.Signals | None = None) -> int:
        """Send a signal to the process group, as Ctrl-C does, or none; wait for the end and return the exit code."""
        if by is not None:
            os.killpg(self.process.pid, by)
        async with asyncio.timeout(TIMEOUT_S):
            rest = await self._stdout.read()
            self.printed += rest.decode().splitlines()
            return await self.process.wait()

    @property
    def _stdout(self) -> asyncio.StreamReader:
        assert self.process.stdout is not None
        return self.process.stdout


@asynccontextmanager
async def program(
    *words: str, cwd: Path, settings: dict[str, str] | None = None, module: str = "bot"
) -> AsyncIterator[Program]:
    """Run `python -m <module> <words>` in a directory without `.env`, with only these settings."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *words,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        cwd=cwd,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), **(settings or {})},
        start_new_session=True,
    )
    try:
        yield Program(process)
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
