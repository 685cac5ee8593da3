"""Our outbox, built as `bot.app` builds it, for all workspaces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

import aiohttp
from cryptography.fernet import Fernet

from bench.rivals.job import AT_ONCE, Run
from bot.clock import SystemClock
from bot.db.connection import Store
from bot.db.vault import Vault
from bot.model.people import Workspace
from bot.notices.outbox.worker import OutboxWorker
from bot.slack.client import SlackApi

POLL = 0.05


@asynccontextmanager
async def worker(database_url: str, slack_url: str, name: str, http: aiohttp.ClientSession) -> AsyncIterator[Run]:
    """One delivery worker."""
    store = Store(database_url, Vault(Fernet.generate_key().decode()))

    @cache
    def slack(workspace: Workspace) -> SlackApi:
        return SlackApi(f"xoxb-{workspace.team_id[1:]}", f"{slack_url}/api/", http)

    delivery = OutboxWorker(name, store, slack, SystemClock(), slots=2 * AT_ONCE)

    async def run() -> None:
        while True:
            await delivery.run()
            await asyncio.sleep(POLL)

    async with store.read():
        yield run
    await store.close()
