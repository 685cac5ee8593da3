"""Strangers who send unsigned megabytes without a pause, in a process of their own, until it is stopped."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from urllib.parse import urlsplit

BODY = b"x" * 1_000_000


async def send(url: str, senders: int) -> int:
    """Send from so many connections at once until SIGTERM; return how many requests were refused with 413."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print(f"bot.ready url={url}", flush=True)
    tasks = [asyncio.create_task(_sender(url)) for _ in range(senders)]
    await stop.wait()
    for task in tasks:
        task.cancel()
    return sum([await task for task in tasks])


async def _sender(url: str) -> int:
    place, refused = urlsplit(url), 0
    head = f"POST /slack/events HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: {len(BODY)}\r\n\r\n".encode()
    try:
        while True:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection(place.hostname, place.port)
                writer.write(head + BODY)
                refused += (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 413")
                writer.close()
    except asyncio.CancelledError:
        return refused


if __name__ == "__main__":
    print(asyncio.run(send(sys.argv[1], int(sys.argv[2]))))
