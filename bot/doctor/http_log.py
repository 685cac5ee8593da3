"""Counts the calls to each server, and compares its clock with ours by the `Date` of its answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import aiohttp

from bot.doctor.finding import Finding, note, ok, wrong
from bot.providers.names import all_of

PART = "Clock"
SMALL = timedelta(seconds=5)
"""A difference that does not matter: `Date` has whole seconds, and answers take a moment."""
LARGE = timedelta(minutes=1)
"""A difference to correct: requests older than five minutes are refused as replays, and tokens expire early."""
REMEDY = "Synchronize the clock of this machine, for example with NTP."


class HttpLog:
    """The requests of a client session."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """`now` is the clock to compare."""
        self._now = now
        self.calls: Counter[str] = Counter()
        """By host and port."""
        self._skews: dict[str, timedelta] = {}

    def trace(self) -> aiohttp.TraceConfig:
        """The configuration for a client session."""
        config = aiohttp.TraceConfig()
        config.on_request_end.append(self._ended)
        return config

    async def _ended(self, _: aiohttp.ClientSession, __: SimpleNamespace, end: aiohttp.TraceRequestEndParams) -> None:
        host = end.url.authority
        self.calls[host] += 1
        try:
            sent = parsedate_to_datetime(end.response.headers.get("Date", ""))
        except ValueError:
            return
        self._skews.setdefault(host, self._now() - sent.replace(tzinfo=sent.tzinfo or UTC))

    def check(self, servers: dict[str, str]) -> Finding:
        """Compare our clock with those of these servers, names by host and port."""
        known = {name: self._skews[host] for host, name in servers.items() if host in self._skews}
        if not known:
            return note(PART, "no server has said what time it is")
        name, skew = max(known.items(), key=lambda item: abs(item[1]))
        if abs(skew) <= SMALL:
            return ok(PART, f"agrees with the clocks of {all_of(tuple(known))}")
        direction = "ahead of" if skew > timedelta() else "behind"
        text = f"{abs(skew).total_seconds():.0f} seconds {direction} the clock of {name}"
        return wrong(PART, text, REMEDY) if abs(skew) > LARGE else note(PART, text, REMEDY)
