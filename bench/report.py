"""`python -m bench.report`: reads reports of 100, 1,000 and 10,000 registrants while a user sends commands."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.processes import StartedServer, started
from bench.vendors import Vendors, vendors
from sandbox.ringcentral.people import Registrant
from sandbox.ringcentral.presence import Participant, Visit

if TYPE_CHECKING:
    from sandbox.ringcentral.models import Session

SIZES = (100, 1_000, 10_000)
ATTENDING = 0.6
"""The part of the registrants who come."""
BUDGET = 10
"""Calls a minute and user, as RingCentral publishes them."""
BETWEEN = 60.0
"""Seconds between two commands of another user."""
SAMPLE = 0.25
"""Seconds between two looks at the memory."""
READER, OTHER, CHANNEL = "chloe", "ana", "#launch"
PAST, COMING = "Past day", "Coming day"


@dataclass
class Measured:
    """The figures of one report; times in seconds, memory in megabytes."""

    registrants: int
    calls: int = 0
    took: float = 0.0
    before: float = 0.0
    most: float = 0.0
    penalties: int = 0
    waits: list[float] = field(default_factory=list)

    @property
    def floor(self) -> float:
        """The shortest time for as many calls: the first ones at once, as many again after a minute, and so on."""
        return (self.calls - 1) // BUDGET * 60.0


async def measure(size: int) -> Measured:
    """Read the report of a webinar with so many registrants."""
    async with vendors(webinars=0) as sandbox:
        session_id = prepare(sandbox, size)
        with TemporaryDirectory() as folder:
            async with started("bot", "run", cwd=folder, settings=sandbox.settings) as bot:
                await bot.line("sync.done")
                sandbox.slack.events_url = f"{bot.url}/slack/events"
                return await _read(sandbox, bot, session_id, size)


def prepare(sandbox: Vendors, size: int) -> str:
    """Make a webinar that is over and one that is not; return the id of the first one's session."""
    vendor = sandbox.ringcentral
    settings = {"registrationEnabled": True}
    # A host can see the report of their webinar, and an admin can manage every webinar.
    begins = sandbox.clock.now() - timedelta(hours=2)
    webinar_id = vendor.create(PAST, begins, host="chloe@acme.example", settings=settings)
    vendor.create(COMING, sandbox.clock.now() + timedelta(days=3), settings=settings)
    vendor.begin(webinar_id)
    _, session = vendor.world.find_session(webinar_id)
    _fill(session, size, sandbox)
    vendor.finish(webinar_id)
    return session.id


def _fill(session: Session, size: int, sandbox: Vendors) -> None:
    """Add the people directly: registering 10,000 through the stand-in compares each with all others."""
    world, now = sandbox.ringcentral.world, sandbox.clock.now()
    for number in range(size):
        name, email = f"Guest{number}", f"guest{number}@mail.example"
        person = Registrant(
            id=world.new_id("registrant"),
            first_name=name,
            last_name="Tanaka",
            email=email,
            token=f"token{number}",
            registered=now - timedelta(days=7) + timedelta(minutes=number % 9_000),
            source=("newsletter", "C024BE7LR", "")[number % 3],
        )
        session.registrants.append(person)
        if number < size * ATTENDING:
            person.participant_id = world.new_id("participant")
            joined, left = timedelta(seconds=number % 600), timedelta(seconds=1_800 + number % 900)
            session.participants.append(
                Participant(
                    id=person.participant_id,
                    first_name=name,
                    last_name="Tanaka",
                    email=email,
                    role="Attendee",
                    original_role="Attendee",
                    registrant_id=person.id,
                    user_hash=f"hash{number}",
                    visits=[Visit(joined=now + joined, left=now + left)],
                )
            )


async def _read(sandbox: Vendors, bot: StartedServer, session_id: str, size: int) -> Measured:
    measured = Measured(size, before=bot.resident)
    others = [asyncio.create_task(_watch(bot, measured)), asyncio.create_task(_send_commands(sandbox, measured))]
    began = time.perf_counter()
    await sandbox.slack.command(READER, CHANNEL, "/webinar", f"report {session_id}")
    line = await bot.line("report.read")
    measured.took = time.perf_counter() - began
    measured.calls = int(re.findall(r"calls=(\d+)", line)[0])
    measured.penalties = sandbox.ringcentral.penalties
    for task in others:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    return measured


async def _watch(bot: StartedServer, measured: Measured) -> None:
    while True:
        measured.most = max(measured.most, bot.resident)
        await asyncio.sleep(SAMPLE)


async def _send_commands(sandbox: Vendors, measured: Measured) -> None:
    limit = 1_000
    while True:
        limit += 1
        asked = time.perf_counter()
        await sandbox.slack.command(OTHER, CHANNEL, "/webinar", f'limit "{COMING}" {limit}')
        await sandbox.slack.wait_for(_answered(sandbox, f"The limit is now {limit:,} people"), 300)
        measured.waits.append(time.perf_counter() - asked)
        await asyncio.sleep(BETWEEN)


def _answered(sandbox: Vendors, words: str) -> Callable[[], bool | None]:
    return partial(_is_answered, sandbox, words)


def _is_answered(sandbox: Vendors, words: str) -> bool | None:
    return any(words in message.words for message in sandbox.slack.messages(CHANNEL, OTHER)) or None


def format_table(all_measured: list[Measured]) -> str:
    """The table that is printed."""
    rows = {
        "calls to RingCentral": [f"{one.calls}" for one in all_measured],
        "minutes": [f"{one.took / 60:.2f}" for one in all_measured],
        "floor: the same calls alone, minutes": [f"{one.floor / 60:.2f}" for one in all_measured],
        "resident before, MB": [f"{one.before:.1f}" for one in all_measured],
        "resident at most, MB": [f"{one.most:.1f}" for one in all_measured],
        "commands of another user meanwhile": [f"{len(one.waits)}" for one in all_measured],
        "their wait in seconds, median": [_seconds(one.waits, statistics.median) for one in all_measured],
        "their wait in seconds, longest": [_seconds(one.waits, max) for one in all_measured],
        "penalties at RingCentral": [f"{one.penalties}" for one in all_measured],
    }
    head = f"{'registrants':40}" + "".join(f"{one.registrants:12,}" for one in all_measured)
    return "\n".join([head, *(f"{name:40}" + "".join(f"{value:>12}" for value in row) for name, row in rows.items())])


def _seconds(waits: list[float], of: Callable[[list[float]], float]) -> str:
    return f"{of(waits):.1f}" if waits else "-"


async def main() -> None:
    """Measure every size, and print the table."""
    print(format_table([await measure(size) for size in SIZES]))


if __name__ == "__main__":
    asyncio.run(main())
