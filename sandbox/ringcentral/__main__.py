"""Start the RingCentral stand-in alone: `python -m sandbox.ringcentral`."""

from __future__ import annotations

import argparse
import asyncio
import signal

from sandbox.clock import SandboxClock
from sandbox.ringcentral.server import RingCentral

USUAL_PORT = 8620


def main() -> None:
    """Listen until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.ringcentral", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=USUAL_PORT, help=f"port ({USUAL_PORT}; 0 takes a free one)")
    given = parser.parse_args()
    asyncio.run(_serve(given.host, given.port))


async def _serve(host: str, port: int) -> None:
    stop = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    ringcentral = RingCentral(SandboxClock())
    try:
        await ringcentral.start(host, port)
    except OSError:
        print(f"Port {port} is taken; using a free one.")
        await ringcentral.start(host, 0)
    print(_welcome(ringcentral), flush=True)
    try:
        await stop.wait()
    finally:
        await ringcentral.stop()
    print("Stopped; nothing was kept.")


def _welcome(ringcentral: RingCentral) -> str:
    return "\n".join(
        (
            f"Stand-in RingCentral at {ringcentral.url}",
            f"  RC_SERVER_URL={ringcentral.url}",
            f"  RC_APP_CLIENT_ID={ringcentral.client_id}",
            f"  RC_APP_CLIENT_SECRET={ringcentral.client_secret}",
            f"  RC_USER_JWT={ringcentral.jwt}",
            f"  State and controls: {ringcentral.url}/sandbox/state (docs/sandbox-ringcentral.md). Ctrl-C ends it.",
        )
    )


if __name__ == "__main__":
    main()
