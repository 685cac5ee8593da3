"""Checks that the public address leads to this machine: serves a page there, or uses that of a running bot."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from bot.doctor.finding import Finding, note, ok, wrong
from bot.providers.names import all_of, configured
from bot.settings import Settings

PART = "Public address"
PATH = "/healthz"
TIMEOUT = aiohttp.ClientTimeout(total=10)
UNSET = "Without PUBLIC_URL there are no webhooks and no pages of Greenroom's own: it polls {} instead."
FORWARD = "Let your proxy or tunnel forward PUBLIC_URL to HOST and PORT, and check its certificate and the name in DNS."


async def check_public_url(settings: Settings, http: aiohttp.ClientSession) -> Finding:
    """Call our own route at `PUBLIC_URL`."""
    if not settings.public_url:
        return note(PART, "none is set", UNSET.format(all_of(configured(settings))))
    async with served(settings) as expected:
        try:
            async with http.get(settings.public_url + PATH, timeout=TIMEOUT, allow_redirects=False) as response:
                status, body = response.status, await response.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return wrong(PART, f"it cannot be reached ({type(error).__name__})", FORWARD)
    if status != 200 or expected not in body:
        return wrong(PART, f"something else answers there (status {status})", FORWARD)
    if not settings.public_url.startswith("https://"):
        callers = all_of((*configured(settings), "Slack"))
        return note(PART, "it leads here, but without https", f"{callers} call https addresses only.")
    return ok(PART, "it leads here")


@asynccontextmanager
async def served(settings: Settings, *routes: Callable[[web.Application], None]) -> AsyncIterator[str]:
    """Serve a page, and what `routes` add, while no bot does; yield what the page contains."""
    word = secrets.token_hex(8)

    async def show(_: web.Request) -> web.Response:
        return web.json_response({"ok": True, "word": word})

    app = web.Application()
    app.router.add_get(PATH, show)
    for add in routes:
        add(app)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
        except OSError:
            word = '"ok"'  # the port is in use: by the bot, which should be what answers
        yield word
    finally:
        await runner.cleanup()
