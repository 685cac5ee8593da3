"""Reads one webinar by itself, whether the provider lists it or not, and saves its dates."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.errors import ProviderGone
from bot.model.ability import Ability
from bot.model.lifecycle import is_coming_or_live
from bot.model.webinar import Status, Webinar
from bot.webinars import table as webinar_table

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.db.connection import Store
    from bot.model.webinar import SessionFacts
    from bot.providers.base import Caller, WebinarProvider
    from bot.sync.cards import Cards
    from bot.sync.reader import WebinarReader

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SingleReads:
    """The reads of one account. `save` is the only writer of its mirror."""

    save: WebinarReader
    store: Store
    provider: WebinarProvider
    cards: Cards
    clock: Clock

    async def read(self, webinar_id: str, caller: Caller) -> list[Webinar] | None:
        """Read a webinar (one call), and save its dates; return those that are new here.

        `None` without a call if the provider reads no webinar by itself. One that is not known here is saved if it has
        registration. One that does not exist any more is canceled here, and so is a date. Raises `ProviderError`.
        """
        began = self.clock.now()
        try:
            dates = await self.provider.dates(webinar_id, caller)
        except ProviderGone:
            dates = []
            if not await self.known(webinar_id):
                raise
        if dates is None:
            return None
        return await self.apply(webinar_id, dates, began)

    async def apply(self, webinar_id: str, dates: Sequence[SessionFacts], began: datetime) -> list[Webinar]:
        """Save the dates of a webinar as read at `began`; return those that are new here."""
        known = {webinar.session_id: webinar for webinar in await self.known(webinar_id)}
        wanted = [one for one in dates if self._matters(known.get(one.session_id), one, began)]
        if wanted:
            await self.save.apply_list(wanted, began)
        listed = {one.session_id for one in dates}
        for webinar in known.values():
            if webinar.session_id not in listed and is_coming_or_live(webinar, began):
                await self.save.set_status(webinar, Status.CANCELED)
                log.info("sync.webinar_deleted", extra={"session": webinar.session_id})
        saved = await self.known(webinar_id)
        await self.cards.update_all(self.save.account, [one for one in saved if one.session_id in known])
        return [one for one in saved if one.session_id not in known]

    def _matters(self, known: Webinar | None, facts: SessionFacts, now: datetime) -> bool:
        """Whether a date must be saved: a coming one with registration that is new here, or one that has changed."""
        if known is None:
            return Ability.REGISTRATION in facts.abilities and facts.start + facts.length > now
        return self.save.merge(known, facts, known.seen_at) != known

    async def known(self, webinar_id: str) -> list[Webinar]:
        """The dates of a webinar that are known here, by start."""
        async with self.store.read() as db:
            return await webinar_table.dates_of(db, self.save.account, webinar_id)
