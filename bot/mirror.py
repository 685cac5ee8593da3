"""Keeps our copy of the webinars true: one call lists the sessions, a Refresh reads one of them."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from datetime import datetime, timedelta

from bot.announcing import Announcing, replan
from bot.clock import Clock
from bot.directory import Directory
from bot.errors import NotFound, ProviderGone
from bot.models import Account, Audience, Registration, SessionFacts, Status, Webinar
from bot.providers import UPKEEP, Caller, WebinarProvider
from bot.store import webinars
from bot.store.connection import Db, Store

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=1)
"""How long after its end a session is still listed, so that what became of it is seen."""
SETTLING = timedelta(minutes=1)
"""A session seen this recently may be missing from a list that was drawn up before it."""
CHECKS_A_SWEEP = 3
"""Missing sessions asked about one by one, each a call out of ten a minute."""


class Mirror:
    """The copy of one account's webinars."""

    def __init__(
        self,
        account: Account,
        store: Store,
        provider: WebinarProvider,
        directory: Directory,
        announcing: Announcing,
        clock: Clock,
    ) -> None:
        """Copy from this provider into this store."""
        self.account = account
        self._store = store
        self._provider = provider
        self._directory = directory
        self._announcing = announcing
        self._clock = clock
        self._reading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._sweeping = asyncio.Lock()
        self.swept_at: datetime | None = None

    async def find(self, session_id: str) -> Webinar:
        """Our copy of this webinar. Raises `NotFound`."""
        async with self._store.read() as db:
            webinar = await webinars.find(db, self.account, session_id)
        if webinar is None:
            raise NotFound("This webinar is not known here. Type /webinar list to see those that are.")
        return webinar

    async def everything(self, ending_after: datetime | None = None) -> list[Webinar]:
        """Our copy of all webinars by start, or of those that end later."""
        async with self._store.read() as db:
            return await webinars.everything(db, self.account.workspace, ending_after)

    async def sweep(self, caller: Caller = UPKEEP) -> None:
        """List the sessions (one call per 1,000), and follow what has changed: rows, reminders, cards."""
        async with self._sweeping:
            began = self._clock.now()
            since = began - LOOK_BACK
            listed = {facts.session_id: facts for facts in await self._provider.sessions(since, caller)}
            known = await self._follow(listed, began)
            missing = [w for key, w in known.items() if key not in listed and w.seen_at < began - SETTLING]
            gone = await self._confirm_gone([w for w in missing if w.status is not Status.CANCELLED])
            for webinar in await self.everything(since):
                await self._announcing.bring_up_to_date(webinar)
            self.swept_at = began
            log.info("mirror.swept", extra={"listed": len(listed), "gone": len(gone)})

    async def refresh(self, session_id: str, caller: Caller) -> Webinar:
        """Read this webinar anew (one call), and bring its cards to it. People who ask at once share one reading."""
        asked = self._clock.now()
        async with self._reading[session_id]:
            webinar = await self.find(session_id)
            if webinar.registration and webinar.registration.read_at > asked:
                return webinar
            return await self._read(webinar, caller)

    async def read_registration(self, webinar: Webinar, caller: Caller) -> Webinar:
        """Read the registration of a session (one call) and keep it. Raises `ProviderGone` where there is none yet."""
        registration = await self._provider.registration(webinar.session_id, caller)
        return await self._keep(webinar, registration)

    async def mark(self, webinar: Webinar, status: Status) -> Webinar:
        """Write down what became of a webinar, take back what was to be said, and rewrite its cards."""
        now = self._clock.now()
        marked = webinar.model_copy(update={"status": status, "seen_at": now})
        async with self._store.write() as db:
            await webinars.set_status(db, self.account, [webinar.session_id], status, now)
            await replan(db, marked, now)
        await self._announcing.bring_up_to_date(marked)
        return marked

    async def _read(self, webinar: Webinar, caller: Caller) -> Webinar:
        if webinar.audience is Audience.ANYONE:
            return await self._read_session(webinar, caller)
        try:
            return await self.read_registration(webinar, caller)
        except ProviderGone:
            if webinar.audience is Audience.REGISTRANTS:
                raise
            facts = await self._provider.webinar(webinar.webinar_id, caller)
            seen = webinar.model_copy(update={"audience": facts.audience, "seen_at": self._clock.now()})
            async with self._store.write() as db:
                await webinars.save(db, seen)
            await self._announcing.bring_up_to_date(seen, as_of_too=True)
            return seen

    async def _read_session(self, webinar: Webinar, caller: Caller) -> Webinar:
        facts = await self._provider.find_session(webinar.webinar_id, webinar.start - LOOK_BACK, caller)
        if facts is None:
            return await self.mark(webinar, Status.CANCELLED)
        current = self._merge(webinar, facts, self._clock.now())
        async with self._store.write() as db:
            await self._save(db, current, facts)
        await self._announcing.bring_up_to_date(current, as_of_too=True)
        return current

    async def _keep(self, webinar: Webinar, registration: Registration) -> Webinar:
        # Stamped here and not by the provider: the age of a figure is told on the clock that people are shown.
        read = registration.model_copy(update={"read_at": self._clock.now()})
        current = webinar.model_copy(update={"registration": read, "audience": Audience.REGISTRANTS})
        async with self._store.write() as db:
            await webinars.save(db, current)
        await self._announcing.bring_up_to_date(current, as_of_too=True)
        return current

    async def _follow(self, listed: dict[str, SessionFacts], began: datetime) -> dict[str, Webinar]:
        # Read and written in one transaction, and never over what was written after the list was asked for.
        async with self._store.write() as db:
            everything = await webinars.everything(db, self.account.workspace, began - LOOK_BACK)
            known = {webinar.session_id: webinar for webinar in everything}
            for facts in listed.values():
                before = known.get(facts.session_id)
                if before is None or before.seen_at <= began:
                    await self._save(db, self._merge(before, facts, began), facts)
        return known

    async def _save(self, db: Db, webinar: Webinar, facts: SessionFacts) -> None:
        await webinars.save(db, webinar, facts.host_link)
        await replan(db, webinar, webinar.seen_at)

    async def _confirm_gone(self, missing: list[Webinar]) -> list[Webinar]:
        # A list can also be short because a permission was taken away: only a 404 says that a webinar is deleted.
        gone = []
        for webinar in missing[:CHECKS_A_SWEEP]:
            try:
                await self._provider.webinar(webinar.webinar_id, UPKEEP)
            except ProviderGone:
                gone.append(await self.mark(webinar, Status.CANCELLED))
        return gone

    def _merge(self, known: Webinar | None, facts: SessionFacts, now: datetime) -> Webinar:
        host_user_id = facts.host_user_id or (known.host_user_id if known else "")
        return Webinar(
            account=self.account,
            webinar_id=facts.webinar_id,
            session_id=facts.session_id,
            title=facts.title,
            description=facts.description,
            start=facts.start,
            length=facts.length,
            time_zone=facts.time_zone,
            status=facts.status,
            audience=(known.audience if known else None) or (Audience.ANYONE if facts.attendee_link else None),
            host_user_id=host_user_id,
            host_name=self._directory.name(host_user_id) or (known.host_name if known else ""),
            created_by=known.created_by if known else "",
            attendee_link=facts.attendee_link or (known.attendee_link if known else ""),
            registration=known.registration if known else None,
            seen_at=now,
        )
