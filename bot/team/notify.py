"""Notifies the members of a team: their role, their own link, the calendar file, and reminders."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.concurrency import KeyedLocks
from bot.db.connection import Store
from bot.errors import ChannelUnreachable, GreenroomError
from bot.model.lifecycle import is_coming_or_live
from bot.model.team import NotifiedBy
from bot.model.webinar import Webinar
from bot.notices.team_reminders import add_early_reminders, remove_reminders
from bot.slack.client import SlackApi, Upload
from bot.slack.deliver import update_or_post
from bot.slack.message import Message, View
from bot.slack.responses import SlackRefused
from bot.team import table as team_table
from bot.team.change_table import TeamOperation
from bot.team.diff import Member
from bot.team.texts import messages as team_message_texts
from bot.team.texts import result as team_result
from bot.team.texts.result import InviteResult, Outcome
from bot.webinars.calendar_file import FILE_NAME, calendar_file
from bot.webinars.participation import has_seat, is_on_team

if TYPE_CHECKING:
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

NOTIFIED_OF_REMOVAL = "left"


class TeamNotifier:
    """Notifies the members of a team, once, or at the worst twice, rather than never."""

    def __init__(self, store: Store, slack: SlackApi, mirror: Mirror, clock: Clock) -> None:
        """Notify through this Slack."""
        self._store = store
        self._slack = slack
        self._mirror = mirror
        self._clock = clock
        self._locks = KeyedLocks()  # per session: two equal changes would both notify the same member

    async def notify_all(self, change: TeamOperation) -> list[Outcome]:
        """Notify the members of an applied change; the outcome for each."""
        async with self._locks[change.session_id]:
            return await self._notify_all(change)

    async def notify_failed(self, change: TeamOperation, sentence: str) -> None:
        """Show the user why the change was not applied."""
        webinar = await self._mirror.find(change.session_id)
        await self.show(change, team_result.failed(sentence), team_result.failed_message(webinar, sentence))

    async def show(self, change: TeamOperation, view: View, message: Message) -> None:
        """Show the user the result in the modal, or in a DM if the modal was closed."""
        try:
            await update_or_post(self._slack, change.view_id, change.user_id, view, message)
        except (ChannelUnreachable, SlackRefused) as error:
            log.warning("team.undeliverable", extra={"session": change.session_id, "reason": error.sentence})

    async def send_again(self, webinar: Webinar, member: Member, by: str) -> bool:
        """Send a member their link again. False if it was sent to the user instead, to be passed on."""
        message = team_message_texts.invited(webinar, member, again=True)
        if member.user_id and await self._try(webinar, member, message):
            return True
        await self._slack.post(by, team_message_texts.personal_link(webinar, member))
        return False

    async def _post(self, change: TeamOperation, message: Message) -> None:
        try:
            await self._slack.post(change.user_id, message)
        except (ChannelUnreachable, SlackRefused) as error:
            log.warning("team.undeliverable", extra={"session": change.session_id, "reason": error.sentence})

    async def _notify_all(self, change: TeamOperation) -> list[Outcome]:
        webinar = await self._mirror.find(change.session_id)
        async with self._store.read() as db:
            affected = await team_table.members(db, change.account, change.session_id, change.affected_ids)
        outcomes = [await self._notify(webinar, member, change) for member in affected]
        try:
            await self._send_links(webinar, change, outcomes)
        except GreenroomError as error:
            log.warning("team.links_deferred", extra={"session": webinar.session_id, "reason": type(error).__name__})
            return [
                replace(one, notified_by=NotifiedBy.WAITING) if _needs_link_from_user(one) else one for one in outcomes
            ]
        return outcomes

    async def _notify(self, webinar: Webinar, member: Member, change: TeamOperation) -> Outcome:
        result = _result(member, change)
        try:
            if result is InviteResult.REMOVED:
                return Outcome(member, result, await self._notify_of_removal(webinar, member))
            if member.notified_by is NotifiedBy.WAITING:
                member = await self._notify_of_role(webinar, member, is_new=result is InviteResult.ADDED)
        except GreenroomError as error:
            # Slack is busy, or its answer was lost: the member is notified later.
            log.warning(
                "team.notification_deferred", extra={"session": webinar.session_id, "reason": type(error).__name__}
            )
            return Outcome(member, result, NotifiedBy.WAITING)
        notified_by = member.notified_by if member.user_id or result is InviteResult.ADDED else NotifiedBy.ORGANIZER
        return Outcome(member, result, notified_by)

    async def _notify_of_role(self, webinar: Webinar, member: Member, *, is_new: bool) -> Member:
        """Notify a member who was added or has another role, and save how."""
        channel, digest = "", _digest(webinar, member)
        was_notified = bool(member.notified_digest and member.dm_channel_id)
        if member.user_id and is_coming_or_live(webinar, self._clock.now()):
            text = team_message_texts.role_changed if was_notified else team_message_texts.invited
            is_repeated = member.notified_digest == digest
            channel = member.dm_channel_id if is_repeated else await self._try(webinar, member, text(webinar, member))
        notified_by = (
            NotifiedBy.MESSAGE if channel else NotifiedBy.MAIL if member.invitee.is_mailed else NotifiedBy.ORGANIZER
        )
        now = self._clock.now()
        member = member.model_copy(
            update={"notified_by": notified_by, "notified_digest": digest if channel else "", "dm_channel_id": channel}
        )
        async with self._store.write() as db:
            if channel and not was_notified:  # a member notified before may have chosen reminders since, or none
                await add_early_reminders(db, webinar, member.user_id, channel, now)
            # A member without a link from us stays waiting until the user who invited them has it.
            if notified_by is not NotifiedBy.ORGANIZER or not is_new:
                await team_table.save(db, webinar.account, webinar.session_id, member, now)
        return member

    async def _notify_of_removal(self, webinar: Webinar, member: Member) -> NotifiedBy:
        if not (member.user_id and member.dm_channel_id):
            return NotifiedBy.ORGANIZER
        if member.notified_digest == NOTIFIED_OF_REMOVAL:
            return NotifiedBy.MESSAGE
        async with self._store.read() as db:
            is_back = await is_on_team(db, webinar.account, webinar.session_id, member.user_id)
            keeps_seat = await has_seat(db, webinar.account, webinar.session_id, member.user_id)
        if is_back:
            return NotifiedBy.MESSAGE  # invited again in the meantime, and notified of that
        notified_by = NotifiedBy.MESSAGE
        try:
            await self._slack.post(member.user_id, team_message_texts.removed(webinar, has_seat=keeps_seat))
        except (ChannelUnreachable, SlackRefused):
            notified_by = NotifiedBy.ORGANIZER
        now, left = self._clock.now(), member.model_copy(update={"notified_digest": NOTIFIED_OF_REMOVAL})
        async with self._store.write() as db:
            await remove_reminders(db, webinar.account, webinar.session_id, member.user_id, member.dm_channel_id, now)
            await team_table.save(db, webinar.account, webinar.session_id, left, now)
        return notified_by

    async def _send_links(self, webinar: Webinar, change: TeamOperation, outcomes: Sequence[Outcome]) -> None:
        """Send the user, by DM, the links of members whom neither Slack nor RingCentral notifies."""
        without_link = [one.member for one in outcomes if _needs_link_from_user(one)]
        async with self._store.read() as db:
            ids = [one.invitee.invitee_id for one in without_link]
            current = await team_table.members(db, webinar.account, webinar.session_id, ids)
        waiting = {one.invitee.invitee_id for one in current if one.notified_by is NotifiedBy.WAITING}
        new = [one for one in without_link if one.invitee.invitee_id in waiting]
        if not new:
            return
        await self._post(change, team_message_texts.links(webinar, new))
        async with self._store.write() as db:
            for one in new:
                await team_table.save(db, webinar.account, webinar.session_id, one, self._clock.now())

    async def _try(self, webinar: Webinar, member: Member, message: Message) -> str:
        """Send, and return the DM channel; empty if Slack refuses it."""
        try:
            return await self._send(webinar, member, message)
        except (ChannelUnreachable, SlackRefused) as error:
            log.info("team.member_undeliverable", extra={"session": webinar.session_id, "reason": error.sentence})
            return ""

    async def _send(self, webinar: Webinar, member: Member, message: Message) -> str:
        channel, _ = await self._slack.post(member.user_id, message)
        sequence = webinar.registration.sequence if webinar.registration else 0
        content = calendar_file(
            webinar,
            now=self._clock.now(),
            link=member.invitee.link.get_secret_value(),
            sequence=sequence,
            early=webinar.panel_offset,
        )
        try:
            await self._slack.send_file(channel, Upload(FILE_NAME, content), team_message_texts.FILE)
        except GreenroomError as error:
            # The message contains all that the file does; sending it again would only duplicate it.
            log.warning("team.file_refused", extra={"session": webinar.session_id, "reason": error.sentence})
        return channel


def _result(member: Member, change: TeamOperation) -> InviteResult:
    key = member.invitee.invitee_id
    if key in change.diff.deleted:
        return InviteResult.REMOVED
    return InviteResult.ADDED if key in change.added_ids else InviteResult.CHANGED


def _needs_link_from_user(outcome: Outcome) -> bool:
    return outcome.result is InviteResult.ADDED and outcome.notified_by is NotifiedBy.ORGANIZER


def _digest(webinar: Webinar, member: Member) -> str:
    """A digest of a member's notification: the session, the role, and the link."""
    content = (webinar.session_id, member.invitee.role, member.invitee.link.get_secret_value())
    return hashlib.sha256(repr(content).encode()).hexdigest()
