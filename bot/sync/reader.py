"""Reads one webinar at RingCentral, and writes down what has changed with all that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from bot.clock import Clock
from bot.db.connection import Db, Store
from bot.errors import NotFound
from bot.model.people import Account
from bot.model.webinar import Audience, Registration, SessionFacts, Status, Webinar
from bot.notices.planner import plan_changes
from bot.providers.base import Caller, Lane, WebinarProvider
from bot.providers.directory import Directory
from bot.sync.cards import Cards
from bot.webinars import count_history
from bot.webinars import table as webinar_table
from bot.webinars.table import NO_LINK


class WebinarReader:
    """The one way in which the copy of an account's webinars is changed: row, figures, notices, and then the cards."""

    def __init__(
        self,
        account: Account,
        store: Store,
        provider: WebinarProvider,
        directory: Directory,
        announcing: Cards,
        clock: Clock,
    ) -> None:
        """Copy from this provider into this store."""
        self.account = account
        self._store = store
        self._provider = provider
        self._directory = directory
        self._cards = announcing
        self._clock = clock

    async def registration(self, webinar: Webinar, caller: Caller) -> Webinar:
        """Read the registration of a session (one call) and keep it. Raises `ProviderGone` where there is none yet."""
        began = self._clock.now()
        read = await self._provider.registration(webinar.session_id, caller)
        return await self._keep(webinar, read, force=caller.lane is not Lane.UPKEEP, unless_since=began)

    async def audience(self, webinar: Webinar, caller: Caller) -> Webinar:
        """Read who a webinar is for (one call), which lists of sessions leave out."""
        facts = await self._provider.webinar(webinar.webinar_id, caller)
        return await self._learn(webinar, audience=facts.audience)

    async def link(self, webinar: Webinar, caller: Caller) -> Webinar:
        """Read the link that everybody shares from the session itself (one call), as lists leave it out."""
        facts = await self._provider.session(webinar.webinar_id, webinar.session_id, caller)
        return await self._learn(webinar, attendee_link=facts.attendee_link)

    async def save_registration(self, webinar: Webinar, registration: Registration, by: str = "") -> Webinar:
        """Write down the registration as it is just now, after `by` has changed it here."""
        return await self._keep(webinar, registration, by=by)

    async def set_status(self, webinar: Webinar, status: Status, by: str = "") -> Webinar:
        """Write down what became of a webinar, take back what was to be said, and rewrite its cards."""
        now = self._clock.now()

        def marked(current: Webinar) -> Webinar:
            return current.model_copy(update={"status": status, "seen_at": now})

        changed = await self._change(
            webinar, lambda current: current if current.status is status else marked(current), by
        )
        await self._cards.update(changed)
        return changed

    async def apply_list(self, listed: Iterable[SessionFacts], began: datetime) -> None:
        """Write down what a list says that was asked for at `began`, in one transaction."""
        async with self._store.write() as db:
            # In one order for everybody, so that no two of them wait for each other; and what is new comes last.
            new = [facts for facts in sorted(listed, key=_session) if not await self._follow(db, facts, began)]
            for facts in new:
                await self._write(db, None, self.merge(None, facts, began), began, host_link=facts.host_link)

    def merge(self, known: Webinar | None, facts: SessionFacts, now: datetime) -> Webinar:
        """Apply what a list says of a session to what is known of it."""
        return merged(self.account, known, facts, host_name=self._directory.user_name, now=now)

    async def _follow(self, db: Db, facts: SessionFacts, began: datetime) -> bool:
        """Lay what was listed over what is known. False where nothing is."""
        # Read in the transaction that writes it, and never over what was written after the list was asked for.
        before = await webinar_table.find(db, self.account, facts.session_id, for_update=True)
        if before and before.seen_at <= began:
            await self._write(db, before, self.merge(before, facts, began), began, host_link=facts.host_link)
        return before is not None

    async def _keep(
        self,
        webinar: Webinar,
        registration: Registration,
        *,
        by: str = "",
        force: bool = True,
        unless_since: datetime | None = None,
    ) -> Webinar:
        # Stamped here and not by the provider: the age of a figure is told on the clock that people are shown.
        read = registration.model_copy(update={"read_at": self._clock.now()})

        def kept(current: Webinar) -> Webinar:
            was = current.registration
            if was and unless_since and was.read_at > unless_since:
                return current  # whoever was quicker asked later, or has changed it
            since = was.limit_since if was and was.limit == read.limit else read.read_at
            figures = read.model_copy(update={"limit_since": since})
            return current.model_copy(update={"registration": figures, "audience": Audience.REGISTRANTS})

        changed = await self._change(webinar, kept, by)
        await self._cards.update(changed, force=force)
        return changed

    async def _learn(self, webinar: Webinar, **facts: object) -> Webinar:
        now = self._clock.now()
        learnt = await self._change(webinar, lambda current: current.model_copy(update={**facts, "seen_at": now}))
        await self._cards.update(learnt, force=True)
        return learnt

    async def _change(self, webinar: Webinar, alter: Callable[[Webinar], Webinar], by: str = "") -> Webinar:
        """Alter the row as it is by now: it may have changed while RingCentral was asked."""
        async with self._store.write() as db:
            before = await webinar_table.find(db, self.account, webinar.session_id, for_update=True)
            if before is None:
                raise NotFound("This webinar is not known here any more.")
            after = alter(before)
            if after is not before:
                await self._write(db, before, after, self._clock.now(), by)
        return after

    async def _write(
        self,
        db: Db,
        before: Webinar | None,
        after: Webinar,
        now: datetime,
        by: str = "",
        host_link: SecretStr = NO_LINK,
    ) -> None:
        await webinar_table.save(db, after, host_link)
        read = after.registration
        if read and _figures(read) != _figures(before.registration if before else None):
            await count_history.add(db, self.account, after.session_id, read)
        await plan_changes(db, before, after, now, by)


def merged(
    account: Account, known: Webinar | None, facts: SessionFacts, *, host_name: Callable[[str], str], now: datetime
) -> Webinar:
    """Apply what a list says of a session to the known webinar; every field that lists leave out keeps its value."""
    listed: dict[str, Any] = {
        "webinar_id": facts.webinar_id,
        "title": facts.title,
        "description": facts.description,
        "start": facts.start,
        "length": facts.length,
        "time_zone": facts.time_zone,
        "status": facts.status,
        "panel_offset": facts.panel_offset,
        "seen_at": now,
    }
    base = known or Webinar(account=account, session_id=facts.session_id, **listed)
    host = facts.host_user_id or base.host_user_id
    also = {
        "audience": base.audience or (Audience.ANYONE if facts.attendee_link else None),
        "host_user_id": host,
        "host_name": host_name(host) or base.host_name,
        "attendee_link": facts.attendee_link or base.attendee_link,
    }
    return base.model_copy(update=listed | also)


def _session(facts: SessionFacts) -> str:
    return facts.session_id


def _figures(read: Registration | None) -> object:
    return read and (read.count, read.limit, read.is_open)
