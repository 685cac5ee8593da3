"""Reconciles a creation whose outcome is unknown: finds its webinar, or removes it if it appears late."""

from __future__ import annotations

import logging
from datetime import timedelta

from bot.clock import Clock
from bot.creation import table as creation_table
from bot.creation.table import Creation
from bot.db.connection import Store
from bot.errors import ProviderError
from bot.model.webinar import WebinarFacts
from bot.providers.base import NOTICE, Caller, WebinarProvider

log = logging.getLogger(__name__)

MIN_AGE = timedelta(minutes=1)
"""A webinar younger than this may still get its date from the user who created it."""


class StillUnclear(ProviderError):
    """Whether the webinar was created could not be looked up."""


class CreationReconciler:
    """Finds the webinar of a creation among what the provider lists."""

    def __init__(self, store: Store, provider: WebinarProvider, clock: Clock) -> None:
        """Search at this provider."""
        self._store = store
        self._provider = provider
        self._clock = clock
        self.min_age = MIN_AGE

    async def find(self, creation: Creation, caller: Caller) -> WebinarFacts | None:
        """The webinar of this creation, if exactly one matches. Raises `StillUnclear`."""
        try:
            candidates = await self._candidates(creation, caller)
        except ProviderError as error:
            raise StillUnclear(error.sentence) from error
        async with self._store.read() as db:
            is_ambiguous = await creation_table.is_title_watched(db, creation)
        # Of several, or if another one of this title may appear late, ours is unknown: accept none; the watch removes
        # them all.
        return candidates[0] if len(candidates) == 1 and not is_ambiguous else None

    async def remove_late(self, creation: Creation) -> bool:
        """Remove a webinar of this creation that appeared late. False if too early to tell. Raises `ProviderError`."""
        late = await self._candidates(creation, NOTICE)
        if await self._may_be_another(creation, late):
            return False
        for webinar in late:
            log.warning("creation.late_webinar_removed", extra={"webinar": webinar.webinar_id})
            await self._provider.delete_webinar(webinar.webinar_id, NOTICE)
        return True

    async def _candidates(self, creation: Creation, caller: Caller) -> list[WebinarFacts]:
        """The webinars that this creation may have made."""
        async with self._store.read() as db:
            excluded = await creation_table.created_webinar_ids(db, creation.account)
        request = creation.request
        return await self._provider.candidates(request.form, request.host, creation.begun_at, excluded, caller)

    async def _may_be_another(self, creation: Creation, late: list[WebinarFacts]) -> bool:
        # Read after the list: a creation that has begun since then cannot be in it.
        async with self._store.read() as db:
            is_title_busy = await creation_table.is_title_under_way(db, creation.account, creation.request.form.title)
            created = await creation_table.created_webinar_ids(db, creation.account)
        latest = self._clock.now() - self.min_age
        return is_title_busy or any(one.webinar_id in created or one.created_at > latest for one in late)
