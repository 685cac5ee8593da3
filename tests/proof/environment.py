"""The environment of a proof: a database, a stand-in Slack in this process, and worker processes that come and go."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from cryptography.fernet import Fernet
from sqlalchemy import exists, func, or_, select

from bot.db.connection import Store
from bot.db.schema import notices, outbox_messages
from bot.db.vault import Vault
from bot.notices.model import MessageState, NoticeState
from sandbox.clock import SandboxClock
from sandbox.slack import Slack
from tests.proof.fast_time import SPEED, FastTime, speed_up_database
from tests.proof.worker import ClockOffset, WorkerOptions
from tests.proof.worker_starter import WorkerStarter, worker_starter
from tests.proof.workload import DeliveryCount, Workload, channels

PATIENCE = 60.0
"""Real seconds after which waiting fails: a loaded machine is slow."""
POLL = 0.02
HISTORY = "channels:history"
QUIET = 0.25
"""Real seconds after which a worker that may have nothing to do gets its signal anyway."""
UNDER_WAY = (MessageState.SENDING, MessageState.WITHDRAWING)


class ProofEnvironment:
    """Workers, Slack and the outbox between them."""

    def __init__(
        self, workload: Workload, slack: Slack, clock: SandboxClock, starter: WorkerStarter, options: WorkerOptions
    ) -> None:
        """Start without workers."""
        self.workload = workload
        self.slack = slack
        self.clock = clock
        self.starter = starter
        self._options = options
        self._moved = ClockOffset(Path(options.offset_file))
        self._started = 0
        self.workers: set[int] = set()

    def now(self) -> datetime:
        """The domain time."""
        return self.clock.now()

    async def start(self, **changes: Any) -> int:
        """Start another worker, with changes to its options; returns its process id."""
        self._started += 1
        pid = await self.starter.start(replace(self._options, name=f"worker {self._started}", **changes))
        self.workers.add(pid)
        return pid

    async def kill(self, pid: int) -> None:
        """`kill -9`."""
        self.workers.discard(pid)
        await self.starter.kill(pid)

    async def end(self) -> None:
        """Stop all workers cleanly, and wait for them."""
        for pid in sorted(self.workers):
            await self.starter.end(pid)
        self.workers.clear()

    async def signal_somewhere(
        self, pid: int, rng: random.Random, by: signal.Signals = signal.SIGKILL, *, quiet: float = QUIET
    ) -> str:
        """Send a worker a signal during a call to Slack, or shortly after it. Returns where.

        A worker that makes no call for `quiet` real seconds gets it anyway.
        """
        calls, wait = rng.randint(0, 12), rng.choice((0.0, 0.0, 0.001, 0.003, 0.01))
        signaled = asyncio.Event()
        before = len(self.slack.calls)

        def on_call() -> None:
            # Slack has done what the call asks for, and the worker does not get the answer.
            if not signaled.is_set() and len(self.slack.calls) > before + calls:
                if not wait:
                    os.kill(pid, by)
                signaled.set()

        self.slack.on_change.append(on_call)
        try:
            async with asyncio.timeout(quiet):
                await signaled.wait()
            await asyncio.sleep(wait)
        except TimeoutError:
            calls = -1
        finally:
            self.slack.on_change.remove(on_call)
        if wait or calls < 0:
            os.kill(pid, by)
        return "at rest" if calls < 0 else f"{wait * 1000:.0f} ms after call {calls + 1}"

    async def kill_somewhere(self, pid: int, rng: random.Random) -> str:
        """`kill -9` during its work. Returns where."""
        where = await self.signal_somewhere(pid, rng)
        await self.kill(pid)
        return where

    def move(self, by: timedelta) -> None:
        """Move the domain clock ahead, for the workers and for Slack."""
        self.clock.move(by)
        self._moved.seconds = self.clock.offset.total_seconds()

    async def finish(self) -> None:
        """Wait until nothing is left to do, stop all workers, and let Slack post its scheduled messages."""
        await self.wait_until_idle()
        await self.end()
        await self.advance_slack(timedelta(hours=1))

    async def advance_slack(self, time: timedelta) -> None:
        """Let so much time pass for Slack, which posts its scheduled messages."""
        await self.slack.move(time.total_seconds())

    async def wait_for_calls(self, count: int) -> None:
        """Wait until Slack has answered so many calls."""
        await self.slack.wait_for(lambda: len(self.slack.calls) >= count, PATIENCE)

    async def wait_until_idle(self) -> None:
        """Wait until nothing is left to be scheduled or posted."""
        try:
            await self.wait_until(self.is_idle)
        except TimeoutError:
            raise AssertionError(f"still to be done: {await self.states()}\n{self.starter.log.read_text()}") from None

    async def wait_until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Wait until a condition is true."""
        async with asyncio.timeout(PATIENCE):
            while not await condition():  # noqa: ASYNC110 - other processes and the database do not notify this one
                await asyncio.sleep(POLL)

    async def wait_until_after(self, moment: datetime) -> None:
        """Wait until this time has passed."""

        async def is_past() -> bool:
            return self.now() > moment

        await self.wait_until(is_past)

    async def wait_until_stopped(self, pid: int) -> None:
        """Wait until this worker has stopped itself, see `WorkerOptions.stop_at_call`."""
        worker = psutil.Process(pid)

        async def is_stopped() -> bool:
            return worker.status() == psutil.STATUS_STOPPED

        await self.wait_until(is_stopped)

    async def is_idle(self) -> bool:
        """Whether every notice is scheduled at Slack, or ended."""
        planned = exists().where(notices.c.state == NoticeState.PLANNED)
        under_way = exists().where(outbox_messages.c.state.in_(UNDER_WAY))
        async with self.workload.store.read() as db:
            return not (await db.execute(select(or_(planned, under_way)))).scalar_one()

    async def states(self) -> dict[NoticeState, int]:
        """How many notices there are in each state."""
        async with self.workload.store.read() as db:
            query = select(notices.c.state, func.count()).group_by(notices.c.state)
            return {NoticeState(state): count for state, count in await db.execute(query)}

    def count(self) -> DeliveryCount:
        """Compare the messages that Slack accepted with the plan."""
        return self.workload.count(self.slack.accepted())


@asynccontextmanager
async def proof_environment(
    database_url: str,
    folder: Path,
    *,
    channel_count: int = 20,
    speed: float = SPEED,
    scopes: Iterable[str] = (HISTORY,),
) -> AsyncIterator[ProofEnvironment]:
    """An environment on a migrated database; the main workspace has so many channels and these scopes in addition."""
    fast_time = FastTime(speed)
    if database_url.startswith("postgresql"):
        await speed_up_database(database_url, fast_time)
    clock = fast_time.clock()
    slack = Slack(clock, channels=channels(channel_count))
    slack.limits.many_workspaces = True
    slack.scopes |= set(scopes)
    key = Fernet.generate_key().decode()
    store = Store(database_url, Vault(key))
    await slack.start()
    options = WorkerOptions(
        name="", database_url=database_url, key=key, slack_url=slack.url, offset_file=str(folder / "moved")
    )
    try:
        async with worker_starter(fast_time, folder) as starter:
            yield ProofEnvironment(Workload(store), slack, clock, starter, options)
    finally:
        await store.close()
        await slack.stop()
