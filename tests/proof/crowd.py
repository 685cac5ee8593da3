"""200 people use webinars of one account for an hour, through two replicas. In simulated time."""

from __future__ import annotations

import asyncio
import itertools
import math
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

import aiohttp
from pydantic import SecretStr

from bot.errors import ProviderBusy, RegistrationClosed
from bot.model.registrant import RegistrantDetails
from bot.providers.base import NOTICE, Caller, Lane, RegistrationChange
from bot.providers.gate import Gate
from bot.providers.ringcentral import RingCentral
from bot.sync.poller import COUNTING
from bot.sync.refresh_limit import FRESH
from sandbox.ringcentral import RingCentral as Vendor
from sandbox.ringcentral import Rules
from tests.proof.simulated_time import START, SimulatedLoop, network, simulated
from tests.support.gate import SharedRows, local_gate, shared_gate
from tests.support.ringcentral import webinar_form

PEOPLE, HOUR, WEBINARS = 200, 3600.0, 12
ACTIONS = {"show": 480, "refresh": 120, "register": 160, "open or close": 40, "create": 24}
"""How often all of them do what in an hour."""
SWEEP = 60.0
"""Seconds between the lists of sessions that one of the replicas reads, each with the count of one of them."""
SEED = 20261130

Gates = Callable[[], Sequence[Gate]]


class Session(NamedTuple):
    """A session that people use."""

    webinar_id: str
    session_id: str


@dataclass
class Hour:
    """What an hour has led to."""

    calls: int = 0
    rejected: int = 0
    penalties: int = 0
    gave_up: int = 0
    waits: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in ACTIONS})
    """Seconds from each action to its result, with its calls."""

    @property
    def all_waits(self) -> list[float]:
        """Those of all actions."""
        return [wait for waits in self.waits.values() for wait in waits]


def percentile(waits: Sequence[float], percent: int) -> float:
    """The wait that so many percent do not exceed."""
    return sorted(waits)[max(0, math.ceil(len(waits) * percent / 100) - 1)]


def shared_gates() -> Sequence[Gate]:
    """Two replicas with one gate, whose rows take a while to change."""
    rows = SharedRows(latency=0.01)
    return [shared_gate(rows) for _ in range(2)]


def local_gates() -> Sequence[Gate]:
    """Two replicas that do not know of each other."""
    return [local_gate() for _ in range(2)]


class Crowd:
    """The people, who do everything through one replica or the other."""

    def __init__(self, clients: Sequence[RingCentral], loop: SimulatedLoop, hour: Hour, rng: random.Random) -> None:
        """Use these replicas."""
        self._clients, self._loop, self._hour, self._rng = clients, loop, hour, rng
        self._sessions: list[Session] = []
        self._read_at: defaultdict[Session, float] = defaultdict(lambda: -math.inf)
        self._locks: defaultdict[tuple[RingCentral, Session], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._numbers = itertools.count(1)
        self._later: list[asyncio.Future[object]] = []

    async def use(self) -> None:
        """Let them act at random times for an hour, and wait for their results."""
        listed = await self._clients[0].sessions(START, COUNTING)
        self._sessions = [Session(one.webinar_id, one.session_id) for one in listed]
        sweeping = asyncio.ensure_future(self._sweep())
        wanted = [(self._rng.uniform(0, HOUR), name) for name, count in ACTIONS.items() for _ in range(count)]
        await asyncio.gather(*(self._act(at, name) for at, name in wanted))
        await asyncio.gather(*self._later, return_exceptions=True)
        sweeping.cancel()

    async def _act(self, at: float, name: str) -> None:
        await asyncio.sleep(at)
        began, client = self._loop.time(), self._rng.choice(self._clients)
        who = f"U{self._rng.randrange(PEOPLE):03}"
        try:
            await self._do(name, client, self._rng.choice(self._sessions), who)
        except ProviderBusy:
            self._hour.gave_up += 1
        self._hour.waits[name].append(self._loop.time() - began)

    async def _do(self, name: str, client: RingCentral, session: Session, who: str) -> None:
        if name == "refresh":
            await self._refresh(client, session, Caller(Lane.LOOK, who=who))
        elif name == "register":
            email = f"guest{next(self._numbers)}@mail.example"
            person = RegistrantDetails(first_name="Zoe", last_name="Lang", email=email)
            with suppress(RegistrationClosed):  # an answer too
                await client.register(session.session_id, person, Caller(Lane.PERSON, who=who))
        elif name == "open or close":
            change = RegistrationChange(is_open=self._rng.random() < 0.9)
            await client.change_registration(session.session_id, change, Caller(Lane.MANAGE, who=who))
        elif name == "create":
            await self._create(client, Caller(Lane.MANAGE, who=who))
        # What is shown comes from the mirror: no call.

    async def _refresh(self, client: RingCentral, session: Session, caller: Caller) -> None:
        """As the mirror does: those who wait share the next read, and what is fresh is not read again."""
        requested = self._loop.time()
        async with self._locks[client, session]:
            read_at = self._read_at[session]
            if read_at <= requested and self._loop.time() - read_at > FRESH.total_seconds():
                await client.registration(session.session_id, caller)
                self._read_at[session] = self._loop.time()

    async def _create(self, client: RingCentral, caller: Caller) -> None:
        form = webinar_form(title=f"New {next(self._numbers)}", start=START + timedelta(days=9))
        webinar = await client.create_webinar(form, None, caller)
        session = await client.create_session(webinar.webinar_id, form, caller)
        # Afterward its registration is read once, for which nobody waits.
        self._later.append(asyncio.ensure_future(client.registration(session.session_id, NOTICE)))

    async def _sweep(self) -> None:
        for client, session in zip(itertools.cycle(self._clients), itertools.cycle(self._sessions), strict=False):
            with suppress(ProviderBusy):
                await client.sessions(START, COUNTING)
                await client.registration(session.session_id, COUNTING)
            await asyncio.sleep(SWEEP)


def simulate_hour(gates: Gates, *, headers: bool, seed: int = SEED) -> Hour:
    """An hour with these gates, and a vendor that sends rate headers or not."""

    async def story(loop: SimulatedLoop) -> Hour:
        rng, hour = random.Random(seed), Hour()  # noqa: S311 - the same hour each time
        rules = Rules(registration_delay=0, rate_headers=headers, token_life=7200)
        vendor = Vendor(loop.clock(), rules=rules)
        await vendor.start()
        for number in range(WEBINARS):
            start = START + timedelta(days=2 + number)
            vendor.create(f"Talk {number}", start, settings={"registrationEnabled": True})
        async with aiohttp.ClientSession(trace_configs=[loop.tracing(network(rng))]) as http:
            clients = [_client(http, vendor, gate, loop) for gate in gates()]
            await Crowd(clients, loop, hour, rng).use()
        await vendor.stop()
        hour.calls, hour.rejected, hour.penalties = len(vendor.calls), vendor.throttled, vendor.penalties
        return hour

    return simulated(story)


def _client(http: aiohttp.ClientSession, vendor: Vendor, gate: Gate, loop: SimulatedLoop) -> RingCentral:
    return RingCentral(
        http,
        gate,
        server_url=vendor.url,
        client_id=vendor.client_id,
        client_secret=SecretStr(vendor.client_secret),
        jwt=SecretStr(vendor.jwt),
        clock=vendor.clock,
        version="0",
        monotonic=loop.time,
    )
