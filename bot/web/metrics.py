"""Metrics for Prometheus. Labels come from fixed sets: no names, no addresses, no workspaces."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web
from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import monotonic
from bot.notices.outbox.lag import OutboxLag, read_lag
from bot.web import zoom_webhooks
from bot.webinars.freshness import oldest_count

if TYPE_CHECKING:
    from bot.providers.exchange import SentCall
    from bot.providers.queued_gate import GateSnapshot
    from bot.services import Services

log = logging.getLogger(__name__)

PATH = "/metrics"
WEBHOOKS = ("/ringcentral/webhook/", zoom_webhooks.PATH)
"""The addresses of webhooks; the first one is followed by a secret."""
HANDSHAKE = "Validation-Token"
"""The header of the answer to a check of the address: it is no delivery."""
ACCEPTED = "accepted"
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Seconds; Slack waits for three."""
TYPES: Mapping[str, str] = {
    "block_actions": "action",
    "view_submission": "submission",
    "view_closed": "closed",
    "event_callback": "event",
    "block_suggestion": "options",
    "shortcut": "shortcut",
    "message_action": "shortcut",
}
"""The label of each type of payload; a command has no type."""
COMMAND, OTHER = "command", "other"
READ_EVERY = 5.0
"""Seconds for which figures of the database are reused: a scraper may ask often."""
READ_TIMEOUT = 2.0
PARTS = ("database", "scheduler", "slack")


class MeasuredApp(AsyncApp):
    """Bolt, with the time from the receipt of a request to its acknowledgment."""

    def __init__(self, acks: AckTimes, **options: Any) -> None:
        """Record in `acks`; `options` are Bolt's."""
        super().__init__(**options)
        self._acks = acks

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Run the listener, which acknowledges before it returns."""
        began = monotonic()
        try:
            return await super().async_dispatch(req)
        finally:
            self._acks.add(req.body, monotonic() - began)


class AckTimes:
    """The times of acknowledgments by type of request."""

    def __init__(self) -> None:
        """Start without any."""
        # Without a registry: prometheus_client's own is global.
        self.histogram = Histogram(
            "greenroom_ack_seconds",
            "Time from the receipt of a request from Slack to its acknowledgment.",
            ["type"],
            buckets=BUCKETS,
            registry=None,
        )
        # A lookup by label takes longer than all the rest.
        self._by_type = {name: self.histogram.labels(name) for name in {*TYPES.values(), COMMAND, OTHER}}

    def add(self, body: Mapping[str, Any], seconds: float) -> None:
        """Record an acknowledgment. Takes a few microseconds."""
        name = COMMAND if "command" in body else TYPES.get(body.get("type", ""), OTHER)
        self._by_type[name].observe(seconds)


@dataclass
class WebhookCounts:
    """Deliveries of webhooks since the start; `received_at` is the time of the last one (domain time)."""

    deliveries: Counter[str] = field(default_factory=Counter)
    """By result."""
    received_at: datetime | None = None


@dataclass(frozen=True)
class Sources:
    """Where the figures come from."""

    services: Services
    gate: Callable[[], Awaitable[GateSnapshot]]
    calls: Callable[[], Mapping[SentCall, int]]
    webhooks: WebhookCounts = field(default_factory=WebhookCounts)


@dataclass(frozen=True)
class _Stored:
    """Figures of the database."""

    lag: OutboxLag
    counted_at: datetime | None


class Metrics:
    """The page of metrics. A scrape reads the state of the parts; only acknowledgments are recorded as they occur."""

    def __init__(self, acks: AckTimes, sources: Sources) -> None:
        """Read from these sources."""
        self.read_every = READ_EVERY
        self._acks = acks
        self._sources = sources
        self._process = ProcessCollector(registry=None)
        self._stored: _Stored | None = None
        self._read_at = -math.inf
        self._reading = asyncio.Lock()

    def add_route(self, app: web.Application) -> None:
        """Add `/metrics`."""
        app.router.add_get(PATH, self._show)

    def watch_webhooks(self, app: web.Application) -> None:
        """Count the answers to the provider's webhooks, whichever handler gives them."""
        app.on_response_prepare.append(self._count_webhook)

    async def _count_webhook(self, request: web.Request, response: web.StreamResponse) -> None:
        if not request.path.startswith(WEBHOOKS):
            return
        counts, result = self._sources.webhooks, _result(response)
        counts.deliveries[result] += 1
        if result == ACCEPTED:
            counts.received_at = self._sources.services.clock.now()

    async def _show(self, _: web.Request) -> web.Response:
        problems = await self._sources.services.problems()
        stored = None if "database" in problems else await self._read()
        registry = CollectorRegistry()
        acks = map(_without_creation, self._acks.histogram.collect())
        gate = await self._sources.gate()
        families = [*acks, *_parts(problems), *_state(self._sources, gate), *_ages(self._sources, stored)]
        for collector in (self._process, _Families(families)):
            registry.register(collector)
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    async def _read(self) -> _Stored | None:
        """The figures of the database; None if it does not answer in time."""
        async with self._reading:
            if monotonic() - self._read_at >= self.read_every:
                try:
                    async with asyncio.timeout(READ_TIMEOUT):
                        self._stored = await self._read_database()
                except (TimeoutError, SQLAlchemyError, OSError) as error:
                    log.warning("metrics.incomplete", extra={"reason": type(error).__name__})
                    self._stored = None
                self._read_at = monotonic()
            return self._stored

    async def _read_database(self) -> _Stored:
        services = self._sources.services
        now = services.clock.now()
        async with services.store.read() as db:
            lag = await read_lag(db, services.account.workspace, now)
            return _Stored(lag, await oldest_count(db, services.account, now))


