"""Starts workers in milliseconds: a process that has imported everything and forks on request."""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import signal
import sys
import traceback
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tests.proof.fast_time import FastTime

if TYPE_CHECKING:
    from tests.proof.bot_worker import BotOptions
    from tests.proof.gate_worker import GateOptions
    from tests.proof.worker import WorkerOptions

ROOT = Path(__file__).parent.parent.parent


class WorkerStarter:
    """Controls the starter process. `log` holds everything that its workers log."""

    def __init__(self, process: Process, log: Path) -> None:
        """Control this process."""
        self._process = process
        self.log = log
        self._turn = asyncio.Lock()

    async def start(self, options: WorkerOptions | BotOptions | GateOptions) -> int:
        """Start a worker; returns its process id."""
        return int((await self.send({"start": asdict(options)}))["pid"])

    async def kill(self, pid: int) -> None:
        """`kill -9`, and wait until it is gone."""
        await self.send({"end": pid, "by": signal.SIGKILL})

    async def end(self, pid: int) -> float:
        """Stop a worker cleanly and wait for it; returns the seconds of processor time it used."""
        ended = await self.send({"end": pid, "by": signal.SIGTERM})
        assert ended["status"] == 0, self.log.read_text(encoding="utf-8")
        return float(ended["cpu"])

    async def send(self, command: dict[str, Any]) -> dict[str, Any]:
        """Send a command to the starter; return its response."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            response = await self._process.stdout.readline()
        assert response, self.log.read_text(encoding="utf-8")
        return dict(json.loads(response))


@asynccontextmanager
async def worker_starter(
    fast_time: FastTime, folder: Path, module: str = "tests.proof.worker"
) -> AsyncIterator[WorkerStarter]:
    """A starter that is ready, whose workers run `run` of this module; at the end it kills those that still run."""
    log = folder / "workers.log"
    with log.open("ab") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.proof.worker_starter", json.dumps(asdict(fast_time)), module),
            env={"PATH": os.defpath, "PYTHONPATH": str(ROOT)},
            stdin=PIPE,
            stdout=PIPE,
            stderr=stderr,
        )
    ready = WorkerStarter(process, log)
    try:
        await ready.send({})
        yield ready
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


def main() -> None:
    """Serve commands until standard input ends."""
    fast_time = FastTime(**json.loads(sys.argv[1]))
    fast_time.take_over()
    run = importlib.import_module(sys.argv[2]).run  # imported late: it imports modules that use the clock
    gc.collect()
    gc.freeze()
    running: set[int] = set()
    for line in sys.stdin:
        command = json.loads(line)
        response: dict[str, float] = {}
        if "start" in command:
            pid = os.fork()
            if not pid:
                _run_as_worker(fast_time, partial(run, **command["start"]))
            running.add(pid)
            response = {"pid": pid}
        if "end" in command:
            response = _kill_worker(command["end"], command["by"])
            running.discard(command["end"])
        print(json.dumps(response), flush=True)
    for pid in running:
        _kill_worker(pid, signal.SIGKILL)


def _run_as_worker(fast_time: FastTime, work: Callable[[], Coroutine[Any, Any, None]]) -> NoReturn:
    """Run a worker in this forked process, and exit."""
    status = 1
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        with asyncio.Runner(loop_factory=fast_time.loop) as runner:
            runner.run(work())
        status = 0
    except BaseException:  # noqa: BLE001 - a worker must never return into the code of the starter
        traceback.print_exc()
    finally:
        os._exit(status)


def _kill_worker(pid: int, by: int) -> dict[str, float]:
    os.kill(pid, by)
    os.kill(pid, signal.SIGCONT)
    _, status, used = os.wait4(pid, 0)
    return {"status": status, "cpu": used.ru_utime + used.ru_stime}


if __name__ == "__main__":
    main()
