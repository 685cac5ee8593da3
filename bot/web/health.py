"""Liveness and readiness of the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web


def add_routes(app: web.Application, is_ready: Callable[[], Awaitable[bool]]) -> None:
    """Add `/healthz`, which answers while the event loop runs, and `/readyz`, which fails if the bot cannot serve."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def readyz(_: web.Request) -> web.Response:
        ready = await is_ready()
        return web.json_response({"ok": ready}, status=200 if ready else 503)

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
