"""The least that can acknowledge `/webinar`: a bare Bolt listener, set up as in the bot. Runs as a separate process."""

from __future__ import annotations

import asyncio
import signal
import sys

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck


def app(signing_secret: str) -> AsyncApp:
    """A Bolt app whose only listener acknowledges and does nothing else."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id="T0ACME", bot_token="xoxb-bare", bot_id="B0", bot_user_id="U0"
        )

    bolt = AsyncApp(process_before_response=True, signing_secret=signing_secret, authorize=authorize)

    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    bolt.command("/webinar")(acknowledge)
    return bolt


async def serve(signing_secret: str) -> None:
    """Print the address, and serve until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    bolt = app(signing_secret)

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    server = web.Application()
    server.router.add_post("/slack/events", events)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    print(f"bot.ready url=http://{host}:{port} mode=bare", flush=True)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
