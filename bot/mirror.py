"""Keeps our copy of the webinars true: one call lists the sessions, a Refresh reads one of them."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice

from bot.announcing import Announcing, replan
from bot.clock import Clock
from bot.directory import Directory
from bot.errors import NotFound, ProviderError, ProviderGone
from bot.models import Account, Audience, Lane, SessionFacts, Status, Webinar
from bot.providers import UPKEEP, Caller, WebinarProvider
from bot.store import webinars
from bot.store.connection import Db, Store
from bot.views.facts import is_open_to_come

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=1)
"""How long after its end a session is still listed, so that what became of it is seen."""
CARDS_BACK = timedelta(days=7)
"""How long after its end a webinar's cards are still looked after: we may have been away when it ended."""
SETTLING = timedelta(minutes=1)
"""A session seen this recently may be missing from a list that was drawn up before it."""
CHECKS_A_SWEEP = 3
"""Missing sessions asked about one by one, each a call out of ten a minute."""
UNREAD_AFTER = timedelta(minutes=2)
"""After this long nobody is about to read a new registration any more, so the sweep does."""
BATCH = 100
"""Sessions followed in one go, so that whoever else wants to run or to write waits only for a moment."""
NEVER = datetime.min.replace(tzinfo=UTC)


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
        self._read_at: dict[str, datetime] = {}
        self._asked_at: dict[str, datetime] = {}
        self._unread = False
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

    async def keep_up(self) -> None:
        """Sweep, and say once that RingCentral cannot be read, and once that it can be again."""
        try:
            await self.sweep()
        except ProviderError as error:
            if not self._unread:
                log.warning("mirror.unread", extra={"reason": error.sentence})
            self._unread = True
        else:
            if self._unread:
                log.info("mirror.read_again")
            self._unread = False

    async def sweep(self, caller: Caller = UPKEEP) -> None:
        """List the sessions (one call per 1,000), and follow what has changed: rows, reminders, cards.

        Who waits for one that begins meanwhile shares it. Raises `ProviderError` where the list cannot be read, and
        changes nothing then.
        """
        asked = self._clock.now()
        async with self._sweeping:
            if self.swept_at and self.swept_at > asked:
                return
            began = self._clock.now()
            since = began - LOOK_BACK
            listed = {facts.session_id: facts for facts in await self._provider.sessions(since, caller)}
            known = await self._follow(listed, began)
            gone = await self._confirm_gone([one for one in known if one.session_id not in listed], began, caller)
            if caller.lane is Lane.UPKEEP:
                await self._read_unread(known, began)
            await self._announcing.bring_all_up_to_date(self.account, await self.everything(began - CARDS_BACK))
            self.swept_at = began
            log.info("mirror.swept", extra={"listed": len(listed), "gone": gone})

    async def refresh(self, session_id: str, caller: Caller) -> Webinar:
        """Read this webinar anew (one call), and bring its cards to it. People who ask at once share one reading."""
        asked = self._clock.now()
        async with self._reading[session_id]:
            webinar = await self.find(session_id)
            if self._read_at.get(session_id, NEVER) <= asked:
                webinar = await self._read(webinar, caller)
                self._read_at[session_id] = self._clock.now()
            return webinar

    async def read_registration(self, webinar: Webinar, caller: Caller) -> Webinar:
        """Read the registration of a session (one call) and keep it. Raises `ProviderGone` where there is none yet."""
        registration = await self._provider.registration(webinar.session_id, caller)
        # Stamped here and not by the provider: the age of a figure is told on the clock that people are shown.
        read = registration.model_copy(update={"read_at": self._clock.now()})
        async with self._store.write() as db:
            await webinars.save_registration(db, self.account, webinar.session_id, read)
        if webinar.audience is not Audience.REGISTRANTS:
            return await self._learn(webinar, audience=Audience.REGISTRANTS)
        current = await self.find(webinar.session_id)
        await self._announcing.bring_up_to_date(current, as_of_too=True)
        return current

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
        if webinar.audience is not Audience.ANYONE:
            try:
                return await self.read_registration(webinar, caller)
            except ProviderGone:
                if webinar.audience is Audience.REGISTRANTS:
                    raise
            facts = await self._provider.webinar(webinar.webinar_id, caller)
            webinar = await self._learn(webinar, audience=facts.audience)
        if webinar.audience is Audience.ANYONE and not webinar.attendee_link:
            return await self._learn_link(webinar, caller)
        await self.sweep(caller)
        return await self.find(webinar.session_id)

    async def _learn_link(self, webinar: Webinar, caller: Caller) -> Webinar:
        """Lists leave out the link that everybody shares, so the first time it is read from the session itself."""
        facts = await self._provider.session(webinar.webinar_id, webinar.session_id, caller)
        return await self._learn(webinar, attendee_link=facts.attendee_link)

    async def _learn(self, webinar: Webinar, **facts: object) -> Webinar:
        # Laid over the row as it is now: it may have changed while RingCentral was asked.
        async with self._store.write() as db:
            current = await webinars.find(db, self.account, webinar.session_id) or webinar
            current = current.model_copy(update={**facts, "seen_at": self._clock.now()})
            await webinars.save(db, current)
        await self._announcing.bring_up_to_date(current, as_of_too=True)
        return current

    async def _follow(self, listed: dict[str, SessionFacts], began: datetime) -> list[Webinar]:
        """Write down what has changed, and return what was known before."""
        known = {webinar.session_id: webinar for webinar in await self.everything(began - LOOK_BACK)}
        everything = iter(listed.values())
        while batch := list(islice(everything, BATCH)):
            changed = [facts for facts in batch if self._differs(known.get(facts.session_id), facts)]
            if changed:
                async with self._store.write() as db:
                    for facts in changed:
                        await self._save(db, facts, began)
            await asyncio.sleep(0)  # others want to run as well
        return list(known.values())

    def _differs(self, known: Webinar | None, facts: SessionFacts) -> bool:
        return known is None or self._merge(known, facts, known.seen_at) != known

    async def _save(self, db: Db, facts: SessionFacts, began: datetime) -> None:
        # Read in the transaction that writes it, and never over what was written after the list was asked for.
        before = await webinars.find(db, self.account, facts.session_id)
        if before and before.seen_at > began:
            return
        webinar = self._merge(before, facts, began)
        await webinars.save(db, webinar, facts.host_link)
        if before:
            await replan(db, webinar, began)

    async def _confirm_gone(self, missing: Iterable[Webinar], began: datetime, caller: Caller) -> int:
        # A list can also be short because a permission was taken away: only a 404 says that a webinar is deleted.
        doubtful = [one for one in missing if is_open_to_come(one, began) and one.seen_at < began - SETTLING]
        gone = 0
        for webinar in self._longest_unasked(doubtful, began)[:CHECKS_A_SWEEP]:
            self._asked_at[webinar.session_id] = began
            try:
                await self._provider.webinar(webinar.webinar_id, caller)
            except ProviderGone:
                await self.mark(webinar, Status.CANCELLED)
                gone += 1
            except ProviderError as error:
                log.warning("mirror.unconfirmed", extra={"session": webinar.session_id, "reason": error.sentence})
        return gone

    async def _read_unread(self, known: Iterable[Webinar], began: datetime) -> None:
        """Read one registration that nobody came to read after its creation, because of a crash or an outage."""
        unread = [
            one
            for one in known
            if one.created_by and one.audience is Audience.REGISTRANTS and one.registration is None
            if is_open_to_come(one, began) and one.seen_at < began - UNREAD_AFTER
        ]
        for webinar in self._longest_unasked(unread, began)[:1]:
            self._asked_at[webinar.session_id] = began
            try:
                await self.read_registration(webinar, UPKEEP)
            except ProviderError as error:
                log.warning("registration.unread", extra={"session": webinar.session_id, "code": error.code})

    def _longest_unasked(self, some: list[Webinar], began: datetime) -> list[Webinar]:
        """So that everybody's turn comes, however few are asked about at once."""
        self._asked_at = {key: at for key, at in self._asked_at.items() if at > began - LOOK_BACK}
        return sorted(some, key=lambda one: self._asked_at.get(one.session_id, NEVER))

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
