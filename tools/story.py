"""Count our own files and functions that a flow passes through: `python -m tools.story [flow …] [--list]`.

Each flow runs in the real bot, in this process, against the stand-ins on real sockets (`tests.support.world`) and a
SQLite file. Recording starts with the action of a user or of the scheduler; the setup before it is not counted. There
are two figures per flow: up to its result (the card is posted), and until the bot is idle again (everything that one
action causes). What is counted:

- files: distinct source files in `bot/` and `handlers/` with at least one such function;
- functions: distinct (file, qualified name) entered on any thread, without comprehensions, generator expressions,
  lambdas and module bodies;
- transactions: database transactions begun, including those that only read.

Work of background jobs that falls into the recorded time is included, so figures vary by a few between runs.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import NamedTuple

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.support.bulk import IRIS, JOAN, ORGANIZER, bulk_harness
from tests.support.creation import without_waits
from tests.support.seats import seats_harness
from tests.support.world import World, running_world

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (ROOT / "bot", ROOT / "handlers")
DM = f"@{ORGANIZER}"
LIMIT = 5
"""Places of the webinar that fills up."""


class Passed(NamedTuple):
    """What a flow has passed through."""

    functions: frozenset[tuple[str, str]]
    transactions: int

    @property
    def files(self) -> list[str]:
        """The source files, sorted."""
        return sorted({file for file, _ in self.functions})

    def __str__(self) -> str:
        """Files, functions and transactions on one line."""
        return f"{len(self.files):3} files {len(self.functions):4} functions {self.transactions:3} transactions"


class Trace:
    """Records the functions entered and the transactions begun, while it is started."""

    def __init__(self) -> None:
        """Nothing is recorded yet."""
        self.at_result: Passed | None = None
        self._functions: set[tuple[str, str]] = set()
        self._transactions = 0
        self._recording = False
        self._paths: dict[str, str] = {}

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Observe this thread, all threads started from now on, and every database engine."""
        threading.setprofile(self._enter)
        sys.setprofile(self._enter)
        event.listen(Engine, "begin", self._begin)
        try:
            yield
        finally:
            event.remove(Engine, "begin", self._begin)
            sys.setprofile(None)
            threading.setprofile(None)

    def start(self, world: World, result: Callable[[], object]) -> None:
        """Record from now on; note in `at_result` what was passed when a change at a stand-in makes `result` true."""

        def look() -> None:
            if self._recording and self.at_result is None and result():
                self.at_result = self._passed()

        world.slack.on_change.append(look)
        world.ringcentral.on_change.append(look)
        self._recording = True

    def stop(self) -> Passed:
        """End the recording and return all of it."""
        self._recording = False
        return self._passed()

    def _passed(self) -> Passed:
        return Passed(frozenset(self._functions), self._transactions)

    def _enter(self, frame: FrameType, what: str, _: object) -> None:
        code = frame.f_code
        if self._recording and what == "call" and not code.co_name.startswith("<"):
            if code.co_filename not in self._paths:
                self._paths[code.co_filename] = _path_if_ours(Path(code.co_filename))
            if path := self._paths[code.co_filename]:
                self._functions.add((path, code.co_qualname))

    def _begin(self, _: object) -> None:
        self._transactions += self._recording


def _path_if_ours(path: Path) -> str:
    return str(path.relative_to(ROOT)) if any(map(path.is_relative_to, PACKAGES)) else ""


def _posted(world: World, words: str) -> bool:
    return any(one.bot and not one.ephemeral_to and words in one.words for one in world.slack.messages("#launch"))


async def form_to_card(world: World, trace: Trace) -> Passed:
    """The form of a new webinar is submitted; its card is posted in the channel."""
    await world.command("finn", "#launch", "create")
    start = world.clock.now() + timedelta(days=3)
    typed = {"Title": "Launch day", "Starts": start, "Length": "45m", "Announce in": "#launch"}
    trace.start(world, lambda: _posted(world, "Launch day"))
    await world.slack.submit("finn", world.slack.view("finn"), typed)
    await world.settled()
    return trace.stop()


