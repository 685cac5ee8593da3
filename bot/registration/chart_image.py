"""Create the chart image of a registration from our own counts, with the sources of registrants if requested."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.db.connection import Store
from bot.errors import GreenroomError
from bot.model.webinar import Registration, Webinar
from bot.providers.base import Caller, WebinarProvider
from bot.registration.chart import Bar, Chart, build_chart, source_bars, top_channels
from bot.registration.forecast import Forecast, build_forecast
from bot.slack.client import SlackApi
from bot.webinars import count_history
from bot.webinars.count_history import CountReading

log = logging.getLogger(__name__)

DRAW_COMMAND = (sys.executable, "-m", "bot.registration.draw_chart")
PROJECT_ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 30.0
"""Seconds of machine time after which drawing is aborted; it takes one or two."""
MAX_CHANNELS = 20
"""Channels whose names are looked up; registrants from other channels are in the last bar anyway."""


@dataclass(frozen=True)
class ChartImage:
    """What to show of a registration. `png` is empty if drawing failed, or if there is too little data."""

    forecast: Forecast
    sources: tuple[Bar, ...] = ()
    is_too_early: bool = False
    png: bytes = field(default=b"", repr=False)


class ChartImages:
    """The charts of one account's registrations, drawn one at a time in a separate process."""

    def __init__(
        self,
        store: Store,
        provider: WebinarProvider,
        slack: SlackApi,
        command: Sequence[str] = DRAW_COMMAND,
        patience: float = TIMEOUT,
    ) -> None:
        """`command` reads a Chart as JSON and writes a PNG."""
        self._store = store
        self._provider = provider
        self._slack = slack
        self._command = command
        self._patience = patience
        self._lock = asyncio.Lock()

    async def forecast(self, webinar: Webinar, read: Registration, now: datetime) -> Forecast:
        """The forecast of a registration. No vendor call."""
        return build_forecast(await self._counts(webinar), read, start=webinar.start, now=now)

    async def create(
        self, webinar: Webinar, read: Registration, now: datetime, *, sources_for: Caller | None = None
    ) -> ChartImage:
        """What to show of a registration: no vendor call, or one per 1,000 registrants with `sources_for`.

        Raises any `ProviderError` of that call.
        """
        counts = await self._counts(webinar)
        forecast = build_forecast(counts, read, start=webinar.start, now=now)
        bars = await self._sources(webinar, sources_for) if sources_for else []
        chart = build_chart(webinar, read, counts, bars)
        if chart is None:
            return ChartImage(forecast, tuple(bars), is_too_early=True)
        return ChartImage(forecast, tuple(bars), png=await self.draw(chart))

    async def draw(self, chart: Chart) -> bytes:
        """The chart as a PNG; empty if drawing failed or took too long."""
        # Matplotlib caches fonts and reads settings in its configuration folder: use a folder of our own.
        async with self._lock:
            with TemporaryDirectory(prefix="greenroom-") as folder:
                try:
                    async with asyncio.timeout(self._patience):
                        return await self._run(chart.model_dump_json().encode(), folder)
                except (TimeoutError, OSError) as error:
                    log.warning("chart.failed", extra={"reason": type(error).__name__})
                    return b""

    async def _run(self, chart_json: bytes, folder: str) -> bytes:
        # An empty environment: the subprocess must not inherit our secrets.
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=PROJECT_ROOT,
            env={"MPLCONFIGDIR": folder},
        )
        try:
            png, stderr = await process.communicate(chart_json)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0 or not png:
            log.warning("chart.failed", extra={"reason": _error_kind(stderr), "exit_code": process.returncode})
            return b""
        return png

    async def _counts(self, webinar: Webinar) -> list[CountReading]:
        async with self._store.read() as db:
            return await count_history.of_session(db, webinar.account, webinar.session_id)

    async def _sources(self, webinar: Webinar, caller: Caller) -> list[Bar]:
        registrants = await self._provider.registrants(webinar.session_id, caller)
        sources = [registrant.source for registrant in registrants]
        names = await self._names(top_channels(sources, MAX_CHANNELS))
        return source_bars(sources, names)

    async def _names(self, channels: Iterable[str]) -> dict[str, str]:
        names = {}
        for channel in channels:
            try:
                names[channel] = await self._slack.public_channel_name(channel)
            except GreenroomError:
                break  # Slack is busy or unavailable: a channel without a name is shown as private
        return names


def _error_kind(stderr: bytes) -> str:
    """The type of the error in the subprocess's stderr, without the message, which may contain its input."""
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1].partition(":")[0][:80] if lines else ""
