"""`python -m bench.zoom`: Zoom calls by action, and 1,000 people of a list into a meeting by batches, in real time."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.app import Greenroom, build
from bot.clock import monotonic
from bot.model.registrant import MAX_BATCH, RegistrantDetails
from bot.providers.base import Caller, Lane
from bot.registration.bulk.batch_table import BatchState
from bot.registration.bulk.csv_import import read_people
from bot.settings import Settings
from sandbox.clock import SandboxClock
from sandbox.slack import Slack
from sandbox.zoom import Rules, Zoom

if TYPE_CHECKING:
    from bot.model.webinar import Webinar

PEOPLE = 1_000
HEAVY_PER_SECOND = 10
"""Batches a second on the Pro plan."""
USER, CHANNEL = "ana", "#launch"
PERSON = Caller(Lane.PERSON)
VERBS = ("list", 'show "Town hall"', 'count "Town hall"')


@dataclass
class Measured:
    """The figures; times in seconds."""

    calls: dict[str, int]
    people: int
    registered: int
    batches: int
    took: float
    refused: int
    """Calls that Zoom has refused because of a limit."""

    @property
    def floor(self) -> float:
        """The shortest time for as many batches: the first ones of each second go at once."""
        return (math.ceil(self.people / MAX_BATCH) - 1) // HEAVY_PER_SECOND * 1.0


async def measure(people: int = PEOPLE) -> Measured:
    """Count the calls of each action; then register a list of so many people."""
    clock = SandboxClock()
    slack, zoom = Slack(clock), Zoom(clock, Rules(plan="Pro", capacity=2 * people))
    async with _running(slack, zoom, clock) as bot:
        start = clock.now() + timedelta(days=3)
        for title in ("Town hall", "All hands"):
            zoom.create(title, start, settings={"approval_type": 0})
        await bot.services.mirror.sweep()
        known = {one.title: one for one in await bot.services.mirror.everything()}
        calls = await _count(bot, slack, zoom, known["All hands"])
        took = await _register_list(bot, slack, known["Town hall"], people)
        batches = [one for one in zoom.calls if one.path.endswith("/batch_registrants")]
        events = {event.fields.topic: event for event in zoom.world.events.values()}
        registered = len(events["Town hall"].registrants)
        refused = sum(one.status == 429 for one in zoom.calls)
        return Measured(calls, people, registered, len(batches), took, refused)


@asynccontextmanager
async def _running(slack: Slack, zoom: Zoom, clock: SandboxClock) -> AsyncIterator[Greenroom]:
    await slack.start()
    await zoom.start()
    with TemporaryDirectory() as folder:
        bot = await build(_settings(slack, zoom, f"sqlite:///{Path(folder) / 'greenroom.db'}"), clock)
        slack.events_url = f"{bot.url}/slack/events"
        try:
            yield bot
        finally:
            await bot.stop()
            await slack.stop()
            await zoom.stop()


async def _count(bot: Greenroom, slack: Slack, zoom: Zoom, webinar: Webinar) -> dict[str, int]:
    """The calls of each action, as the stand-in counts them; commands read the mirror only."""
    provider, session_id = bot.provider, webinar.session_id
    one, *batch = (RegistrantDetails(first_name="Emi", last_name="", email=f"p{n}@mail.example") for n in range(31))

    async def remove() -> None:
        (first, *_) = await provider.registrants(session_id, PERSON)
        zoom.calls.clear()
        await provider.remove_registrant(session_id, first.registrant_id, PERSON)

    async def command(verb: str) -> None:
        await slack.command(USER, CHANNEL, "/webinar", verb)
        await bot.services.background.wait_idle()

    actions: dict[str, Callable[[], Awaitable[object]]] = {
        **{verb.split()[0]: lambda verb=verb: command(verb) for verb in VERBS},  # type: ignore[misc]
        "register one person": lambda: provider.register(session_id, one, PERSON),
        f"register {MAX_BATCH} people of a list": lambda: provider.register_many(session_id, batch, PERSON),
        "remove one person": remove,
        "read the registration": lambda: provider.registration(session_id, PERSON),
    }
    counts: dict[str, int] = {}
    for name, action in actions.items():
        await _quiet(zoom)
        zoom.calls.clear()
        await action()
        counts[name] = sum("/oauth/" not in call.path for call in zoom.calls)
    return counts


async def _quiet(zoom: Zoom) -> None:
    """Wait until the bot has read what it reads on its own."""
    seen = -1
    while seen != len(zoom.calls):
        seen = len(zoom.calls)
        await asyncio.sleep(0.5)


async def _register_list(bot: Greenroom, slack: Slack, webinar: Webinar, people: int) -> float:
    services = bot.services
    lines = "\n".join(f"Emi,Tanaka,guest{number}@mail.example" for number in range(people))
    batch = await services.bulk.draft(webinar, slack.user_id(USER), read_people(lines), [], own_pages=False)
    began = monotonic()
    await services.bulk.start(batch.batch_id)
    while (await services.bulk.find(batch.batch_id)).state is not BatchState.DONE:  # noqa: ASYNC110 - nothing signals it
        await asyncio.sleep(0.1)
    return monotonic() - began


def _settings(slack: Slack, zoom: Zoom, database_url: str) -> Settings:
    """Connect the bot to the stand-ins and this database, with a new key."""
    return Settings(
        _env_file=None,
        slack_bot_token=SecretStr(slack.bot_token),
        slack_signing_secret=SecretStr(slack.signing_secret),
        slack_api_url=f"{slack.url}/api/",
        database_url=database_url,
        port=0,
        encryption_key=SecretStr(Fernet.generate_key().decode()),
        **{name.lower(): value for name, value in zoom.environment.items()},  # type: ignore[arg-type]
    )


def format_table(measured: Measured) -> str:
    """The table that is printed."""
    rows: dict[str, str] = {f"calls: {name}": f"{count:9}" for name, count in measured.calls.items()}
    rows |= {
        f"registered, of {measured.people:,}": f"{measured.registered:9,}",
        "batches": f"{measured.batches:9}",
        "seconds": f"{measured.took:9.1f}",
        "floor: all batches within Zoom's limits, seconds": f"{measured.floor:9.1f}",
        "calls refused by a limit": f"{measured.refused:9}",
    }
    return "\n".join(f"{name:52}{figure}" for name, figure in rows.items())


def main() -> None:
    """Run it, and print the table."""
    print(format_table(asyncio.run(measure())))


if __name__ == "__main__":
    main()
