"""Has the picture of a registration drawn from our own figures, and with where people came from where asked for."""

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
from bot.registration.forecast import Forecast, forecast
from bot.slack.client import SlackApi
from bot.webinars import count_history
from bot.webinars.count_history import CountReading

log = logging.getLogger(__name__)

DRAW_COMMAND = (sys.executable, "-m", "bot.registration.draw_chart")
PROJECT_ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 30.0
"""Seconds of machine time after which a picture is given up; it takes one or two."""
MAX_CHANNELS = 20
"""Channels whose names are asked for; people who came from others are in the bar of the rest anyway."""


@dataclass(frozen=True)
class ChartImage:
    """What there is to show of a registration. `png` is empty where it could not be drawn, or `is_too_early` to."""

    forecast: Forecast
    sources: tuple[Bar, ...] = ()
    is_too_early: bool = False
    png: bytes = field(default=b"", repr=False)


class ChartImages:
    """The pictures of one account's registrations, drawn one at a time in a process of their own."""

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
        self._turn = asyncio.Lock()

    async def forecast(self, webinar: Webinar, read: Registration, now: datetime) -> Forecast:
        """What can be said of a registration beyond its figure; no vendor call."""
        return forecast(await self._figures(webinar), read, start=webinar.start, now=now)

    async def create(
        self, webinar: Webinar, read: Registration, now: datetime, *, sources_for: Caller | None = None
    ) -> ChartImage:
        """What there is to show of a registration: no vendor call, or one per 1,000 registrants with `sources_for`.

        Raises any `ProviderError` of that call.
        """
        figures = await self._figures(webinar)
        told = forecast(figures, read, start=webinar.start, now=now)
        bars = await self._sources(webinar, sources_for) if sources_for else []
        wanted = build_chart(webinar, read, figures, bars)
        if wanted is None:
            return ChartImage(told, tuple(bars), is_too_early=True)
        return ChartImage(told, tuple(bars), png=await self.draw(wanted))

    async def draw(self, wanted: Chart) -> bytes:
        """The picture as PNG; nothing where it failed or took too long."""
        # The library keeps a list of fonts, and reads settings, wherever it is told to: nobody else's.
        async with self._turn:
            with TemporaryDirectory(prefix="greenroom-") as folder:
                try:
                    async with asyncio.timeout(self._patience):
                        return await self._run(wanted.model_dump_json().encode(), folder)
                except (TimeoutError, OSError) as error:
                    log.warning("picture.not_drawn", extra={"reason": type(error).__name__})
                    return b""

    async def _run(self, chart_json: bytes, folder: str) -> bytes:
        # An environment of its own: what draws needs none of our secrets.
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=PROJECT_ROOT,
            env={"MPLCONFIGDIR": folder},
        )
        try:
            png, said = await process.communicate(chart_json)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0 or not png:
            log.warning("picture.not_drawn", extra={"reason": _error_kind(said), "exit_code": process.returncode})
            return b""
        return png

    async def _figures(self, webinar: Webinar) -> list[CountReading]:
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
                break  # Slack is busy or away: without a name it counts as private
        return names


def _error_kind(said: bytes) -> str:
    """What kind of error a program ended with, without its words: they may hold what it was given."""
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1].partition(":")[0][:80] if lines else ""
