"""Suggests seats to Slack users: a direct message with which they register themselves, or decline."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.clock import Clock, machine_now
from bot.concurrency import KeyedLocks
from bot.db.connection import Store
from bot.db.leases import DATABASE_UNAVAILABLE, WorkerLeases
from bot.errors import AnswersRequired, BadInput, ChannelUnreachable, GreenroomError
from bot.model.lifecycle import accepts_registrations, stage
from bot.model.people import Account, Person
from bot.model.retention import keep
from bot.model.seat import REGISTERED_STATES, Seat, SeatDetails, Suggestion, SuggestionState
from bot.model.webinar import Webinar
from bot.providers.base import Caller
from bot.providers.names import named
from bot.registration.seats import suggestion_table
from bot.registration.seats import table as seat_table
from bot.registration.seats import texts as seat_texts
from bot.registration.seats.register import SeatUnclear
from bot.registration.texts import suggestion as suggestion_texts
from bot.slack.client import SlackApi
from bot.slack.message import Message
from bot.slack.responses import SlackRefused
from bot.webinars.participation import is_on_team

if TYPE_CHECKING:
    from bot.registration.seats.service import SeatService
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

MAX_UPDATES = 20
"""Messages updated in one run; the others follow half a minute later."""
ANSWERABLE = (SuggestionState.SENT, SuggestionState.DECLINED)
LOOK_BACK = timedelta(days=1)
"""How long after its end the suggestions of a webinar are still updated."""

ON_TEAM = "They are on the team of this webinar, with a link of their own."
HAS_SEAT = "They have a seat already, with their own link."
ASKED = "They were asked in a direct message already, by <@{}>, and have not answered yet."
DECLINED = "They answered No Thanks to an earlier suggestion, so they are not asked again. They can still register."
CLOSED = "Registration is closed or full right now, so nobody can take a seat. Open it, then try again."
NO_DM = "Slack does not let Greenroom write to them. Register them by name and address instead."
BUSY = "Your answer is being processed right now. Try again in a minute."
GONE = "This suggestion was answered already."


class Suggestions:
    """The suggested seats of one account. The provider learns nothing of a person before they take their seat."""

    def __init__(
        self,
        worker_id: str,
        account: Account,
        store: Store,
        slack: SlackApi,
        mirror: Mirror,
        seats: SeatService,
        clock: Clock,
    ) -> None:
        """`worker_id` distinguishes the replicas of this account; `seats` registers those who accept."""
        self._account = account
        self._store = store
        self._slack = slack
        self._mirror = mirror
        self._seats = seats
        self._clock = clock
        self._locks = KeyedLocks()  # per suggestion: leases do not exclude other tasks of this worker
        self.leases = WorkerLeases(store, suggestion_table.LEASES, account, worker_id, subject="suggestion")

    async def find(self, webinar: Webinar, user_id: str) -> Suggestion | None:
        """The suggestion to this user, if they can still answer it. No vendor call."""
        found = await self._load(webinar, user_id)
        return found if found and found.state in ANSWERABLE else None

    async def suggest(self, webinar: Webinar, user_id: str, by: str, source: str) -> None:
        """Send the suggestion, once per person and webinar. No vendor call.

        Raises `BadInput` if they have a seat, were asked before, cannot register now, or cannot be reached. If Slack is
        busy or does not answer, it is sent later.
        """
        await self._check(webinar, user_id)
        new = Suggestion(
            account=self._account,
            session_id=webinar.session_id,
            user_id=user_id,
            suggested_by=by,
            source=source,
            changed_at=self._clock.now(),
        )
        async with self._locks[new.session_id, new.user_id]:
            async with self._store.write() as db:
                is_new = await suggestion_table.begin(db, new, self.leases.worker_id, self.leases.until())
            if not is_new:
                before = await self._load(webinar, user_id)
                is_declined = before is not None and before.state is SuggestionState.DECLINED
                raise BadInput(DECLINED if is_declined else ASKED.format(before.suggested_by if before else by))
            try:
                await self._send(webinar, new)
            except (ChannelUnreachable, SlackRefused) as error:
                raise BadInput(NO_DM) from error
            except GreenroomError as error:
                await self._defer(new, error)

    async def accept(
        self, webinar: Webinar, person: Person, attendee: SeatDetails, caller: Caller, *, lead: timedelta | None
    ) -> Seat | None:
        """Register the user: their seat, whose message replaces the suggestion. None if that failed.

        The suggestion then says why, and can be answered again. Raises `BadInput` if there is none.
        """
        async with self._taken(webinar, person.user_id) as suggestion:
            await self._show(suggestion, suggestion_texts.working_message(webinar))
            by, message = suggestion.suggested_by, (suggestion.dm_channel_id, suggestion.dm_ts)
            try:
                seat = await self._seats.take(
                    webinar, person, attendee, suggestion.source, caller, lead=lead, by=by, message=message
                )
            except SeatUnclear as unclear:
                # The seat is resumed; once it has an outcome, this message is rewritten.
                await self._show(suggestion, suggestion_texts.unclear_message(webinar, unclear.sentence))
                await self.leases.release(suggestion)
                return None
            except GreenroomError as error:
                await self._restore(webinar, suggestion, error)
                return None
            await self._end(webinar, suggestion, seat)
        return seat

    async def decline(self, webinar: Webinar, user_id: str) -> None:
        """End the suggestion; the user is not asked again. Raises `BadInput` if there is none."""
        async with self._taken(webinar, user_id) as suggestion:
            declined = self._changed(webinar, suggestion, state=SuggestionState.DECLINED)
            await self._show(declined, self._message(webinar, declined))
            async with self._store.write() as db:
                await self.leases.finish(db, declined)

    async def resume(self) -> None:
        """Send the suggestions whose message could not be sent, and update those that were sent."""
        async for suggestion in self.leases.expired():
            try:
                await self._send(await self._mirror.find(suggestion.session_id), suggestion)
            except (GreenroomError, *DATABASE_UNAVAILABLE) as error:
                await self._defer(suggestion, error)
        await self._update_outdated()

    async def forget_ended(self) -> None:
        """Delete the suggestions of webinars long over."""
        async with self._store.write() as db:
            await suggestion_table.forget_ended(db, self._account, self._clock.now() - keep("suggestions"))

    async def _update_outdated(self) -> None:
        webinars = {one.session_id: one for one in await self._mirror.everything(self._clock.now() - LOOK_BACK)}
        async with self._store.read() as db:
            suggested = await suggestion_table.sessions(db, self._account)
        remaining, began = MAX_UPDATES, machine_now()
        for webinar in (webinars[key] for key in sorted(suggested & webinars.keys())):
            while remaining:
                async with self._store.write() as db:
                    lease = self.leases.worker_id, began, self.leases.until()
                    digest = self._digest(webinar)
                    found = await suggestion_table.claim_outdated(db, self._account, webinar.session_id, digest, *lease)
                if found is None:
                    break
                remaining -= 1
                async with self._locks[found.session_id, found.user_id]:
                    if await self._load(webinar, found.user_id) == found:  # else it is being answered
                        await self._update(webinar, found)

    async def _update(self, webinar: Webinar, suggestion: Suggestion) -> None:
        async with self._store.read() as db:
            seat = await seat_table.find(db, self._account, webinar.session_id, suggestion.user_id)
        if seat and seat.state in REGISTERED_STATES:
            await self._end(webinar, suggestion, seat)
        elif seat:
            await self.leases.release(suggestion)  # being registered: updated when that has an outcome
        elif await self._show(suggestion, self._message(webinar, suggestion)):
            async with self._store.write() as db:
                await self.leases.finish(db, self._changed(webinar, suggestion))

    async def _end(self, webinar: Webinar, suggestion: Suggestion, seat: Seat) -> None:
        """End a suggestion whose user has a seat; if its message is not that of the seat, it refers to that one."""
        if seat.dm_ts != suggestion.dm_ts:
            await self._show(suggestion, suggestion_texts.has_seat_message(webinar))
        async with self._store.write() as db:
            await self.leases.finish(db, self._changed(webinar, suggestion, state=SuggestionState.TAKEN))

    async def _check(self, webinar: Webinar, user_id: str) -> None:
        async with self._store.read() as db:
            if await is_on_team(db, self._account, webinar.session_id, user_id):
                raise BadInput(ON_TEAM)
        if await self._seats.find(webinar, user_id):
            raise BadInput(HAS_SEAT)
        if webinar.registration and not accepts_registrations(webinar.registration):
            raise BadInput(CLOSED)

    async def _send(self, webinar: Webinar, suggestion: Suggestion) -> None:
        """Post the message. A suggestion that Slack refuses is deleted."""
        try:
            channel, ts = await self._slack.post(suggestion.user_id, self._message(webinar, suggestion))
        except (ChannelUnreachable, SlackRefused) as error:
            log.info("suggestion.undeliverable", extra={"session": webinar.session_id, "reason": error.sentence})
            await self._forget(suggestion)
            raise
        sent = self._changed(webinar, suggestion, state=SuggestionState.SENT, dm_channel_id=channel, dm_ts=ts)
        async with self._store.write() as db:
            await self.leases.finish(db, sent)

    async def _restore(self, webinar: Webinar, suggestion: Suggestion, error: GreenroomError) -> None:
        has_page = isinstance(error, AnswersRequired)
        problem = named(seat_texts.ANSWERS, webinar.id) if has_page else error.sentence
        restored = self._changed(webinar, suggestion, state=SuggestionState.SENT)
        message = suggestion_texts.suggestion_message(
            webinar, restored, now=self._clock.now(), problem=problem, has_page=has_page
        )
        await self._show(restored, message)
        async with self._store.write() as db:
            await self.leases.finish(db, restored)

    async def _show(self, suggestion: Suggestion, message: Message) -> bool:
        """Rewrite the message. False if Slack did not answer; a message that the user deleted counts as rewritten."""
        try:
            await self._slack.edit(suggestion.dm_channel_id, suggestion.dm_ts, message)
        except (ChannelUnreachable, SlackRefused) as error:
            log.info("suggestion.message_gone", extra={"session": suggestion.session_id, "reason": error.sentence})
        except GreenroomError as error:
            log.warning(
                "suggestion.update_failed", extra={"session": suggestion.session_id, "reason": type(error).__name__}
            )
            return False
        return True

    async def _defer(self, suggestion: Suggestion, error: Exception) -> None:
        log.warning("suggestion.deferred", extra={"session": suggestion.session_id, "reason": type(error).__name__})
        await self.leases.resume_later(suggestion)

    @asynccontextmanager
    async def _taken(self, webinar: Webinar, user_id: str) -> AsyncIterator[Suggestion]:
        """Own the suggestion to this user while it is answered."""
        async with self._locks[webinar.session_id, user_id]:
            suggestion = await self.find(webinar, user_id)
            if suggestion is None:
                raise BadInput(GONE)
            # After a crash the message is rewritten from here, because its digest does not match.
            changed = suggestion.model_copy(update={"shown_digest": ""})
            unchanged = suggestion_table.is_unchanged(suggestion)
            async with self.leases.owned(suggestion, changed, *unchanged, busy=BadInput(BUSY)) as owned:
                yield owned

    async def _load(self, webinar: Webinar, user_id: str) -> Suggestion | None:
        async with self._store.read() as db:
            return await suggestion_table.find(db, self._account, webinar.session_id, user_id)

    async def _forget(self, suggestion: Suggestion) -> None:
        async with self._store.write() as db:
            await suggestion_table.forget(db, suggestion, self.leases.worker_id)

    def _changed(self, webinar: Webinar, suggestion: Suggestion, **changes: object) -> Suggestion:
        shown = {"shown_digest": self._digest(webinar), "changed_at": self._clock.now()}
        return suggestion.model_copy(update={**shown, **changes})

    def _message(self, webinar: Webinar, suggestion: Suggestion) -> Message:
        return suggestion_texts.suggestion_message(webinar, suggestion, now=self._clock.now())

    def _digest(self, webinar: Webinar) -> str:
        """Digest of what a suggestion shows of a webinar."""
        times = webinar.start.timestamp(), webinar.length, webinar.time_zone, stage(webinar, self._clock.now())
        content = webinar.title, webinar.description, webinar.host_name, *times
        return hashlib.sha256(repr(content).encode()).hexdigest()
