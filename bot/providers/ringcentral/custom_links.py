"""The custom links of a registrant: which of them RingCentral takes.

The guide lets callers set `joinUri` and `cancellationUri`, the reference calls both read-only: RingCentral may keep,
ignore or refuse them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from bot.clock import monotonic
from bot.errors import ProviderRefused
from bot.model.registrant import MAX_LINK, RegistrantDetails

JOIN, CANCEL = "joinUri", "cancellationUri"
REMEMBERED = 3600.0
"""Seconds for which no more links to a site are sent after one was refused."""


class CustomLinks:
    """The sites whose links RingCentral has refused."""

    def __init__(self, monotonic: Callable[[], float] = monotonic) -> None:
        """Start without refusals."""
        self._monotonic = monotonic
        self._refused_until: dict[str, float] = {}

    def of(self, details: RegistrantDetails) -> dict[str, str]:
        """The links to send: those that are short enough, and whose site was not refused."""
        now = self._monotonic()
        return {
            name: link
            for name, link in links_of(details).items()
            if len(link) <= MAX_LINK and self._refused_until.get(_site(link), now) <= now
        }

    def note_refusal(self, refusal: ProviderRefused, links: Mapping[str, str]) -> bool:
        """Whether the refusal is about one of these links: then remember its site."""
        name = refusal.parameter.rpartition(".")[2]
        if refusal.status != 400 or name not in links:
            return False
        self._refused_until[_site(links[name])] = self._monotonic() + REMEMBERED
        return True


def links_of(details: RegistrantDetails) -> dict[str, str]:
    """The requested links by RingCentral's names."""
    links = {JOIN: details.join_page.get_secret_value(), CANCEL: details.cancel_page.get_secret_value()}
    return {name: link for name, link in links.items() if link}


def _site(link: str) -> str:
    return urlsplit(link).netloc.lower()
