"""`python -m bench` (or `make bench`): measures start, memory, acknowledgements and vendor calls; prints a table."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
from collections import defaultdict
from tempfile import TemporaryDirectory

from bench.calls import counted
from bench.processes import Started, output, started
from bench.vendors import Vendors, vendors

ROUNDS = 7
STARTS = 5
CROWDS = {"one person at a time": (1, 300), "100 people at once": (100, 10)}
"""How many people type at the same moment, and how many times."""

Figures = dict[str, list[float]]


async def measure() -> tuple[Figures, dict[str, int]]:
    """All figures by their names, one for each round, and the vendor calls."""
    figures: Figures = defaultdict(list)
    async with vendors() as both:
        for _ in range(STARTS):
            with TemporaryDirectory() as folder:
                await _start(both, folder, figures)
        with TemporaryDirectory() as folder:
            await _load(both, folder, figures)
    return figures, await counted()


async def _start(both: Vendors, folder: str, figures: Figures) -> None:
    async with started("bot", "run", cwd=folder, settings=both.settings) as bot:
        figures["start to ready, s"].append(bot.seconds)
        figures["resident when ready, MB"].append(bot.resident)
        await bot.line("sync.done")  # so that the next one finds RingCentral's budget for logins unhurried


async def _load(both: Vendors, folder: str, figures: Figures) -> None:
    secret = both.slack.signing_secret
    async with (
        started("bench.bare", secret, cwd=folder) as bare,
        started("bot", "run", cwd=folder, settings=both.settings) as bot,
    ):
        await bot.line("sync.done")
        await _round(bare, bot, secret, defaultdict(list))  # warms up, and is not counted
        for _ in range(ROUNDS):
            await _round(bare, bot, secret, figures)
        figures["resident after the load, MB"].append(bot.resident)


async def _round(bare: Started, bot: Started, secret: str, figures: Figures) -> None:
    for crowd, (people, turns) in CROWDS.items():
        for name, server in (("bare Bolt", bare), ("/webinar list", bot)):
            asked = {"url": server.url, "secret": secret, "people": people, "turns": turns, "answers": server is bot}
            waited = [seconds * 1000 for seconds in json.loads(await output("bench.load", json.dumps(asked)))]
            percentiles = statistics.quantiles(waited, n=100, method="inclusive")
            figures[f"ack, {crowd}, {name}: p50, ms"].append(percentiles[49])
            figures[f"ack, {crowd}, {name}: p99, ms"].append(percentiles[98])


def shown(figures: Figures, calls: dict[str, int]) -> str:
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
    print(shown(*asyncio.run(measure())))
