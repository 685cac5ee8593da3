"""Builds the gates of the providers."""

from __future__ import annotations

from bot.db.connection import Store
from bot.db.gate_rows import StoredGateRows
from bot.providers.gate import Gate, LocalGate, RateGate
from bot.providers.gate_queue import SHARED
from bot.providers.ringcentral.auth import account_user
from bot.settings import RingCentralLogin


def build_gate(server_url: str, login: RingCentralLogin, store: Store) -> Gate:
    """Build the gate of RingCentral's service user: replicas that share a database share its state."""
    if store.is_sqlite:
        return LocalGate()
    user = account_user(server_url, login.client_id, login.jwt)
    return RateGate(StoredGateRows(store, user), SHARED)
