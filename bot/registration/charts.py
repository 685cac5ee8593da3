"""Collect the figures of a registration's chart from our own counts, with the sources of registrants if requested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.db.connection import Store
from bot.model.registration_source import top_channels
from bot.model.webinar import Registration, Webinar
from bot.providers.base import Caller, WebinarProvider
from bot.registration.chart import Bar, Chart, build_chart, source_bars
from bot.registration.forecast import Forecast, build_forecast
from bot.slack.client import SlackApi
from bot.webinars import count_history
from bot.webinars.count_history import CountReading

MAX_CHANNELS = 20
"""Channels whose names are looked up; registrants from other channels are in the last bar anyway."""


@dataclass(frozen=True)
class RegistrationGrowth:
    """What to show of a registration; no chart if there is too little data."""

    forecast: Forecast
    sources: tuple[Bar, ...] = ()
    chart: Chart | None = None


class RegistrationCharts:
    """The charts of one account's registrations."""

    def __init__(self, store: Store, provider: WebinarProvider, slack: SlackApi) -> None:
        """Keep what the charts are made from."""
        self._store = store
        self._provider = provider
        self._slack = slack

    async def forecast(self, webinar: Webinar, read: Registration, now: datetime) -> Forecast:
        """The forecast of a registration. No vendor call."""
        return build_forecast(await self._counts(webinar), read, start=webinar.start, now=now)

    async def growth(
        self, webinar: Webinar, read: Registration, now: datetime, *, sources_for: Caller | None = None
    ) -> RegistrationGrowth:
        """What to show of a registration: no vendor call, or one per 1,000 registrants with `sources_for`.

        Raises any `ProviderError` of that call.
        """
        counts = await self._counts(webinar)
        bars = await self._sources(webinar, sources_for) if sources_for else []
        forecast = build_forecast(counts, read, start=webinar.start, now=now)
        return RegistrationGrowth(forecast, tuple(bars), build_chart(read, counts, bars))

    async def _counts(self, webinar: Webinar) -> list[CountReading]:
        async with self._store.read() as db:
            return await count_history.of_session(db, webinar.account, webinar.session_id)

    async def _sources(self, webinar: Webinar, caller: Caller) -> list[Bar]:
        registrants = await self._provider.registrants(webinar.session_id, caller)
        sources = [registrant.source for registrant in registrants]
        names = await self._slack.public_channel_names(top_channels(sources, MAX_CHANNELS))
        return source_bars(sources, names)
