"""Start the Zoom stand-in alone: `python -m sandbox.zoom`."""

from __future__ import annotations

import argparse
import asyncio
import signal

from sandbox.clock import SandboxClock
from sandbox.zoom.server import Zoom

USUAL_PORT = 8630


def main() -> None:
    """Listen until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.zoom", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=USUAL_PORT, help=f"port ({USUAL_PORT}; 0 takes a free one)")
    given = parser.parse_args()
    asyncio.run(_serve(given.host, given.port))


async def _serve(host: str, port: int) -> None:
    stop = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    zoom = Zoom(SandboxClock())
    try:
        await zoom.start(host, port)
    except OSError:
        print(f"Port {port} is taken; using a free one.")
        await zoom.start(host, 0)
    print(_welcome(zoom), flush=True)
    try:
        await stop.wait()
    finally:
        await zoom.stop()
    print("Stopped; nothing was kept.")


def _welcome(zoom: Zoom) -> str:
    return "\n".join(
        (
            f"Stand-in Zoom at {zoom.url}",
            f"  ZOOM_API_URL={zoom.api_url}",
            f"  ZOOM_OAUTH_URL={zoom.url}/oauth",
            f"  ZOOM_ACCOUNT_ID={zoom.account_id}",
            f"  ZOOM_CLIENT_ID={zoom.client_id}",
            f"  ZOOM_CLIENT_SECRET={zoom.client_secret}",
            f"  ZOOM_WEBHOOK_SECRET={zoom.webhook_secret}",
            "  What it does: docs/sandbox-zoom.md. Ctrl-C ends it.",
        )
    )


if __name__ == "__main__":
    main()
