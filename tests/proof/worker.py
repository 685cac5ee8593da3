"""One worker process: the delivery and nothing else, as `bot.app` sets it up, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import mmap
import signal
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import aiohttp
from sqlalchemy.exc import DBAPIError

from bot import clock, logging_setup
from bot.db.connection import Store
from bot.db.vault import Vault
from bot.model.people import Workspace
from bot.notices.outbox import message_table
from bot.notices.outbox.rate_limits import A_MINUTE
from bot.notices.outbox.results import LOOP_NAME
from bot.notices.outbox.worker import SLOTS, OutboxWorker
from bot.scheduler import HEARTBEAT, SHORTEST_WAIT
from bot.settings import UnclearAlerts
from bot.slack.client import TIMEOUT, SlackApi
from sandbox.slack import Slack

FORMAT = "d"


@dataclass(frozen=True)
class WorkerOptions:
    """What a worker is told at its start."""

    name: str
    database_url: str
    key: str
    slack_url: str
    moved: str
    """A file that says by how many seconds the domain's clock has been moved, see `Moved`."""
    unclear_alerts: str = UnclearAlerts.REPEAT
    slots: int = SLOTS
    a_minute: int = A_MINUTE


class ClockOffset:
    """How far the domain's clock is ahead of the machine's: shared by all processes of a proof."""

    def __init__(self, path: Path) -> None:
        """Begin with this file; there is no move where it is new."""
        path.touch()
        with path.open("r+b") as file:
            file.truncate(struct.calcsize(FORMAT))
            self._seconds = mmap.mmap(file.fileno(), struct.calcsize(FORMAT))

    def now(self) -> datetime:
        """The domain's time."""
        return clock.machine_now() + timedelta(seconds=self.seconds)

    @property
    def seconds(self) -> float:
        """How far it is ahead."""
        seconds: float = struct.unpack(FORMAT, self._seconds[:])[0]
        return seconds

    @seconds.setter
    def seconds(self, seconds: float) -> None:
        self._seconds[:] = struct.pack(FORMAT, seconds)


async def run_worker(order: WorkerOptions) -> None:
    """Deliver until TERM."""
    logging_setup.set_up("INFO", "console")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, _break_loops)
    store = Store(order.database_url, Vault(order.key))
    if store.is_sqlite:
        async with store.write() as db:
            await message_table.release_claims(db)
    async with aiohttp.ClientSession(timeout=TIMEOUT) as http:

        @cache
        def slack(workspace: Workspace) -> SlackApi:
            return SlackApi(token_of(workspace.team_id), f"{order.slack_url}/api/", http)

        moved = ClockOffset(Path(order.moved))
        delivery = OutboxWorker(
            order.name,
            store,
            slack,
            moved,
            slots=order.slots,
            a_minute=order.a_minute,
            unclear_alerts=UnclearAlerts(order.unclear_alerts),
        )
        await _deliver(delivery, moved, stop)
        await delivery.stop()
    await store.close()


async def _deliver(delivery: OutboxWorker, moved: ClockOffset, stop: asyncio.Event) -> None:
    while not stop.is_set():
        nap = HEARTBEAT
        try:
            wake = await delivery.run()
        except (OSError, DBAPIError) as error:
            # As the scheduler does: the next beat tries again.
            logging.getLogger(__name__).warning("worker.failed", exc_info=error)
        else:
            nap = min(nap, wake - moved.now()) if wake else nap
        try:
            async with asyncio.timeout(max(nap, SHORTEST_WAIT).total_seconds()):
                await stop.wait()
        except TimeoutError:
            continue


def _break_loops() -> None:
    """What a mistake of ours would do to the loop that writes down what came of calls."""
    for task in asyncio.all_tasks():
        if task.get_name() == LOOP_NAME:
            task.cancel()


def token_of(team_id: str) -> str:
    """What opens a workspace of the stand-in: the one with people in it, or T1, T2 … beside it."""
    return f"xoxb-{team_id[1:]}" if team_id[1:].isdigit() else Slack.bot_token
