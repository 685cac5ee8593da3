"""Answers health checks while the bot waits at its start, so that nobody restarts a process that only waits."""

from __future__ import annotations

import contextlib
from types import TracebackType

from aiohttp import web

from bot.web import health


class StartupHealth:
    """Listens on the bot's address while it waits for what is unavailable, until the block ends."""

    def __init__(self, host: str, port: int) -> None:
        """Listen nowhere yet."""
        self._host, self._port = host, port
        self._waiting_for = ""
        self._runner: web.AppRunner | None = None

    async def wait_for(self, what: str) -> None:
        """Listen: `/healthz` is green, and `/readyz` says what the bot waits for."""
        self._waiting_for = what
        if self._runner is None:
            app = web.Application()
            health.add_routes(app, self._problems)
            self._runner = web.AppRunner(app, access_log=None)
            await self._runner.setup()
            with contextlib.suppress(OSError):  # the address is in use: reported when the bot itself listens
                await web.TCPSite(self._runner, self._host, self._port).start()

    async def _problems(self) -> dict[str, str]:
        return {self._waiting_for: "not available since the start"}

    async def __aenter__(self) -> StartupHealth:
        """Begin the start."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the address for the bot."""
        if self._runner:
            await self._runner.cleanup()
