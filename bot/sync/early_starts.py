"""Finds out whether a session that is active before its start is live, or its hosts only practice."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import ProviderError
from bot.model.ability import Ability
from bot.model.webinar import Status, Webinar
from bot.providers.base import Caller, Lane

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.providers.base import WebinarProvider
    from bot.sync.mirror import Mirror
    from bot.sync.reader import WebinarReader

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
"""The time between two looks at the same session."""
LOOKING = Caller(Lane.UPKEEP, patience=5)
"""A read that cannot be sent within seconds is dropped: the next look comes in a minute."""


class EarlyStarts:
    """Looks at the sessions of one account that are active before their start."""

    def __init__(self, provider: WebinarProvider, mirror: Mirror, reader: WebinarReader, clock: Clock) -> None:
        """Nothing has been looked at."""
        self._provider = provider
        self._mirror = mirror
        self._reader = reader
        self._clock = clock
        self._looked_at: dict[str, datetime] = {}

    async def look(self) -> bool:
        """Look at the session that is most overdue (one call), if one is due. Whether one has begun early.

        If the provider does not show it, or cannot answer, the session counts as a practice. Raises no `ProviderError`.
        """
        now = self._clock.now()
        may_be_live = {one.session_id: one for one in await self._mirror.everything(now) if _may_be_live(one, now)}
        self._looked_at = {key: at for key, at in self._looked_at.items() if key in may_be_live}
        due = [one for one in may_be_live.values() if now - self._looked_at.get(one.session_id, now - EVERY) >= EVERY]
        if not due or not self._mirror.budget.left:
            return False
        webinar = min(due, key=lambda one: (one.session_id in self._looked_at, one.start))
        self._looked_at[webinar.session_id] = now
        return await self._read(webinar)

    async def _read(self, webinar: Webinar) -> bool:
        self._mirror.budget.spend()
        try:
            session = await self._provider.past_session(webinar.webinar_id, webinar.session_id, LOOKING)
        except ProviderError as error:
            log.info("sync.early_start_unknown", extra={"session": webinar.session_id, "code": error.code})
            return False
        if session.live_from is None or session.live_from >= webinar.start:
            return False
        await self._reader.set_live_from(webinar, session.live_from)
        return True


def _may_be_live(webinar: Webinar, now: datetime) -> bool:
    is_early = webinar.status is Status.ACTIVE and now < webinar.start
    return is_early and webinar.live_from is None and Ability.HISTORY in webinar.abilities
