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

SKEW = timedelta(minutes=2)
"""How far RingCentral's clock may be behind ours when we look for a webinar by when it was created."""
LATEST = timedelta(minutes=6)
"""A webinar created longer than this after we began is not ours: waits at our gate and for an answer are shorter."""
SETTLED = timedelta(minutes=1)
"""A webinar younger than this may still get its date from its creator."""
DAY = timedelta(days=1)


class StillUnclear(ProviderError):
    """Whether the webinar was created could not be looked up."""


class CreationReconciler:
    """Recognizes our webinar by its title, its creation time, and its missing date, which we would have added."""

    def __init__(self, store: Store, provider: WebinarProvider, clock: Clock) -> None:
        """Look at this provider."""
        self._store = store
        self._provider = provider
        self._clock = clock
        self.settled = SETTLED

    async def find(self, creation: Creation, caller: Caller) -> WebinarFacts | None:
        """The webinar of this creation, if exactly one matches. Raises `StillUnclear`."""
        try:
            alike = await self._lookalikes(creation, caller)
        except ProviderError as error:
            raise StillUnclear(error.sentence) from error
        async with self._store.read() as db:
            doubtful = await creation_table.same_title_watched(db, creation)
        # Of several, or if another one of this title may appear late, ours is unknown: accept none; the watch removes
        # them all.
        return alike[0] if len(alike) == 1 and not doubtful else None

    async def remove_late(self, creation: Creation) -> bool:
        """Remove a webinar of this creation that appeared late. False if too early to tell. Raises `ProviderError`."""
        late = await self._lookalikes(creation, NOTICE)
        if await self._may_be_another(creation, late):
            return False
        for one in late:
            log.warning("creation.late_webinar_removed", extra={"webinar": one.webinar_id})
            await self._provider.delete_webinar(one.webinar_id, NOTICE)
        return True

    async def _lookalikes(self, creation: Creation, caller: Caller) -> list[WebinarFacts]:
        async with self._store.read() as db:
            known = await creation_table.known_webinars(db, creation.account)
        found: list[WebinarFacts] = []
        title, since, host = creation.order.form.title, creation.begun_at - SKEW, creation.order.host
        while one := await self._provider.find_webinar(title, since, known, caller):
            known |= {one.webinar_id}
            if one.created_at < creation.begun_at + LATEST and (host is None or one.host_user_id == host.user_id):
                found.append(one)
        if not found:
            return []
        dated = {session.webinar_id for session in await self._provider.sessions(self._clock.now() - DAY, caller)}
        return [one for one in found if one.webinar_id not in dated]

    async def _may_be_another(self, creation: Creation, late: list[WebinarFacts]) -> bool:
        # Read after the list: a creation that begins only now cannot be in the list.
        async with self._store.read() as db:
            busy = await creation_table.same_title_under_way(db, creation.account, creation.order.form.title)
            known = await creation_table.known_webinars(db, creation.account)
        young = self._clock.now() - self.settled
        return busy or any(one.webinar_id in known or one.created_at > young for one in late)
