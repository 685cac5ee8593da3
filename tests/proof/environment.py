"""Where a proof happens: a database, a stand-in Slack in this process, and workers that come and go around them."""

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

from cryptography.fernet import Fernet
from sqlalchemy import exists, func, or_, select

from bot.db.connection import Store
from bot.db.schema import notices, parcels
from bot.db.vault import Vault
from bot.notices.model import MessageState, NoticeState
from sandbox.clock import SandboxClock
from sandbox.slack import Slack
from tests.proof.fast_time import SPEED, FastTime, speed_up_database
from tests.proof.worker import ClockOffset, WorkerOptions
from tests.proof.worker_starter import WorkerStarter, worker_starter
from tests.proof.workload import DeliveryCount, Workload, channels

PATIENCE = 60.0
"""Real seconds until something that does not happen is a failure; a loaded machine takes its time."""
LOOK_AGAIN = 0.02
HISTORY = "channels:history"
LONG_ENOUGH = 0.25
"""Real seconds after which a worker that says nothing to Slack is struck all the same."""
UNDER_WAY = (MessageState.SENDING, MessageState.WITHDRAWING)


class ProofEnvironment:
    """Workers, Slack and the outbox between them."""

    def __init__(
        self, company: Workload, slack: Slack, clock: SandboxClock, hatchery: WorkerStarter, order: WorkerOptions
    ) -> None:
        """Nobody works yet."""
        self.company = company
        self.slack = slack
        self.clock = clock
        self.zygote = hatchery
        self._order = order
        self._moved = ClockOffset(Path(order.moved))
        self._started = 0
        self.workers: set[int] = set()

    def now(self) -> datetime:
        """The domain's time."""
        return self.clock.now()

    async def start(self, **changes: Any) -> int:
        """Start one more worker, with changes to its order; returns its process id."""
        self._started += 1
        pid = await self.zygote.start(replace(self._order, name=f"worker {self._started}", **changes))
        self.workers.add(pid)
        return pid

    async def kill(self, pid: int) -> None:
        """`kill -9`."""
        self.workers.discard(pid)
        await self.zygote.kill(pid)

    async def end(self) -> None:
        """Ask all workers to stop in good order, and wait for them."""
        for pid in sorted(self.workers):
            await self.zygote.end(pid)
        self.workers.clear()

    async def somewhere(self, pid: int, dice: random.Random, by: signal.Signals = signal.SIGKILL) -> str:
        """Send a worker a signal while it is at something: at a call to Slack, or a little after it. Returns where."""
        calls, wait = dice.randint(0, 12), dice.choice((0.0, 0.0, 0.001, 0.003, 0.01))
        struck = asyncio.Event()
        before = len(self.slack.calls)

        def heard() -> None:
            # In the middle of Slack's answer: it has been done, and the worker does not hear of it.
            if not struck.is_set() and len(self.slack.calls) > before + calls:
                if not wait:
                    os.kill(pid, by)
                struck.set()

        self.slack.on_change.append(heard)
        try:
            async with asyncio.timeout(LONG_ENOUGH):
                await struck.wait()
            await asyncio.sleep(wait)
        except TimeoutError:
            calls = -1
        finally:
            self.slack.on_change.remove(heard)
        if wait or calls < 0:
            os.kill(pid, by)
        return "at rest" if calls < 0 else f"{wait * 1000:.0f} ms after call {calls + 1}"

    async def kill_somewhere(self, pid: int, dice: random.Random) -> str:
        """`kill -9` while it is at something. Returns where that was."""
        where = await self.somewhere(pid, dice)
        await self.kill(pid)
        return where

    def move(self, by: timedelta) -> None:
        """The domain's clock jumps ahead, for the workers and for Slack."""
        self.clock.move(by)
        self._moved.seconds = self.clock.offset.total_seconds()

    async def everything_said(self) -> None:
        """Wait until nothing is left to be done, end all workers, and let Slack post what it holds."""
        await self.settled()
        await self.end()
        await self.slack_alone(timedelta(hours=1))

    async def slack_alone(self, time: timedelta) -> None:
        """Let so much time pass for Slack, which posts what it holds."""
        await self.slack.move(time.total_seconds())

    async def calls(self, count: int) -> None:
        """Wait until Slack has answered so many calls."""
        await self.slack.wait_for(lambda: len(self.slack.calls) >= count, PATIENCE)

    async def settled(self) -> None:
        """Wait until nothing is left to be handed over or posted."""
        try:
            await self.until(self.nothing_waits)
        except TimeoutError:
            raise AssertionError(f"still to be done: {await self.states()}\n{self.zygote.log.read_text()}") from None

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(PATIENCE):
            while not await condition():  # noqa: ASYNC110 - other processes and the database ring no bell here
                await asyncio.sleep(LOOK_AGAIN)

    async def past(self, moment: datetime) -> None:
        """Wait until it is later than that."""

        async def is_past() -> bool:
            return self.now() > moment

        await self.until(is_past)

    async def nothing_waits(self) -> bool:
        """Whether everything is held by Slack, or done with."""
        planned = exists().where(notices.c.state == NoticeState.PLANNED)
        under_way = exists().where(parcels.c.state.in_(UNDER_WAY))
        async with self.company.store.read() as db:
            return not (await db.execute(select(or_(planned, under_way)))).scalar_one()

    async def states(self) -> dict[NoticeState, int]:
        """How many notices there are in each state."""
        async with self.company.store.read() as db:
            query = select(notices.c.state, func.count()).group_by(notices.c.state)
            return {NoticeState(state): count for state, count in await db.execute(query)}

    def count(self) -> DeliveryCount:
        """What Slack took, compared with what was planned."""
        return self.company.count(self.slack.accepted())


@asynccontextmanager
async def proof_environment(
    database_url: str, folder: Path, *, places: int = 20, speed: float = SPEED, scopes: Iterable[str] = (HISTORY,)
) -> AsyncIterator[ProofEnvironment]:
    """A stage on a database with the tables in it; so many channels and these scopes more in the workspace of ACME."""
    hurry = FastTime(speed)
    if database_url.startswith("postgresql"):
        await speed_up_database(database_url, hurry)
    clock = hurry.clock()
    slack = Slack(clock, channels=channels(places))
    slack.limits.many_workspaces = True
    slack.scopes |= set(scopes)
    key = Fernet.generate_key().decode()
    store = Store(database_url, Vault(key))
    await slack.start()
    order = WorkerOptions(name="", database_url=database_url, key=key, slack_url=slack.url, moved=str(folder / "moved"))
    try:
        async with worker_starter(hurry, folder) as hatchery:
            yield ProofEnvironment(Workload(store), slack, clock, hatchery, order)
    finally:
        await store.close()
        await slack.stop()
