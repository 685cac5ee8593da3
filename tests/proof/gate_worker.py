"""One process that reads webinars through the shared gate until it is killed."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import Any

import aiohttp
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.clock import SystemClock
from bot.db.connection import Store
from bot.db.gate_rows import StoredGateRows
from bot.db.vault import Vault
from bot.providers.base import Caller, Lane
from bot.providers.gate import RateGate
from bot.providers.gate_queue import SHARED
from bot.providers.ringcentral.client import RingCentral


@dataclass(frozen=True)
class GateOptions:
    """How to start a worker."""

    database: str
    limit: int
    window: float
    webinars: list[str]
    server_url: str
    client_id: str
    client_secret: str
    jwt: str


async def run(**options: Any) -> None:
    """Read with these `GateOptions`."""
    await _work(GateOptions(**options))


async def _work(options: GateOptions) -> None:
    store = Store(options.database, Vault(Fernet.generate_key().decode()))
    budgets = {"light": 900, "medium": 900, "auth": 900, "heavy": options.limit}
    gate = RateGate(StoredGateRows(store, "user"), SHARED, budgets=budgets, window=options.window)
    async with aiohttp.ClientSession() as http:
        client = RingCentral(
            http,
            gate,
            server_url=options.server_url,
            client_id=options.client_id,
            client_secret=SecretStr(options.client_secret),
            jwt=SecretStr(options.jwt),
            clock=SystemClock(),
            version="0",
        )
        await asyncio.gather(*(_read(client, options.webinars, number) for number in range(8)))


async def _read(client: RingCentral, webinars: list[str], number: int) -> None:
    lanes = list(Lane)
    while True:
        caller = Caller(lanes[number % len(lanes)], patience=600.0, who=f"U{number}")
        await client.webinar(random.choice(webinars), caller)  # noqa: S311 - any of them
