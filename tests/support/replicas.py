"""Two replicas of the bot on one database, behind a load balancer that sends every other request to each."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.app import EVENTS, Greenroom, build
from tests.support.world import PACE, World, running_world


@dataclass
class Replicas:
    """Both replicas; Slack sends to the load balancer."""

    world: World
    other: Greenroom

    @property
    def all(self) -> tuple[Greenroom, Greenroom]:
        """The replicas in the order of their turns."""
        return self.world.bot, self.other

    async def settled(self) -> None:
        """Wait until neither replica has work in progress."""
        for bot in self.all:
            await bot.services.background.wait_idle()


@asynccontextmanager
async def two_replicas(
    folder: Path, database_url: str, prepare: Callable[[World], None] = lambda _: None
) -> AsyncIterator[Replicas]:
    """Start the world with two replicas."""
    async with running_world(folder, database_url=database_url, prepare=prepare) as world:
        other = await build(world.settings, world.clock, world.pace)
        if not world.compares:
            other.services.scheduler.pause("drift")
        if not world.reads_reports:
            other.services.scheduler.pause("reports")
        other.services.scheduler.pause("recordings")
        if not world.updates_at_once:
            other.services.scheduler.pause("updates")
        other.services.background.grace = 0.005
        other.services.results.pace = PACE
        replicas = Replicas(world, other)
        try:
            async with _load_balancer(replicas) as url:
                world.slack.events_url = url
                yield replicas
                await replicas.settled()
        finally:
            await other.stop()


@asynccontextmanager
async def _load_balancer(replicas: Replicas) -> AsyncIterator[str]:
    turns = itertools.cycle(f"{bot.url}{EVENTS}" for bot in replicas.all)

    async def forward(request: web.Request) -> web.Response:
        body, url = await request.read(), next(turns)
        names = ("Content-Type", "X-Slack-Request-Timestamp", "X-Slack-Signature")
        headers = {name: request.headers[name] for name in names}
        async with session.post(url, data=body, headers=headers) as answer:
            headers = {"Content-Type": answer.headers["Content-Type"]} if "Content-Type" in answer.headers else {}
            return web.Response(status=answer.status, body=await answer.read(), headers=headers)

    app = web.Application()
    app.router.add_post(EVENTS, forward)
    runner = web.AppRunner(app)
    async with aiohttp.ClientSession() as session:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            host, port = runner.addresses[0][:2]
            yield f"http://{host}:{port}{EVENTS}"
        finally:
            await runner.cleanup()
