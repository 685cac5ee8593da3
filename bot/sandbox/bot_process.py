"""Runs the real bot in a process of its own, on a clock that the sandbox moves through standard input."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from datetime import timedelta

from bot import log
from bot.errors import GreenroomError
from bot.main import Greenroom, build
from bot.sandbox.clock import SandboxClock
from bot.settings import read_settings

UNUSABLE = 2


async def serve(offset: timedelta) -> None:
    """Serve until standard input ends. Each line is `{"move": seconds}`; each answer is one line of JSON."""
    settings = read_settings()
    log.set_up(settings.log_level, settings.log_format)
    clock = SandboxClock()
    clock.move(offset)
    greenroom = await build(settings, clock)
    _answer({"url": greenroom.url})
    lines = await _standard_input()
    while line := await lines.readline():
        await _move(greenroom, clock, json.loads(line))
    await greenroom.stop()


async def _move(greenroom: Greenroom, clock: SandboxClock, order: dict[str, float]) -> None:
    clock.move(timedelta(seconds=order["move"]))
    due = await greenroom.room.clockwork.deliver()
    if order.get("arrived"):
        # What became of the webinars meanwhile shows on the cards; the move need not wait for RingCentral's pace.
        greenroom.room.tasks.start(_sweep(greenroom), "sweep after a move")
    _answer({"next": due.timestamp() if due else None})


async def _sweep(greenroom: Greenroom) -> None:
    with contextlib.suppress(GreenroomError):
        await greenroom.room.mirror.sweep()


def _answer(words: dict[str, object]) -> None:
    print(json.dumps(words), flush=True)


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


def main() -> None:
    """Start with the clock already moved by as many seconds as the first argument says."""
    # Ctrl-C reaches the whole group of processes: the sandbox stops this one in good order, by closing its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        asyncio.run(serve(timedelta(seconds=float(sys.argv[1]))))
    except GreenroomError as error:
        print(error.sentence, file=sys.stderr)
        sys.exit(UNUSABLE)


if __name__ == "__main__":
    main()
