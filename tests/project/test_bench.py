"""The benchmarks run, and the vendor calls they count are those of the promises."""

from __future__ import annotations

import asyncio
import json
import statistics
from pathlib import Path
from time import perf_counter

from bench.__main__ import format_table
from bench.calls import count_calls
from bench.freshness import Result, Setup, format_row
from bench.idle_time import IdleTime
from bench.processes import output, started


async def test_every_command_costs_the_vendor_calls_that_we_promise() -> None:
    """As count_calls by the stand-in, with the bot in its own process."""
    assert await count_calls() == {
        "create, until the card stands": 2,
        "create, after that": 1,
        "list": 0,
        "show": 0,
        "count": 0,
        "share": 0,
        "register, from the card": 1,
        "register, pressed again": 0,
        "cancel a seat": 1,
        "the form of a team, first opened": 1,
        "invite three people": 1,
        "team": 0,
        "change a role and remove two people": 1,
        "register somebody else": 1,
        "registrants": 1,
        "Registration, opened": 0,
        "Registration, saved": 1,
        "close": 1,
        "open": 1,
        "limit": 1,
        "edit, until its form is filled": 2,
        "edit, saved: one read, one write": 2,
        "edit, saved: two reads, two writes": 4,
        "move: one read, one write": 2,
        "duplicate, until its form is filled": 2,
        "cancel": 1,
    }


async def test_load_is_taken_by_the_bare_listener(tmp_path: Path) -> None:
    """The given number of signed requests; a refused request would end the run."""
    async with started("bench.bare", "signed", cwd=str(tmp_path)) as bare:
        crowd = {"url": bare.url, "secret": "signed", "people": 3, "turns": 2, "answers": False}
        waited = json.loads(await output("bench.load", json.dumps(crowd)))

    assert len(waited) == 6
    assert statistics.mean(waited) > 0


async def test_strangers_send_unsigned_megabytes_again_and_again(tmp_path: Path) -> None:
    """Until they are stopped."""
    lengths: list[int] = []
    enough = asyncio.Event()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"signature" not in head.lower()
        lengths.append(len(await reader.readexactly(int(head.rpartition(b"Content-Length: ")[2]))))
        if len(lengths) > 6:
            enough.set()
        writer.write(b"HTTP/1.1 413 Too long\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        async with started("bench.junk", f"http://{host}:{port}", "3", cwd=str(tmp_path)), asyncio.timeout(20):
            await enough.wait()

    assert set(lengths) == {1_000_000}


def test_table_shows_the_spread_of_each_figure() -> None:
    """Over all rounds."""
    *_, figure, _, _, calls = format_table({"start to ready, s": [3.0, 1.0, 1.5]}, {"list": 0}).splitlines()

    assert figure.split() == ["start", "to", "ready,", "s", "1.00", "1.50", "3.00", "3"]
    assert calls.split() == ["list", "0"]


def test_freshness_shows_the_spread_and_the_calls_of_an_hour() -> None:
    """Not of the time that was measured."""
    result = Result([30.0, 10.0, 20.0], [4.0], calls=50, seconds=720.0, penalties=0)

    cells = format_row(Setup(100, webhooks=True, replicas=2, postgres=True), result).split("  ")

    assert [cell.strip() for cell in cells if cell.strip()] == [
        "webhooks, 100 sessions, PostgreSQL, 2 replicas",
        "20.0 (10.0–30.0; 3)",
        "4.0 (4.0–4.0; 1)",
        "250",
        "20",
        "0",
    ]


def test_only_waits_pass_fast() -> None:
    """A wait for a timer is short on the machine; work takes as long as it takes, whatever timer runs."""
    idle_time = IdleTime(speed=100_000)

    async def measured() -> tuple[float, float]:
        began = idle_time.monotonic()
        await asyncio.sleep(60.0)
        waited = idle_time.monotonic()
        timer = asyncio.ensure_future(asyncio.sleep(60.0))
        for _ in range(100):
            await asyncio.sleep(0)
        worked = idle_time.monotonic()
        timer.cancel()
        return waited - began, worked - waited

    began = perf_counter()
    with asyncio.Runner(loop_factory=idle_time.loop) as runner:
        waited, worked = runner.run(measured())
    assert waited >= 60.0
    assert perf_counter() - began < 30.0
    assert worked < 30.0
