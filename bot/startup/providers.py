"""Builds the providers that have a login in the settings, each with its gate."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import aiohttp

from bot.clock import Clock
from bot.db.connection import Store
from bot.providers.event_ref import RINGCENTRAL, ZOOM
from bot.providers.exchange import SentCall
from bot.providers.gate import Gate
from bot.providers.keyed_gate import KeyedGate
from bot.providers.queued_gate import GateSnapshot, joint_snapshot
from bot.providers.ringcentral.client import RingCentral
from bot.providers.ringcentral.transport import TIMEOUT
from bot.providers.routing import RoutingProvider
from bot.providers.zoom.client import Zoom
from bot.settings import RingCentralLogin, Settings, ZoomLogin
from bot.startup.gates import build_gate, build_zoom_gate


@dataclass(frozen=True)
class ProviderTiming:
    """The timeout of a provider request in seconds, and how to wait before a retry."""

    timeout: float = TIMEOUT
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


USUAL_TIMING = ProviderTiming()


@dataclass(frozen=True)
class Providers:
    """The providers of a workspace, and what is measured of them."""

    provider: RoutingProvider
    gates: Mapping[str, Gate | KeyedGate]
    """By the prefix of their provider."""
    clients: tuple[RingCentral | Zoom, ...]

    def calls(self) -> Mapping[SentCall, int]:
        """How often each operation was called since the start, by the status of the answer."""
        return sum((Counter(client.calls) for client in self.clients), Counter())

    async def snapshot(self) -> GateSnapshot:
        """The state of all gates; the groups of the first provider are named as always, others with their prefix."""
        return await joint_snapshot({prefix: gate.snapshot for prefix, gate in self.gates.items()})


def build_providers(
    settings: Settings, store: Store, http: aiohttp.ClientSession, clock: Clock, pace: ProviderTiming
) -> Providers:
    """Build every provider that the settings have a login of: RingCentral first, if it is one of them."""
    gates: dict[str, Gate | KeyedGate] = {}
    clients: dict[str, RingCentral | Zoom] = {}
    if settings.ringcentral:
        gates[RINGCENTRAL] = gate = build_gate(
            settings.rc_server_url, settings.ringcentral, store, page_percent=settings.page_share
        )
        clients[RINGCENTRAL] = _ringcentral(settings, settings.ringcentral, gate, http, clock, pace)
    if settings.zoom:
        gates[ZOOM] = zoom_gate = build_zoom_gate(
            settings.zoom_api_url, settings.zoom, store, clock, page_percent=settings.page_share
        )
        clients[ZOOM] = _zoom(settings, settings.zoom, zoom_gate, http, clock, pace)
    return Providers(RoutingProvider(clients), gates, tuple(clients.values()))


def _ringcentral(
    settings: Settings,
    login: RingCentralLogin,
    gate: Gate,
    http: aiohttp.ClientSession,
    clock: Clock,
    pace: ProviderTiming,
) -> RingCentral:
    return RingCentral(
        http,
        gate,
        server_url=settings.rc_server_url,
        client_id=login.client_id,
        client_secret=login.client_secret,
        jwt=login.jwt,
        clock=clock,
        version=_version(),
        timeout=pace.timeout,
        sleep=pace.sleep,
    )


def _zoom(
    settings: Settings,
    login: ZoomLogin,
    gate: KeyedGate,
    http: aiohttp.ClientSession,
    clock: Clock,
    pace: ProviderTiming,
) -> Zoom:
    return Zoom(
        http,
        gate,
        api_url=settings.zoom_api_url,
        oauth_url=settings.zoom_oauth_url,
        account_id=login.account_id,
        client_id=login.client_id,
        client_secret=login.client_secret,
        clock=clock,
        version=_version(),
        timeout=pace.timeout,
        sleep=pace.sleep,
    )


def _version() -> str:
    try:
        return version("greenroom")
    except PackageNotFoundError:
        return "checkout"
