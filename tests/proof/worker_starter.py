"""Starts workers in milliseconds: a process that has imported everything, and forks at a word on its standard input."""

from __future__ import annotations

import asyncio
import gc
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
    from tests.proof.worker import WorkerOptions

ROOT = Path(__file__).parent.parent.parent


class WorkerStarter:
    """The starter of workers, from outside. All that its workers log stands in `log`."""

    def __init__(self, process: Process, log: Path) -> None:
        """Speak to this process."""
        self._process = process
        self.log = log
        self._turn = asyncio.Lock()

    async def start(self, order: WorkerOptions) -> int:
        """Start a worker; returns its process id."""
        return int((await self._say({"start": asdict(order)}))["pid"])

    async def kill(self, pid: int) -> None:
        """`kill -9`, and wait until it is gone."""
        await self._say({"end": pid, "by": signal.SIGKILL})

    async def end(self, pid: int) -> float:
        """Ask it to stop in good order, and wait until it has; returns the seconds of processor time it took."""
        ended = await self._say({"end": pid, "by": signal.SIGTERM})
        assert ended["status"] == 0, self.log.read_text(encoding="utf-8")
        return float(ended["cpu"])

    async def _say(self, word: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn:
            self._process.stdin.write(json.dumps(word).encode() + b"\n")
            answer = await self._process.stdout.readline()
        assert answer, self.log.read_text(encoding="utf-8")
        return dict(json.loads(answer))


@asynccontextmanager
async def worker_starter(hurry: FastTime, folder: Path) -> AsyncIterator[WorkerStarter]:
    """One that is ready; whatever it has started and still runs is killed at the end."""
    log = folder / "workers.log"
    with log.open("ab") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.proof.worker_starter", json.dumps(asdict(hurry))),
            env={"PATH": os.defpath, "PYTHONPATH": str(ROOT)},
            stdin=PIPE,
            stdout=PIPE,
            stderr=stderr,
        )
    ready = WorkerStarter(process, log)
    try:
        await ready._say({})
        yield ready
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


def main() -> None:
    """Obey until standard input ends."""
    hurry = FastTime(**json.loads(sys.argv[1]))
    hurry.take_over()
    from tests.proof.worker import (
        WorkerOptions,
        run_worker,  # only now: it imports everybody who looks at a clock
    )

    gc.collect()
    gc.freeze()
    running: set[int] = set()
    for line in sys.stdin:
        word = json.loads(line)
        answer: dict[str, float] = {}
        if "start" in word:
            pid = os.fork()
            if not pid:
                _run_as_worker(hurry, partial(run_worker, WorkerOptions(**word["start"])))
            running.add(pid)
            answer = {"pid": pid}
        if "end" in word:
            answer = _kill_worker(word["end"], word["by"])
            running.discard(word["end"])
        print(json.dumps(answer), flush=True)
    for pid in running:
        _kill_worker(pid, signal.SIGKILL)


def _run_as_worker(hurry: FastTime, work: Callable[[], Coroutine[Any, Any, None]]) -> NoReturn:
    """Be a worker from here on, and never come back."""
    status = 1
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        with asyncio.Runner(loop_factory=hurry.loop) as runner:
            runner.run(work())
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it was, the zygote's own end is not for a worker to live through
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
