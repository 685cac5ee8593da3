"""`python -m bench.acks`: how soon `/webinar list` is acknowledged with 1,000 sessions in the mirror, and with none."""

from __future__ import annotations

import asyncio
import json
import statistics
from collections import defaultdict
from contextlib import AsyncExitStack
from tempfile import TemporaryDirectory

from bench.processes import output, started
from bench.vendors import vendors

ROUNDS = 3
TURNS = 20
"""Commands of one user in each round."""
SESSIONS = (0, 1_000)


async def measure() -> dict[int, list[float]]:
    """The p50 of each round in milliseconds, by the number of sessions; the bots take turns."""
    figures: dict[int, list[float]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        bots = {}
        for sessions in SESSIONS:
            sandbox = await stack.enter_async_context(vendors(sessions))
            folder = stack.enter_context(TemporaryDirectory())
            bot = await stack.enter_async_context(started("bot", "run", cwd=folder, settings=sandbox.settings))
            await bot.line("sync.done")
            bots[sessions] = bot.url, sandbox.slack.signing_secret
            await _p50(*bots[sessions])  # warm-up, not counted
        for _ in range(ROUNDS):
            for sessions, (url, secret) in bots.items():
                figures[sessions].append(await _p50(url, secret))
    return figures


async def _p50(url: str, secret: str) -> float:
    load = {"url": url, "secret": secret, "people": 1, "turns": TURNS, "answers": True}
    waits: list[float] = json.loads(await output("bench.load", json.dumps(load)))
    return statistics.median(waits) * 1000


def main() -> None:
    """Print the median and the range of the rounds."""
    for sessions, rounds in asyncio.run(measure()).items():
        spread = f"{statistics.median(rounds):.2f} ms ({min(rounds):.2f}–{max(rounds):.2f})"
        print(f"{sessions:6,} sessions: p50 {spread}, {len(rounds)} rounds")


if __name__ == "__main__":
    main()
