"""Reads the page of metrics of a running bot."""

from __future__ import annotations

from collections.abc import Iterable

import aiohttp
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.support.world import World


class MetricsPage:
    """One scrape."""

    def __init__(self, text: str) -> None:
        """Parse the text as Prometheus does."""
        self.families: list[Metric] = list(text_string_to_metric_families(text))

    def value(self, name: str, **labels: str) -> float | None:
        """The value of this sample; None if the page does not have it."""
        found = [
            sample.value
            for family in self.families
            for sample in family.samples
            if sample.name == name and sample.labels == labels
        ]
        return found[0] if found else None

    def values(self, name: str, label: str) -> dict[str, float]:
        """The samples with this name by the value of a label."""
        samples = [sample for family in self.families for sample in family.samples if sample.name == name]
        return {sample.labels[label]: sample.value for sample in samples}

    @property
    def label_values(self) -> Iterable[tuple[str, str]]:
        """All labels with their values."""
        return {pair for family in self.families for sample in family.samples for pair in sample.labels.items()}


async def scrape(world: World) -> MetricsPage:
    """Read the metrics of the running bot, without its cache."""
    async with aiohttp.ClientSession() as http, http.get(f"{world.bot.url}/metrics") as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return MetricsPage(await response.text())