class _Families(Collector):
    """Families that were computed before."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def _result(response: web.StreamResponse) -> str:
    if HANDSHAKE in response.headers or response.get(zoom_webhooks.HANDSHAKE):
        return "handshake"
    return ACCEPTED if response.status == 200 else "refused" if response.status < 500 else "failed"


def _without_creation(family: Metric) -> Metric:
    """The family without the times at which its series were created, which only other formats can express."""
    family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
    return family


def _parts(problems: Mapping[str, str]) -> Iterator[Metric]:
    up = GaugeMetricFamily("greenroom_part_up", "Whether a part can be used: 1 or 0.", labels=["part"])
    for part in PARTS:
        up.add_metric([part], float(part not in problems))
    yield up


def _state(sources: Sources, gate: GateSnapshot) -> Iterator[Metric]:
    services = sources.services
    jobs = sum(services.scheduler.failed.values())
    errors = {**services.errors, "job": jobs, "task": services.background.failed}
    yield _counter("greenroom_errors", "Errors by kind.", "kind", errors)
    yield _counter("greenroom_drift_repaired", "Changes made elsewhere, by kind.", "kind", services.drift.repaired)
    left = {group: float(calls) for group, calls in gate.left.items()}
    yield _gauge("greenroom_gate_budget_left", "Calls that may be sent now, by rate group.", "group", left)
    waiting = {str(lane): float(count) for lane, count in gate.waiting.items()}
    yield _gauge("greenroom_gate_waiting", "Calls that wait at the gate, by lane.", "lane", waiting)
    calls = CounterMetricFamily(
        "greenroom_provider_calls",
        "Calls to the webinar provider by operation and status; none: no answer.",
        labels=["operation", "status"],
    )
    for sent, count in sorted(sources.calls().items(), key=lambda item: item[0][:2]):
        calls.add_metric([f"{sent.method} {sent.path}", str(sent.status or "none")], count)
    yield calls
    deliveries = sources.webhooks.deliveries
    yield _counter("greenroom_webhook_deliveries", "Deliveries of webhooks by result.", "result", deliveries)


def _ages(sources: Sources, stored: _Stored | None) -> Iterator[Metric]:
    now = sources.services.clock.now()
    moments = {
        "greenroom_sweep_age_seconds": ("Age of the last list of sessions.", sources.services.mirror.swept_at),
        "greenroom_webhook_age_seconds": ("Age of the last delivery of a webhook.", sources.webhooks.received_at),
    }
    if stored:
        about = "Age of the oldest count of an upcoming webinar."
        moments["greenroom_oldest_count_age_seconds"] = (about, stored.counted_at)
        count = float(stored.lag.count)
        yield GaugeMetricFamily("greenroom_outbox_due", "Notices that are due and not accepted by Slack yet.", count)
        lag = (now - stored.lag.oldest).total_seconds() if stored.lag.oldest else 0.0
        yield GaugeMetricFamily("greenroom_outbox_lag_seconds", "How long the oldest of them has been due.", lag)
    for name, (about, moment) in moments.items():
        if moment:
            yield GaugeMetricFamily(name, about, max(0.0, (now - moment).total_seconds()))


def _counter(name: str, about: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, about, labels=[label])
    for value, count in sorted(values.items()):
        family.add_metric([value], count)
    return family


def _gauge(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
