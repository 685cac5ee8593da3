"""Liveness and readiness of the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

Problems = Callable[[], Awaitable[Mapping[str, str]]]


def add_routes(app: web.Application, problems: Problems) -> None:
    """Add `/healthz`, which answers while the event loop runs, and `/readyz`, which fails if the bot cannot serve.

    `problems` returns the parts that are unavailable, each with the reason that `/readyz` gives.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def readyz(_: web.Request) -> web.Response:
        found = await problems()
        if not found:
            return web.json_response({"ok": True})
        return web.json_response({"ok": False, "reasons": dict(found)}, status=503)

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
