"""`python -m bench.freshness`: how soon a card shows what changed at RingCentral, with and without webhooks."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import statistics
import sys
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.batch import bot_settings
from bench.processes import output
from bench.timers import run_in_fast_time
from tests.proof.fast_time import speed_up_database

if TYPE_CHECKING:
    from bot.app import Greenroom
    from sandbox.ringcentral import RingCentral
    from sandbox.slack import Slack
    from tests.proof.fast_time import FastTime

SPEED = {False: 30.0, True: 5.0}
"""How fast time runs, by whether there are webhooks: their delays are seconds, which a faster time would blur."""
POLL = {False: 5.0, True: 0.25}
"""Seconds of fast time between two looks at the cards, by whether there are webhooks."""
WARM_UP = timedelta(minutes=30)
"""Longest time for the first reads; after it, the others are next, like any session that was read longest ago."""
ENOUGH = 50
"""Registrations measured without webhooks, at least: rounds of one in every session."""
TITLES = {False: 8, True: 4}
"""Titles changed, one after the other, by whether there are webhooks."""
SAMPLES = 20
"""Registrations measured with webhooks."""
BETWEEN = 20.0
"""Seconds of fast time between two of them."""
PATIENCE = timedelta(hours=6)
MINUTE, HOUR = 60.0, 3600.0
USER, CHANNEL = "ana", "#launch"


@dataclass(frozen=True)
class Setup:
    """What is measured; with `postgres` on PostgreSQL, which several replicas need."""

    sessions: int
    webhooks: bool
    replicas: int = 1
    postgres: bool = False


@dataclass(frozen=True)
class Result:
    """The delays in seconds of fast time, and what was called meanwhile."""

    registrations: list[float]
    titles: list[float]
    calls: int
    seconds: float
    penalties: int

    @property
    def calls_an_hour(self) -> float:
        """Calls to the webinar services for each hour of fast time."""
        return self.calls / self.seconds * HOUR

    @property
    def changes_an_hour(self) -> float:
        """How often the bench changed something in each hour of fast time."""
        return (len(self.registrations) + len(self.titles)) / self.seconds * HOUR


SETUPS = [
    *(Setup(sessions, webhooks) for webhooks in (False, True) for sessions in (10, 100, 500)),
    *(Setup(100, webhooks, replicas, postgres=True) for webhooks in (False, True) for replicas in (1, 2)),
]


class Observer:
    """Changes sessions at the stand-in, and waits until their cards show it."""

    def __init__(self, setup: Setup, fast_time: FastTime, slack: Slack, ringcentral: RingCentral) -> None:
        """Know no cards yet."""
        self._setup = setup
        self._fast_time = fast_time
        self._slack = slack
        self._ringcentral = ringcentral
        self._random = random.Random(setup.sessions)  # noqa: S311 - it decides the order of the changes
        self.cards: dict[str, str] = {}
        """The message of each session's card."""
        self._registered: dict[str, int] = {}

    async def measure(self) -> Result:
        """Make all changes of this setup."""
        before, began = self._calls(), self._fast_time.monotonic()
        if self._setup.webhooks:
            registrations, titles = await self._one_by_one(), await self._titles()
        else:
            registrations, titles = await asyncio.gather(self._rounds(), self._titles())
        seconds = self._fast_time.monotonic() - began
        return Result(registrations, titles, self._calls() - before, seconds, self._ringcentral.penalties)

    async def _rounds(self) -> list[float]:
        """Register in every session at once: each wait is that of a registration at any point of the rotation."""
        waits = []
        for _ in range(max(1, ENOUGH // self._setup.sessions)):
            await asyncio.sleep(self._random.uniform(0, 5 * MINUTE))
            waits += await self._until_shown({session: self._register(session) for session in self.cards})
        return waits

    async def _titles(self) -> list[float]:
        waits = []
        for number in range(TITLES[self._setup.webhooks]):
            await asyncio.sleep(self._random.uniform(0, 5 * MINUTE))
            waits += await self._until_shown(self._rename(number))
        return waits

    async def _one_by_one(self) -> list[float]:
        """Register in one session at a time."""
        waits = []
        for _ in range(SAMPLES):
            await asyncio.sleep(BETWEEN)
            session = self._random.choice(list(self.cards))
            waits += await self._until_shown({session: self._register(session)})
        return waits

    def _register(self, session: str) -> str:
        """Register one person; returns what its card is to show."""
        self._ringcentral.register(session)
        self._registered[session] = self._registered.get(session, 0) + 1
        return f"{self._registered[session]} registered"

    def _rename(self, number: int) -> dict[str, str]:
        session, title = self._random.choice(list(self.cards)), f"Changed title {number}"
        self._ringcentral.edit(session, title=title)
        return {session: title}

    async def _until_shown(self, expected: dict[str, str]) -> list[float]:
        """How long it takes until the card of each session contains these words."""
        began, waits = self._fast_time.monotonic(), []
        async with asyncio.timeout(PATIENCE.total_seconds()):
            while expected:
                await asyncio.sleep(POLL[self._setup.webhooks])
                shown = {one.ts: one.words for one in self._slack.messages(CHANNEL) if not one.ephemeral_to}
                fresh = [one for one, words in expected.items() if words in shown[self.cards[one]]]
                waits += [self._fast_time.monotonic() - began] * len(fresh)
                expected = {one: words for one, words in expected.items() if one not in fresh}
        return waits

    def _calls(self) -> int:
        return sum(call.path.startswith("/webinar/") for call in self._ringcentral.calls)


async def measure(fast_time: FastTime, setup: Setup) -> Result:
    """Start the bot with so many upcoming sessions, each with a card, and measure."""
    # Imported here: the clocks are set before the import of any module that uses one.
    from sandbox.clock import SandboxClock
    from sandbox.ringcentral import RingCentral
    from sandbox.slack import Slack

    async with AsyncExitStack() as stack:
        slack, ringcentral = Slack(SandboxClock()), RingCentral(fast_time.clock())
        for server in (slack, ringcentral):
            await server.start()
            stack.push_async_callback(server.stop)
        slack.world.limits.messages_per_second = None  # of which a second would be half a minute here
        ringcentral.rules.webhook_permission = False  # webhooks need no permission of their own
        start = ringcentral.clock.now() + timedelta(days=3)
        for number in range(setup.sessions):
            ringcentral.create(f"Webinar {number}", start, settings={"registrationEnabled": True})
        bot = await _bots(stack, setup, fast_time, slack, ringcentral)
        observer = Observer(setup, fast_time, slack, ringcentral)
        observer.cards = await _share(bot, slack, setup)
        await _warm_up(fast_time, bot, ringcentral, setup)
        return await observer.measure()


async def _bots(
    stack: AsyncExitStack, setup: Setup, fast_time: FastTime, slack: Slack, ringcentral: RingCentral
) -> Greenroom:
    """Start the replicas; returns the first, which RingCentral delivers to."""
    from bot.app import build

    settings = bot_settings(slack, ringcentral, await _database(stack, setup, fast_time))
    ports = [_free_port() for _ in range(setup.replicas)]
    public_url = f"http://127.0.0.1:{ports[0]}" if setup.webhooks else ""
    bots = []
    for port in ports:
        update = {"port": port, "public_url": public_url}
        bots.append(await build(settings.model_copy(update=update), ringcentral.clock))
        stack.push_async_callback(bots[-1].stop)
    return bots[0]


async def _database(stack: AsyncExitStack, setup: Setup, fast_time: FastTime) -> str:
    if not setup.postgres:
        return f"sqlite:///{Path(stack.enter_context(TemporaryDirectory())) / 'greenroom.db'}"
    from tests.support.databases import running_postgres

    url = await stack.enter_context(running_postgres()).migrated()
    await speed_up_database(url, fast_time)
    return url


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def _share(bot: Greenroom, slack: Slack, setup: Setup) -> dict[str, str]:
    """Post the card of every session."""
    mirror = bot.services.mirror
    while len(webinars := await mirror.everything()) < setup.sessions:  # noqa: ASYNC110 - the bot signals no list
        await asyncio.sleep(1.0)
    channel, user = slack.channel(CHANNEL).id, slack.user_id(USER)
    cards = {}
    for webinar in webinars:
        posted, _ = await bot.services.cards.share(webinar, channel, user)
        cards[webinar.session_id] = posted.message_ts
    return cards


async def _warm_up(fast_time: FastTime, bot: Greenroom, ringcentral: RingCentral, setup: Setup) -> None:
    """Wait until every registration was read once, but not for ever; with webhooks, for the subscription."""
    until = fast_time.monotonic() + WARM_UP.total_seconds()
    while fast_time.monotonic() < until:
        await asyncio.sleep(POLL[False])
        if setup.webhooks and any(one.filters for one in ringcentral.world.state.subscriptions.values()):
            await asyncio.sleep(MINUTE)  # until the list was read that follows a new subscription
            return
        if not setup.webhooks and all(one.registration for one in await bot.services.mirror.everything()):
            return


def format_row(setup: Setup, result: Result) -> str:
    """A line of the table."""
    name = f"{'webhooks' if setup.webhooks else 'polling'}, {setup.sessions} sessions"
    if setup.postgres:
        name += f", PostgreSQL, {setup.replicas} replica{'s' if setup.replicas > 1 else ''}"
    spreads = [
        f"{statistics.median(waits):9.1f} ({min(waits):.1f}–{max(waits):.1f}; {len(waits)})"
        for waits in (result.registrations, result.titles)
    ]
    figures = f"{result.calls_an_hour:9.0f}{result.changes_an_hour:9.0f}{result.penalties:5}"
    return f"{name:48}{spreads[0]:36}{spreads[1]:32}{figures}"


def run_setup(setup: Setup) -> Result:
    """Measure one setup in this process, whose clocks then run fast."""
    return run_in_fast_time(partial(measure, setup=setup), SPEED[setup.webhooks])


def main() -> None:
    """Measure the setup that is given as JSON; without one all of them, each in a process of its own."""
    if sys.argv[1:]:
        print(json.dumps(asdict(run_setup(Setup(**json.loads(sys.argv[1]))))))
        return
    titles = f"{'a registration':36}{'a title':32}{'calls/h':>9}{'changes':>9}{'429':>5}"
    print(f"{'seconds: median (min–max; number)':48}{titles}")
    for setup in SETUPS:
        printed = asyncio.run(output("bench.freshness", json.dumps(asdict(setup))))
        print(format_row(setup, Result(**json.loads(printed.splitlines()[-1]))), flush=True)


if __name__ == "__main__":
    main()
