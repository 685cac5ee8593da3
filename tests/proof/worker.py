"""One worker process: the outbox worker alone, set up as in `bot.app`, until it is stopped."""

from __future__ import annotations

import asyncio
import itertools
import logging
import mmap
import os
import signal
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

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
    """How to start a worker."""

    name: str
    database_url: str
    key: str
    slack_url: str
    offset_file: str
    """A file with the offset of the domain clock, see `ClockOffset`."""
    unclear_alerts: str = UnclearAlerts.REPEAT
    slots: int = SLOTS
    a_minute: int = A_MINUTE
    stop_at_call: int = 0
    """Stop itself (SIGSTOP) before it sends this call to Slack, counted from 1: no lease is checked after that."""


class ClockOffset:
    """How far the domain clock is ahead of the machine's: shared by all processes of a proof."""

    def __init__(self, path: Path) -> None:
        """Use this file; a new one means no offset."""
        path.touch()
        with path.open("r+b") as file:
            file.truncate(struct.calcsize(FORMAT))
            self._seconds = mmap.mmap(file.fileno(), struct.calcsize(FORMAT))

    def now(self) -> datetime:
        """The domain time."""
        return clock.machine_now() + timedelta(seconds=self.seconds)

    @property
    def seconds(self) -> float:
        """The offset."""
        seconds: float = struct.unpack(FORMAT, self._seconds[:])[0]
        return seconds

    @seconds.setter
    def seconds(self, seconds: float) -> None:
        self._seconds[:] = struct.pack(FORMAT, seconds)


async def run(**options: Any) -> None:
    """Deliver with these `WorkerOptions` until SIGTERM."""
    await _run(WorkerOptions(**options))


async def _run(options: WorkerOptions) -> None:
    logging_setup.set_up("INFO", "console")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, _cancel_writer)
    store = Store(options.database_url, Vault(options.key))
    if store.is_sqlite:
        async with store.write() as db:
            await message_table.release_claims(db)
    async with aiohttp.ClientSession(timeout=TIMEOUT, trace_configs=[_stop_at(options.stop_at_call)]) as http:

        @cache
        def slack(workspace: Workspace) -> SlackApi:
            return SlackApi(token_of(workspace.team_id), f"{options.slack_url}/api/", http)

        offset = ClockOffset(Path(options.offset_file))
        delivery = OutboxWorker(
            options.name,
            store,
            slack,
            offset,
            slots=options.slots,
            a_minute=options.a_minute,
            unclear_alerts=UnclearAlerts(options.unclear_alerts),
        )
        await _deliver(delivery, offset, stop)
        await delivery.stop()
    await store.close()


async def _deliver(delivery: OutboxWorker, offset: ClockOffset, stop: asyncio.Event) -> None:
    while not stop.is_set():
        wait = HEARTBEAT
        try:
            wake = await delivery.run()
        except (OSError, DBAPIError) as error:
            # As in the scheduler: the next heartbeat tries again.
            logging.getLogger(__name__).warning("worker.failed", exc_info=error)
        else:
            wait = min(wait, wake - offset.now()) if wake else wait
        try:
            async with asyncio.timeout(max(wait, SHORTEST_WAIT).total_seconds()):
                await stop.wait()
        except TimeoutError:
            continue


def _stop_at(call: int) -> aiohttp.TraceConfig:
    sent = itertools.count(1)

    async def on_connection(*_: object) -> None:
        if next(sent) == call:
            os.kill(os.getpid(), signal.SIGSTOP)

    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(on_connection)
    trace.on_connection_reuseconn.append(on_connection)
    return trace


def _cancel_writer() -> None:
    """Cancel the writer of results, as a bug might."""
    for task in asyncio.all_tasks():
        if task.get_name() == LOOP_NAME:
            task.cancel()


def token_of(team_id: str) -> str:
    """The token of a workspace of the stand-in: the main one, or T1, T2 …"""
    return f"xoxb-{team_id[1:]}" if team_id[1:].isdigit() else Slack.bot_token
