"""Stand-in for Slack: the HTTP server of the Web API, Socket Mode and the page, in front of one workspace."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Sequence

from aiohttp import web

from sandbox.clock import SandboxClock
from sandbox.slack import transfer
from sandbox.slack.control import Control
from sandbox.slack.model import Channel, Json, Person
from sandbox.slack.page_routes import PageRoutes
from sandbox.slack.workspace import Workspace

TICK = 0.2  # seconds between checks for what is due by the sandbox clock
LARGEST_REQUEST = 16 * 1024 * 1024


class Slack(Workspace):
    """A Slack workspace behind a local socket."""

    def __init__(
        self,
        clock: SandboxClock,
        *,
        commands: Sequence[Json] = (),
        events: Iterable[str] | None = None,
        shortcuts: Sequence[Json] = (),
        people: Sequence[Person] | None = None,
        channels: Sequence[Channel] | None = None,
    ) -> None:
        """Create the workspace; `start` opens the socket."""
        super().__init__(clock, commands=commands, events=events, shortcuts=shortcuts, people=people, channels=channels)
        self._runner: web.AppRunner | None = None
        self._ticking: asyncio.Task[None] | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen and set `url`. OSError if the port is taken."""
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_route("*", "/api/{method}", self._api.handle)
        app.router.add_get("/link/", self._sockets.connect)
        app.router.add_post("/upload/v1/{file}/{secret}", self._api.upload)
        app.router.add_get("/files-pri/{team}-{file}/{name:.+}", self._api.download)
        app.router.add_get("/signin", transfer.sign_in)
        for kind in ("commands", "actions", "app"):
            app.router.add_post(f"/{kind}/{{team}}/{{token}}", self._api.respond)
        app.add_routes(Control(self).routes())
        PageRoutes(self).add_to(app)
        self._api.stopping.clear()
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        address = runner.addresses[0]
        self.url = self.world.url = f"http://{address[0]}:{address[1]}"
        await self._delivery.start()
        self._ticking = asyncio.create_task(self._tick_periodically())

    async def stop(self) -> None:
        """Close all connections."""
        self._api.stopping.set()
        self.world.changed()
        if self._ticking is not None:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
        await self._events.stop()
        await self._sockets.stop()
        await self._delivery.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _tick_periodically(self) -> None:
        while True:
            self.post_due()
            self._events.deliver_due()
            await asyncio.sleep(TICK)
