"""The reminders that the bot has planned and not yet scheduled at Slack, as its own process names them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

SETTLES = 0.4
"""Seconds after a change at a stand-in in which the bot has usually planned again; a later change is a new signal."""

Planned = list[dict[str, Any]]


class PlannedReminders:
    """Asks the bot after changes at the stand-ins; no stand-in can know what the bot plans."""

    def __init__(self, ask: Callable[[], Awaitable[Planned]], changed: Callable[[], None]) -> None:
        """Call `changed` whenever `listed` has changed."""
        self.listed: Planned = []
        self._ask = ask
        self._changed = changed
        self._signal = asyncio.Event()

    def note_change(self) -> None:
        """Something has changed at a stand-in, perhaps because of the bot."""
        self._signal.set()

    async def follow(self) -> None:
        """Ask after each change, until canceled."""
        while True:
            await self._signal.wait()
            await asyncio.sleep(SETTLES)
            self._signal.clear()
            await self.refresh()

    async def refresh(self) -> None:
        """Ask now."""
        listed = await self._ask()
        if listed != self.listed:
            self.listed = listed
            self._changed()
