"""The requests by which a setup with Zoom is checked. They change nothing."""

from __future__ import annotations

from bot.providers.caller import Caller, Lane
from bot.providers.zoom.lists_api import ListsApi

CHECKING = Caller(Lane.LOOK, patience=5.0)
"""One repeat after an error, and no wait for the rate limit: users of the running bot go first."""


class ZoomProbe(ListsApi):
    """Zoom as the app of the account. Every method may raise any `ProviderError`."""

    async def licensed_users(self) -> int:
        """How many users of the account can host what has registration. One call per 300 users."""
        return len(await self.coworkers(CHECKING))