async def _nearly_counted_full(world: World) -> None:
    """Create a webinar with a card and a limit; it fills up at the vendor, and the bot has yet to count."""
    launch = await seats_harness(world)
    await launch.update(settings={"autoCloseLimit": LIMIT})
    world.clock.move(timedelta(minutes=6))
    world.ringcentral.register(launch.session_id, LIMIT)


async def count_to_row(world: World, trace: Trace) -> Passed:
    """The scheduled count finds a webinar full; the alert's row is written."""
    await _nearly_counted_full(world)
    trace.start(world, lambda: False)
    await world.bot.services.mirror.count_next()
    passed = trace.stop()
    await world.bot.services.scheduler.deliver()
    await world.until(lambda: _posted(world, "full"))
    return passed


async def row_to_message(world: World, trace: Trace) -> Passed:
    """The alert's row is due; the message is posted."""
    await _nearly_counted_full(world)
    await world.bot.services.mirror.count_next()
    trace.start(world, lambda: _posted(world, "full"))
    await world.bot.services.scheduler.deliver()
    return trace.stop()


async def register_to_seat(world: World, trace: Trace) -> Passed:
    """A user presses Register on the card and submits the form; they are registered."""
    launch = await seats_harness(world)
    trace.start(world, lambda: launch.registrants)
    await launch.take_seat("dev")
    return trace.stop()


async def csv_to_result(world: World, trace: Trace) -> Passed:
    """A manager submits a list and confirms it; the file with each person's result is posted."""
    bulk = await bulk_harness(world)
    await world.click(ORGANIZER, await bulk.open_form(), "Register Many")
    form, listed = world.slack.view(ORGANIZER), {"pasted": f"{IRIS}\n{JOAN}"}
    trace.start(world, lambda: any(one.files for one in world.slack.messages(DM)))
    await world.slack.submit(ORGANIZER, form, listed)
    await world.settled()
    await world.slack.submit(ORGANIZER, world.slack.view(ORGANIZER))
    await world.settled()
    return trace.stop()


Flow = Callable[[World, Trace], Awaitable[Passed]]
FLOWS: dict[str, tuple[str, Flow]] = {
    "form": ("form sent → card posted", form_to_card),
    "count": ("count → alert row", count_to_row),
    "alert": ("alert row → message", row_to_message),
    "seat": ("Register → seat", register_to_seat),
    "csv": ("CSV → result", csv_to_result),
}


async def measure(flow: Flow) -> tuple[Passed, Passed]:
    """Run a flow in a world of its own: what it passes up to its result, and until the bot is idle."""
    trace = Trace()
    with TemporaryDirectory() as folder, trace.installed():
        async with running_world(Path(folder), prepare=without_waits) as world:
            whole = await flow(world, trace)
    return trace.at_result or whole, whole


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line per flow."""
    parser = argparse.ArgumentParser(prog="python -m tools.story", description="Count what a flow passes through.")
    parser.add_argument("flows", nargs="*", metavar="flow", help=f"of {', '.join(FLOWS)} (default: all)")
    parser.add_argument("--list", action="store_true", help="print the files, with the functions entered in each")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.flows) - set(FLOWS):
        parser.error(f"unknown flow: {', '.join(sorted(unknown))}")
    for name in chosen.flows or FLOWS:
        title, flow = FLOWS[name]
        at_result, whole = asyncio.run(measure(flow))
        print(f"{title:24} {at_result}   until idle: {whole}")
        for path in whole.files if chosen.list else ():
            print(f"    {path:44} {sum(file == path for file, _ in whole.functions):3}")


if __name__ == "__main__":
    logging.disable()  # the log of a bot that starts and stops five times hides the figures
    main()
