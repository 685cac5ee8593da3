"""The ways to say what is due: our outbox, APScheduler's job store and procrastinate, each for a worker to begin."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import aiohttp
import procrastinate
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from cryptography.fernet import Fernet

from bench.crowd import notice, webinar
from bot.clock import SystemClock, machine_now
from bot.delivery import Delivery
from bot.models import Workspace
from bot.outbox import NoticeKind
from bot.slack_api import SlackApi
from bot.store.connection import Store, Vault
from bot.views.speech import Said, compose

AT_ONCE = 64
"""Calls to Slack at once, for each of them."""
NAP = 0.05
WEBINAR_LENGTH = timedelta(minutes=45)

Begin = Callable[[], Awaitable[None]]


@asynccontextmanager
async def greenroom(database_url: str, slack_url: str, name: str, http: aiohttp.ClientSession) -> AsyncIterator[Begin]:
    """Ours: as `bot.app` sets it up, for all workspaces."""
    store = Store(database_url, Vault(Fernet.generate_key().decode()))

    @cache
    def slack(workspace: Workspace) -> SlackApi:
        return SlackApi(f"xoxb-{workspace.team_id[1:]}", f"{slack_url}/api/", http)

    delivery = Delivery(name, store, slack, SystemClock(), slots=2 * AT_ONCE)

    async def begin() -> None:
        while True:
            await delivery.run()
            await asyncio.sleep(NAP)

    async with store.read():
        yield begin
    await store.close()


_slack: dict[str, SlackApi] = {}
_way: tuple[str, aiohttp.ClientSession] | None = None
_room = asyncio.Semaphore(AT_ONCE)


async def say(team: str, channel: str, start: float) -> None:
    """A job of the others: compose what ours composes, and post it in the same way."""
    assert _way is not None
    slack_url, http = _way
    async with _room:
        if team not in _slack:
            _slack[team] = SlackApi(f"xoxb-{team[1:]}", f"{slack_url}/api/", http)
        now = machine_now()
        about = webinar(team, "s1", datetime.fromtimestamp(start, UTC), now)
        said = Said(notice(about, channel, NoticeKind.FULL, now), about)
        await _slack[team].post(channel, compose([said], at=now), mark=f"{team}.{channel}")


def scheduler(database_url: str) -> AsyncIOScheduler:
    """APScheduler with its jobs in the database."""
    store = SQLAlchemyJobStore(url=database_url.replace("postgresql://", "postgresql+psycopg://"))
    defaults = {"misfire_grace_time": None, "coalesce": True}
    return AsyncIOScheduler(jobstores={"default": store}, timezone=UTC, job_defaults=defaults)


def queue(database_url: str) -> tuple[procrastinate.App, procrastinate.tasks.Task[Any, Any, Any]]:
    """Procrastinate and its one task."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=database_url))
    return app, app.task(name="say")(say)


@asynccontextmanager
async def apscheduler(database_url: str, slack_url: str, _: str, http: aiohttp.ClientSession) -> AsyncIterator[Begin]:
    """One process: a second one on the same job store would say everything again."""
    global _way
    _way = (slack_url, http)
    clock = scheduler(database_url)

    async def begin() -> None:
        clock.start()

    yield begin
    clock.shutdown(wait=False)


@asynccontextmanager
async def tasks(database_url: str, slack_url: str, name: str, http: aiohttp.ClientSession) -> AsyncIterator[Begin]:
    """Procrastinate's worker."""
    global _way
    _way = (slack_url, http)
    app, _task = queue(database_url)

    async def begin() -> None:
        await app.run_worker_async(name=name, concurrency=AT_ONCE, install_signal_handlers=False)

    async with app.open_async():
        yield begin


Way = Callable[[str, str, str, aiohttp.ClientSession], AbstractAsyncContextManager[Begin]]
WAYS: dict[str, Way] = {"greenroom": greenroom, "APScheduler job store": apscheduler, "procrastinate": tasks}
