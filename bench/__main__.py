"""`python -m bench` (or `make bench`): measures start, memory, acknowledgments and vendor calls; prints a table."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
from collections import defaultdict
from tempfile import TemporaryDirectory

from bench.calls import count_calls
from bench.processes import StartedServer, output, started
from bench.vendors import Vendors, vendors

ROUNDS = 7
STARTS = 5
CROWDS = {"one person at a time": (1, 300), "100 people at once": (100, 10)}
"""Concurrent users, and commands of each."""
STRANGERS = 20
"""Connections over which unsigned megabytes are sent while one person works."""

Figures = dict[str, list[float]]


async def measure() -> tuple[Figures, dict[str, int]]:
    """All figures by name, one value for each round, and the vendor calls."""
    figures: Figures = defaultdict(list)
    async with vendors() as sandbox:
        for _ in range(STARTS):
            with TemporaryDirectory() as folder:
                await _start(sandbox, folder, figures)
        with TemporaryDirectory() as folder:
            await _load(sandbox, folder, figures)
    return figures, await count_calls()


async def _start(sandbox: Vendors, folder: str, figures: Figures) -> None:
    async with started("bot", "run", cwd=folder, settings=sandbox.settings) as bot:
        figures["start to ready, s"].append(bot.seconds)
        figures["resident when ready, MB"].append(bot.resident)
        await bot.line("sync.done")  # so that the next one does not wait for RingCentral's login limit


async def _load(sandbox: Vendors, folder: str, figures: Figures) -> None:
    secret = sandbox.slack.signing_secret
    async with (
        started("bench.bare", secret, cwd=folder) as bare,
        started("bot", "run", cwd=folder, settings=sandbox.settings) as bot,
    ):
        await bot.line("sync.done")
        await _round(bare, bot, secret, defaultdict(list))  # warm-up, not counted
        for _ in range(ROUNDS):
            await _round(bare, bot, secret, figures)
        figures["resident after the load, MB"].append(bot.resident)
        for _ in range(ROUNDS):
            await _attack(bot, secret, figures, folder)


async def _round(bare: StartedServer, bot: StartedServer, secret: str, figures: Figures) -> None:
    for label, (people, turns) in CROWDS.items():
        for name, server in (("bare Bolt", bare), ("/webinar list", bot)):
            await _acknowledge(server, secret, people, turns, f"ack, {label}, {name}", figures, answers=server is bot)


async def _attack(bot: StartedServer, secret: str, figures: Figures, folder: str) -> None:
    async with started("bench.junk", bot.url, str(STRANGERS), cwd=folder):
        label = f"ack, {STRANGERS} senders of 1 MB, /webinar list"
        await _acknowledge(bot, secret, *CROWDS["one person at a time"], label, figures, answers=True)


async def _acknowledge(
    server: StartedServer, secret: str, people: int, turns: int, label: str, figures: Figures, *, answers: bool
) -> None:
    load = {"url": server.url, "secret": secret, "people": people, "turns": turns, "answers": answers}
    waits = [seconds * 1000 for seconds in json.loads(await output("bench.load", json.dumps(load)))]
    percentiles = statistics.quantiles(waits, n=100, method="inclusive")
    figures[f"{label}: p50, ms"].append(percentiles[49])
    figures[f"{label}: p99, ms"].append(percentiles[98])


def format_table(figures: Figures, calls: dict[str, int]) -> str:
    """The table that is printed."""
    lines = [
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "",
    ]
    lines.append(f"{'':56}{'min':>9}{'median':>9}{'max':>9}{'rounds':>8}")
    for name, values in figures.items():
        best, middle, worst = min(values), statistics.median(values), max(values)
        lines.append(f"{name:56}{best:9.2f}{middle:9.2f}{worst:9.2f}{len(values):8}")
    lines += ["", "calls to RingCentral's webinar services"]
    return "\n".join([*lines, *(f"{name:56}{count:9}" for name, count in calls.items())])


if __name__ == "__main__":
    print(format_table(*asyncio.run(measure())))
