"""Run one stand-in alone, as `python -m sandbox.slack` and its like do."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Callable
from typing import Protocol, TypeVar


class StandIn(Protocol):
    """A server that can be started and stopped."""

    async def start(self, host: str, port: int) -> None:
        """Listen; raises `OSError` if the port is taken."""
        ...

    async def stop(self) -> None:
        """Listen no more."""
        ...


S = TypeVar("S", bound=StandIn)


def standalone_parser(package: str, description: str | None, usual_port: int) -> argparse.ArgumentParser:
    """The arguments of such a program: where it listens."""
    parser = argparse.ArgumentParser(prog=f"python -m sandbox.{package}", description=description)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=usual_port, help=f"port ({usual_port}; 0 takes a free one)")
    return parser


def serve(build: Callable[[], S], welcome: Callable[[S], str], host: str, port: int) -> None:
    """Listen until Ctrl-C or SIGTERM; on a free port if this one is taken."""
    asyncio.run(_serve(build, welcome, host, port))


async def _serve(build: Callable[[], S], welcome: Callable[[S], str], host: str, port: int) -> None:
    stop = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    server = build()
    try:
        await server.start(host, port)
    except OSError:
        print(f"Port {port} is taken; using a free one.")
        await server.start(host, 0)
    print(welcome(server), flush=True)
    try:
        await stop.wait()
    finally:
        await server.stop()
    print("Stopped; nothing was kept.")
