"""Notifies each member of a team: of their role, of changes of the webinar, and of their removal."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

from bot.clock import Clock, machine_now
from bot.concurrency import KeyedLocks
from bot.db.connection import Store
from bot.db.leases import WorkerLeases
from bot.errors import BadInput, ChannelUnreachable, GreenroomError
from bot.model.lifecycle import is_coming_or_live
from bot.model.people import Account
from bot.model.team import NotifiedBy
from bot.model.webinar import Webinar
from bot.notices.team_reminders import add_early_reminders, remove_reminders
from bot.slack.client import SlackApi
from bot.slack.responses import SlackRefused
from bot.team import table as team_table
from bot.team.diff import Member
from bot.team.member_messages import MemberMessages, earlier_digest, role_digest, shown_digest
from bot.team.table import StoredMember
from bot.webinars.participation import has_seat, is_on_team

log = logging.getLogger(__name__)

NOTIFIED_OF_REMOVAL = "left"
MAX_UPDATES = 20
"""Members whose messages are updated in one run; the others follow half a minute later."""
BUSY = "Greenroom is writing to them right now. Try again in a minute."


class MemberNotifier:
    """Notifies members who are Slack users, once, or at the worst twice, rather than never.

    The row of a member is leased meanwhile, so that two replicas do not notify them of the same thing.
    """

    def __init__(self, worker_id: str, account: Account, store: Store, slack: SlackApi, clock: Clock) -> None:
        """Notify through this Slack. `worker_id` distinguishes the replicas of this account."""
        self._account = account
        self._store = store
        self._clock = clock
        self.locks = KeyedLocks()  # per session: leases do not exclude other tasks of this worker
        self._leases = WorkerLeases(store, team_table.LEASES, account, worker_id, subject="team")
        self._messages = MemberMessages(store, slack, clock, self._leases)

    async def notify_of_role(self, webinar: Webinar, member: Member, *, is_new: bool) -> Member:
        """Notify a member who was added or has another role, and save how. The caller holds the session's lock."""
        async with self._taken(webinar, member) as stored:
            if stored is None:
                return await self._current(webinar, member)
            was_notified = bool(member.notified_digest and member.dm_channel_id)
            notified = await self._with_role(webinar, stored, is_changed=was_notified)
            channel = notified.dm_channel_id
            async with self._store.write() as db:
                if channel and not was_notified:  # a member notified before may have chosen reminders since, or none
                    await add_early_reminders(db, webinar, member.user_id, channel, self._clock.now())
                # A member without a link from us stays waiting until the user who invited them has it.
                is_waiting = notified.notified_by is NotifiedBy.ORGANIZER and is_new
                waiting = notified.model_copy(update={"notified_by": NotifiedBy.WAITING})
                await team_table.finish(db, stored, waiting if is_waiting else notified, self._leases.worker_id)
        return notified

    async def notify_of_removal(self, webinar: Webinar, member: Member) -> NotifiedBy:
        """Notify a member who was removed, unless they were invited again. The caller holds the session's lock."""
        if not (member.user_id and member.dm_channel_id):
            return NotifiedBy.ORGANIZER
        if member.notified_digest == NOTIFIED_OF_REMOVAL:
            return NotifiedBy.MESSAGE
        async with self._taken(webinar, member) as stored:
            return await self._remove(webinar, stored) if stored else NotifiedBy.WAITING

    async def send_again(self, webinar: Webinar, member: Member) -> bool:
        """Send a member their message once more. False if Slack refuses it. Raises `BadInput` if it is being sent."""
        async with self.locks[webinar.session_id], self._taken(webinar, member) as stored:
            if stored is None:
                raise BadInput(BUSY)
            sent = await self._try(self._messages.send_again, webinar, stored)
            notified = sent.member.model_copy(update={"notified_by": NotifiedBy.MESSAGE}) if sent else member
            async with self._store.write() as db:
                await team_table.finish(db, stored, notified, self._leases.worker_id)
            return sent is not None

    async def update_outdated(self, webinars: Iterable[Webinar]) -> None:
        """Update the messages and calendars of members whose webinar has changed; notify those removed elsewhere."""
        by_session = {webinar.session_id: webinar for webinar in webinars}
        async with self._store.read() as db:
            with_members = await team_table.sessions_to_update(db, self._account)
        remaining = MAX_UPDATES
        for session_id in sorted(with_members & by_session.keys()):
            async with self.locks[session_id]:
                remaining = await self._update_session(by_session[session_id], remaining)

    async def _update_session(self, webinar: Webinar, remaining: int) -> int:
        began, current = machine_now(), (shown_digest(webinar), earlier_digest(webinar))
        while remaining:
            async with self._store.write() as db:
                lease = self._leases.worker_id, began, self._leases.until()
                stored = await team_table.claim_outdated(db, self._account, webinar.session_id, current, *lease)
            if stored is None:
                break
            remaining -= 1
            try:
                await self._update(webinar, stored)
            except GreenroomError as error:
                log.warning("team.update_failed", extra={"session": webinar.session_id, "reason": type(error).__name__})
        return remaining

    async def _update(self, webinar: Webinar, stored: StoredMember) -> None:
        if stored.member.notified_by is NotifiedBy.GONE:
            await self._remove(webinar, stored)
            async with self._store.write() as db:
                await team_table.forget_gone(db, stored, self._leases.worker_id)
            return
        sent: StoredMember | None = stored
        if stored.member.shown_digest:  # else an earlier version notified them, which saved no digest
            sent = await self._try(self._messages.update, webinar, stored)
        lost = {} if sent else {"dm_channel_id": "", "dm_ts": ""}
        shown = (sent or stored).member.model_copy(update={"shown_digest": shown_digest(webinar), **lost})
        async with self._store.write() as db:
            await team_table.finish(db, stored, shown, self._leases.worker_id)

    async def _with_role(self, webinar: Webinar, stored: StoredMember, *, is_changed: bool) -> Member:
        """The member as notified: by a message, unless Slack refuses it or the webinar is over."""
        sent: StoredMember | None = None
        member, digest = stored.member, role_digest(webinar, stored.member)
        if member.user_id and is_coming_or_live(webinar, self._clock.now()):
            send = self._messages.change_role if is_changed else self._messages.invite
            is_repeated = member.notified_digest == digest
            sent = stored if is_repeated else await self._try(send, webinar, stored)
        if sent:
            return sent.member.model_copy(update={"notified_by": NotifiedBy.MESSAGE, "notified_digest": digest})
        notified_by = NotifiedBy.MAIL if member.invitee.is_mailed else NotifiedBy.ORGANIZER
        nothing = dict.fromkeys(("notified_digest", "shown_digest", "dm_channel_id", "dm_ts", "role_ts"), "")
        return member.model_copy(update={"notified_by": notified_by, **nothing})

    async def _remove(self, webinar: Webinar, stored: StoredMember) -> NotifiedBy:
        member, person = stored.member, (webinar.account, webinar.session_id, stored.member.user_id)
        async with self._store.read() as db:
            is_back = await is_on_team(db, *person)
            keeps_seat = await has_seat(db, *person)
        notified_by = NotifiedBy.MESSAGE  # also if invited again in the meantime, and notified of that
        if not is_back:
            try:
                await self._messages.remove(webinar, stored, has_seat=keeps_seat)
            except (ChannelUnreachable, SlackRefused):
                notified_by = NotifiedBy.ORGANIZER
        left = member if is_back else member.model_copy(update={"notified_digest": NOTIFIED_OF_REMOVAL})
        async with self._store.write() as db:
            await remove_reminders(db, *person, member.dm_channel_id, self._clock.now())
            await team_table.finish(db, stored, left, self._leases.worker_id)
        return notified_by

    async def _try(
        self, send: Callable[[Webinar, StoredMember], Awaitable[StoredMember]], webinar: Webinar, stored: StoredMember
    ) -> StoredMember | None:
        """Send, and return the member; None if Slack refuses it."""
        try:
            return await send(webinar, stored)
        except (ChannelUnreachable, SlackRefused) as error:
            log.info("team.member_undeliverable", extra={"session": webinar.session_id, "reason": error.sentence})
            return None

    @asynccontextmanager
    async def _taken(self, webinar: Webinar, member: Member) -> AsyncIterator[StoredMember | None]:
        """Lease the row of a member as they are; None if another worker notifies them, or they have changed."""
        stored = StoredMember(account=self._account, session_id=webinar.session_id, member=member)
        async with self._store.write() as db:
            is_mine = await self._leases.take(db, stored, *team_table.is_unchanged(stored))
        try:
            yield stored if is_mine else None
        except GreenroomError:
            if is_mine:
                await self._leases.release(stored)
            raise

    async def _current(self, webinar: Webinar, member: Member) -> Member:
        async with self._store.read() as db:
            found = await team_table.members(db, self._account, webinar.session_id, [member.invitee.invitee_id])
        return found[0] if found else member
