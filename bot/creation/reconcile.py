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
from bot.providers.directories import Directories

log = logging.getLogger(__name__)

CLOCK_SKEW = timedelta(minutes=2)
"""How far the provider's clock may be behind ours when we look for a webinar by when it was created."""
CREATED_WITHIN = timedelta(minutes=6)
"""A webinar created longer than this after we began is not ours: waits at our gate and for an answer are shorter."""
MIN_AGE = timedelta(minutes=1)
"""A webinar younger than this may still get its date from the user who created it."""
DAY = timedelta(days=1)


class StillUnclear(ProviderError):
    """Whether the webinar was created could not be looked up."""


class CreationReconciler:
    """Recognizes our webinar by its title, its creation time, and its missing date, which we would have added."""

    def __init__(self, store: Store, provider: WebinarProvider, directory: Directories, clock: Clock) -> None:
        """Search at this provider."""
        self._store = store
        self._provider = provider
        self._directory = directory
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
        """The webinars without a date that this creation may have made: one call, none if it cannot help."""
        form, chosen = creation.request.form, creation.request.host
        user = self._directory.at(form.provider).service_user
        if chosen and user and chosen.user_id != user.user_id:
            return []  # The provider lists only webinars that the service user itself hosts
        async with self._store.read() as db:
            excluded = await creation_table.created_webinar_ids(db, creation.account)
        found: list[WebinarFacts] = []
        title, since, host = creation.request.form.title, creation.begun_at - CLOCK_SKEW, creation.request.host
        while webinar := await self._provider.find_webinar(title, since, excluded, caller):
            excluded |= {webinar.webinar_id}
            is_in_time = webinar.created_at < creation.begun_at + CREATED_WITHIN
            if is_in_time and (host is None or webinar.host_user_id == host.user_id):
                found.append(webinar)
        if not found:
            return []
        dated = {session.webinar_id for session in await self._provider.sessions(self._clock.now() - DAY, caller)}
        return [webinar for webinar in found if webinar.webinar_id not in dated]

    async def _may_be_another(self, creation: Creation, late: list[WebinarFacts]) -> bool:
        # Read after the list: a creation that has begun since then cannot be in it.
        async with self._store.read() as db:
            is_title_busy = await creation_table.is_title_under_way(db, creation.account, creation.request.form.title)
            created = await creation_table.created_webinar_ids(db, creation.account)
        latest = self._clock.now() - self.min_age
        return is_title_busy or any(one.webinar_id in created or one.created_at > latest for one in late)
