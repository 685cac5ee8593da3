"""Builds the gates of the providers."""

from __future__ import annotations

from hashlib import sha256

from bot.clock import Clock
from bot.db.connection import Store
from bot.db.gate_rows import StoredGateRows
from bot.db.limit_rows import StoredLimitRows
from bot.providers.gate import Gate, LocalGate, RateGate
from bot.providers.gate_queue import SHARED, UNSHARED
from bot.providers.keyed_gate import KeyedGate
from bot.providers.rate_budget import PAGE_PERCENT
from bot.providers.ringcentral.auth import account_user
from bot.providers.zoom.limits import ZoomLimits
from bot.settings import RingCentralLogin, ZoomLogin


def build_gate(server_url: str, login: RingCentralLogin, store: Store, *, page_percent: int = PAGE_PERCENT) -> Gate:
    """Build the gate of RingCentral's service user: replicas that share a database share its state."""
    if store.is_sqlite:
        return LocalGate(page_percent=page_percent)
    user = account_user(server_url, login.client_id, login.jwt)
    return RateGate(StoredGateRows(store, user), SHARED, page_percent=page_percent)


def build_zoom_gate(
    api_url: str, login: ZoomLogin, store: Store, clock: Clock, *, page_percent: int = PAGE_PERCENT
) -> KeyedGate:
    """Build the gate of the Zoom account: Zoom counts the calls of all its apps and users together.

    A restart does not forget the calls of a day, and replicas that share a database share its state.
    """
    account = sha256(f"{api_url.rstrip('/')}\n{login.account_id}".encode()).hexdigest()
    # The oldest key, which stays when a new one is added: counts of a day are found by their digest.
    return KeyedGate(
        StoredLimitRows(store, account),
        ZoomLimits(),
        UNSHARED if store.is_sqlite else SHARED,
        digest=lambda subject: store.vault.digests(subject)[-1],
        page_percent=page_percent,
        today=clock.now,
    )
