"""The gate for the doctor's calls: that of the running bot, where the database shares it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import SystemClock, monotonic
from bot.db.connection import Store, async_url
from bot.db.migrate import SchemaState, schema_state
from bot.db.vault import Vault
from bot.errors import SettingsError
from bot.providers.gate import Gate, LocalGate
from bot.providers.keyed_gate import KeyedGate
from bot.providers.queued_gate import LocalRows
from bot.providers.zoom.limits import ZoomLimits
from bot.settings import RingCentralLogin, Settings, ZoomLogin
from bot.startup.gates import build_gate, build_zoom_gate

TIMEOUT = 10.0


@asynccontextmanager
async def open_gate(settings: Settings, login: RingCentralLogin) -> AsyncIterator[Gate]:
    """The gate that replicas share on PostgreSQL, so that checks beside a running bot exceed no limit.

    With SQLite, or a database that cannot be used as it is, the gate of this process alone.
    """
    store = _store(settings)
    is_shared = store is not None and await _is_up_to_date(store)
    gate: Gate = build_gate(settings.rc_server_url, login, store) if store and is_shared else LocalGate()
    try:
        yield gate
    finally:
        await gate.close()
        if store:
            await store.close()


@asynccontextmanager
async def open_zoom_gate(settings: Settings, login: ZoomLogin) -> AsyncIterator[KeyedGate]:
    """The same for Zoom, whose limits all apps of the account share."""
    store, vault = _store(settings), Vault(settings.encryption_key.get_secret_value())
    if store and await _is_up_to_date(store):
        gate = build_zoom_gate(settings.zoom_api_url, login, store, SystemClock())
    else:
        gate = KeyedGate(LocalRows(monotonic), ZoomLimits(), digest=lambda text: vault.digests(text)[-1])
    try:
        yield gate
    finally:
        await gate.close()
        if store:
            await store.close()


def _store(settings: Settings) -> Store | None:
    try:
        if async_url(settings.database_url).get_backend_name() == "sqlite":
            return None
        return Store(settings.database_url, Vault(settings.encryption_key.get_secret_value()))
    except SettingsError:
        return None


async def _is_up_to_date(store: Store) -> bool:
    try:
        async with asyncio.timeout(TIMEOUT), store.read() as db:
            return await schema_state(db.connection) is SchemaState.CURRENT
    except (TimeoutError, SQLAlchemyError, OSError):
        return False
