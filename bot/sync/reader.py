"""Reads webinars from the provider, and saves changes with their notices and cards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from bot.clock import Clock
from bot.db.connection import Db, Store
from bot.errors import NotFound
from bot.model.ability import Ability
from bot.model.lifecycle import full_since
from bot.model.people import Account
from bot.model.webinar import Audience, Registration, SessionFacts, Status, Webinar
from bot.notices.planner import plan_changes
from bot.providers.base import Caller, Lane, WebinarProvider
from bot.providers.directories import Directories
from bot.sync.drift_rules import differences
from bot.webinars import count_history
from bot.webinars import table as webinar_table
from bot.webinars.table import NO_LINK

if TYPE_CHECKING:
    from bot.sync.cards import Cards


class WebinarReader:
    """The only writer of the mirror of an account: row, counts and notices in one transaction, then the cards."""

    def __init__(
        self,
        account: Account,
        store: Store,
        provider: WebinarProvider,
        directory: Directories,
        cards: Cards,
        clock: Clock,
        on_change: Callable[[], None],
    ) -> None:
        """Mirror this provider in this store. `on_change` is called after a change that people are notified of."""
        self.account = account
        self._store = store
        self._provider = provider
        self._directory = directory
        self._cards = cards
        self._clock = clock
        self._on_change = on_change
        self.repaired: Counter[str] = Counter()
        """The differences from the provider that were found and saved since the start, by kind."""

    async def registration(self, webinar: Webinar, caller: Caller) -> Webinar:
        """Read and save the registration of a session (one call). Raises `ProviderGone` if there is none yet."""
        began = self._clock.now()
        read = await self._provider.registration(webinar.session_id, caller)
        return await self._save(webinar, read, force=caller.lane is not Lane.UPKEEP, unless_read_since=began)

    async def audience(self, webinar: Webinar, caller: Caller) -> Webinar:
        """Read and save the audience of a webinar (one call), which session lists omit."""
        facts = await self._provider.webinar(webinar.webinar_id, caller)
        return await self._save_facts(webinar, audience=facts.audience)

    async def link(self, webinar: Webinar, caller: Caller) -> Webinar:
        """Read and save the shared link of a session (one call), which session lists omit: with it, anyone can join."""
        facts = await self._provider.session(webinar.webinar_id, webinar.session_id, caller)
        audience = {"audience": Audience.ANYONE} if facts.attendee_link else {}
        is_shown = caller.lane is not Lane.UPKEEP
        return await self._save_facts(webinar, force=is_shown, attendee_link=facts.attendee_link, **audience)

    async def session(self, webinar: Webinar, caller: Caller) -> Webinar:
        """Read and save the times of a session (one call)."""
        began = self._clock.now()
        facts = await self._provider.session(webinar.webinar_id, webinar.session_id, caller)

        def updated(current: Webinar) -> Webinar:
            times = {name: getattr(facts, name) for name in ("start", "length", "time_zone", "status", "panel_offset")}
            times["abilities"] = facts.abilities
            is_known = current.seen_at > began or all(getattr(current, name) == times[name] for name in times)
            return current if is_known else current.model_copy(update={**times, "seen_at": began})

        changed = await self._change(webinar, updated)
        await self._cards.update(changed)
        return changed

    async def save_registration(
        self, webinar: Webinar, registration: Registration, by: str = "", *, is_closed_by_hand: bool = False
    ) -> Webinar:
        """Save the current registration after user `by` changed it: perhaps closed it, although it was full."""
        return await self._save(webinar, registration, by=by, is_closed_by_hand=is_closed_by_hand)

    async def set_status(self, webinar: Webinar, status: Status, by: str = "") -> Webinar:
        """Save the status of a webinar, withdraw planned notices, and update its cards."""
        now = self._clock.now()

        def marked(current: Webinar) -> Webinar:
            return current.model_copy(update={"status": status, "seen_at": now})

        changed = await self._change(
            webinar, lambda current: current if current.status is status else marked(current), by
        )
        await self._cards.update(changed)
        return changed

    async def set_live_from(self, webinar: Webinar, live_from: datetime) -> Webinar:
        """Save when a webinar went live before its start, and withdraw what announces the start."""
        return await self._save_facts(webinar, force=False, live_from=live_from)

    async def set_creator(self, webinar: Webinar, user_id: str) -> Webinar:
        """Save who created a webinar for Slack, and plan the notices that depend on it."""
        return await self._save_facts(webinar, force=False, created_by=user_id)

    async def apply_list(self, listed: Iterable[SessionFacts], began: datetime) -> None:
        """Save listed sessions in one transaction; `began` is when the list was requested."""
        async with self._store.write() as db:
            # Locked in one order, so that concurrent transactions cannot deadlock; new sessions come last.
            new = [facts for facts in sorted(listed, key=_session) if not await self._apply_listed(db, facts, began)]
            for facts in new:
                await self._write(db, None, self.merge(None, facts, began), began, host_link=facts.host_link)
        self._on_change()  # a list is applied if something in it has changed

    def merge(self, known: Webinar | None, facts: SessionFacts, now: datetime) -> Webinar:
        """Apply listed facts to a known webinar, or create one."""
        return merged(self.account, known, facts, host_name=self._directory.user_name, now=now)

    async def _apply_listed(self, db: Db, facts: SessionFacts, began: datetime) -> bool:
        """Save a listed session if it is known. False if it is not.

        A row that was saved after the list was requested is newer and stays.
        """
        before = await webinar_table.find(db, self.account, facts.session_id, for_update=True)
        if before and before.seen_at <= began:
            await self._write(db, before, self.merge(before, facts, began), began, host_link=facts.host_link)
        return before is not None

    async def _save(
        self,
        webinar: Webinar,
        registration: Registration,
        *,
        by: str = "",
        force: bool = True,
        unless_read_since: datetime | None = None,
        is_closed_by_hand: bool = False,
    ) -> Webinar:
        # Stamped here and not by the provider: ages are shown on the domain clock.
        read = registration.model_copy(update={"read_at": self._clock.now()})

        def updated(current: Webinar) -> Webinar:
            after = with_registration(current, read, unless_read_since=unless_read_since)
            return closed_by_hand(after) if is_closed_by_hand else after

        changed = await self._change(webinar, updated, by)
        await self._cards.update(changed, force=force)
        return changed

    async def _save_facts(self, webinar: Webinar, *, force: bool = True, **facts: object) -> Webinar:
        now = self._clock.now()
        changed = await self._change(webinar, lambda current: current.model_copy(update={**facts, "seen_at": now}))
        await self._cards.update(changed, force=force)
        return changed

    async def _change(self, webinar: Webinar, change: Callable[[Webinar], Webinar], by: str = "") -> Webinar:
        """Change the current row: it may have changed during the provider call."""
        async with self._store.write() as db:
            before = await webinar_table.find(db, self.account, webinar.session_id, for_update=True)
            if before is None:
                raise NotFound("This webinar is no longer known to Greenroom.")
            after = change(before)
            if after is not before:
                await self._write(db, before, after, self._clock.now(), by)
        if _in_messages(after) != _in_messages(before):
            self._on_change()
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
        if read and _counts(read) != _counts(before.registration if before else None):
            await count_history.add(db, self.account, after.session_id, read)
        await plan_changes(db, before, after, now, by)
        if not by:
            self.repaired.update(differences(before, after))


def merged(
    account: Account, known: Webinar | None, facts: SessionFacts, *, host_name: Callable[[str], str], now: datetime
) -> Webinar:
    """Apply listed facts to the known webinar; every field that lists omit keeps its value."""
    listed: dict[str, Any] = {
        "webinar_id": facts.webinar_id,
        "title": facts.title,
        "description": facts.description,
        "start": facts.start,
        "length": facts.length,
        "time_zone": facts.time_zone,
        "status": facts.status,
        "panel_offset": facts.panel_offset,
        "abilities": facts.abilities,
        "seen_at": now,
    }
    base = known or Webinar(account=account, session_id=facts.session_id, **listed)
    host = facts.host_user_id or base.host_user_id
    also = {
        "audience": _audience(base.audience, facts),
        "host_user_id": host,
        "host_name": host_name(host) or base.host_name,
        "attendee_link": facts.attendee_link or base.attendee_link,
    }
    return base.model_copy(update=listed | also)


def _audience(known: Audience | None, facts: SessionFacts) -> Audience | None:
    """Who can attend: what the event supports may tell it, and the shared link does, but other lists omit it."""
    if Ability.SHARED_LINK not in facts.abilities:
        return Audience.REGISTRANTS
    if Ability.REGISTRATION not in facts.abilities:
        return Audience.ANYONE
    return known or (Audience.ANYONE if facts.attendee_link else None)


def with_registration(current: Webinar, read: Registration, *, unless_read_since: datetime | None = None) -> Webinar:
    """Apply a registration; keep a current one that was read after `unless_read_since`.

    `limit_since` stays while the limit stays, and `full_since` while it is full.
    """
    before = current.registration
    if before and unless_read_since and before.read_at > unless_read_since:
        return current  # a later read or a change was saved meanwhile
    since = before.limit_since if before and before.limit == read.limit else read.read_at
    times = {"limit_since": since, "full_since": full_since(before, read)}
    registration = read.model_copy(update=times)
    # Only a webinar without registration has a shared link.
    facts = {"registration": registration, "audience": Audience.REGISTRANTS, "attendee_link": ""}
    return current.model_copy(update=facts)


def closed_by_hand(webinar: Webinar) -> Webinar:
    """The same, closed by a person and not by the limit: a seat that becomes free does not concern them."""
    registration = webinar.registration and webinar.registration.model_copy(update={"full_since": None})
    return webinar.model_copy(update={"registration": registration})


def has_new_date(before: Webinar, read: Webinar) -> bool:
    """Whether the registration of a webinar says that its date has changed since it was read before."""
    was, now = before.registration, read.registration
    return was is not None and now is not None and now.sequence > was.sequence


def _session(facts: SessionFacts) -> str:
    return facts.session_id


def _in_messages(webinar: Webinar) -> tuple[object, ...]:
    """What the messages and calendars of people contain of a webinar."""
    times = webinar.start, webinar.length, webinar.time_zone, webinar.panel_offset
    return webinar.title, webinar.description, webinar.status is Status.CANCELED, *times


def _counts(read: Registration | None) -> object:
    return read and (read.count, read.limit, read.is_open)
