"""Reads webinars through the shared gate until it is killed: `python -m tests.proof.gate_worker JSON`."""

from __future__ import annotations

import asyncio
import json
import random
import sys
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


async def _work(options: dict[str, Any]) -> None:
    store = Store(options["database"], Vault(Fernet.generate_key().decode()))
    budgets = {"light": 900, "medium": 900, "auth": 900, "heavy": options["limit"]}
    gate = RateGate(StoredGateRows(store, "user"), SHARED, budgets=budgets, window=options["window"])
    login = {name: options[name] for name in ("server_url", "client_id")}
    secrets = {name: SecretStr(options[name]) for name in ("client_secret", "jwt")}
    async with aiohttp.ClientSession() as http:
        client = RingCentral(http, gate, clock=SystemClock(), version="0", **login, **secrets)
        await asyncio.gather(*(_read(client, options["webinars"], number) for number in range(8)))


async def _read(client: RingCentral, webinars: list[str], number: int) -> None:
    lanes = list(Lane)
    while True:
        caller = Caller(lanes[number % len(lanes)], patience=600.0, who=f"U{number}")
        await client.webinar(random.choice(webinars), caller)  # noqa: S311 - any of them


if __name__ == "__main__":
    asyncio.run(_work(json.loads(sys.argv[1])))
