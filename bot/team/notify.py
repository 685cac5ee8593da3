"""Notifies the members of a team: their role, their own link, the calendar file, and reminders."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.clock import Clock
from bot.concurrency import KeyedLocks
from bot.db.connection import Store
from bot.errors import ChannelUnreachable, GreenroomError
from bot.model.lifecycle import is_coming_or_live
from bot.model.team import NotifiedBy
from bot.model.webinar import Webinar
from bot.notices.team_reminders import add_early_reminders, remove_reminders
from bot.slack.client import SlackApi, SlackRefused, Upload
from bot.slack.message import Message, View
from bot.sync.mirror import Mirror
from bot.team import table as team_table
from bot.team.change_table import TeamOperation
from bot.team.diff import Member
from bot.team.texts import messages as team_message_texts
from bot.team.texts import result as team_result
from bot.team.texts.result import InviteResult, Outcome
from bot.webinars.calendar_file import FILE_NAME, calendar_file
from bot.webinars.participation import has_seat, is_on_team

log = logging.getLogger(__name__)

TOLD_OF_LEAVING = "left"


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
            return await self._tell_all(change)

    async def failed(self, change: TeamOperation, sentence: str) -> None:
        """Show the user why the change was not applied."""
        webinar = await self._mirror.find(change.session_id)
        await self.show(change, team_result.failed(sentence), team_result.failed_message(webinar, sentence))

    async def show(self, change: TeamOperation, view: View, instead: Message) -> None:
        """Show the user the result in the modal, or in a DM if the modal was closed."""
        if not (change.view_id and await self._slack.update(change.view_id, view)):
            await self._post(change, instead)

    async def send_again(self, webinar: Webinar, member: Member, by: str) -> bool:
        """Send a member their link again. False if it was sent to the user instead, to be passed on."""
        said = team_message_texts.invited(webinar, member, again=True)
        if member.user_id and await self._try(webinar, member, said):
            return True
        await self._slack.post(by, team_message_texts.link_again(webinar, member))
        return False

    async def _post(self, change: TeamOperation, message: Message) -> None:
        try:
            await self._slack.post(change.user_id, message)
        except (ChannelUnreachable, SlackRefused) as error:
            log.warning("team.undeliverable", extra={"session": change.session_id, "reason": error.sentence})

    async def _tell_all(self, change: TeamOperation) -> list[Outcome]:
        webinar = await self._mirror.find(change.session_id)
        async with self._store.read() as db:
            concerned = await team_table.members(db, change.account, change.session_id, change.concerned)
        outcomes = [await self._tell(webinar, member, change) for member in concerned]
        try:
            await self._hand_out_links(webinar, change, outcomes)
        except GreenroomError as error:
            log.warning("team.links_deferred", extra={"session": webinar.session_id, "reason": type(error).__name__})
            return [replace(one, told=NotifiedBy.WAITING) if _is_handed_out(one) else one for one in outcomes]
        return outcomes

    async def _tell(self, webinar: Webinar, member: Member, change: TeamOperation) -> Outcome:
        fate = _fate(member, change)
        try:
            if fate is InviteResult.REMOVED:
                return Outcome(member, fate, await self._tell_of_leaving(webinar, member))
            if member.told is NotifiedBy.WAITING:
                member = await self._tell_of_role(webinar, member, is_new=fate is InviteResult.ADDED)
        except GreenroomError as error:
            # Slack is busy, or its answer was lost: the member is notified later.
            log.warning(
                "team.notification_deferred", extra={"session": webinar.session_id, "reason": type(error).__name__}
            )
            return Outcome(member, fate, NotifiedBy.WAITING)
        told = member.told if member.user_id or fate is InviteResult.ADDED else NotifiedBy.ORGANIZER
        return Outcome(member, fate, told)

    async def _tell_of_role(self, webinar: Webinar, member: Member, *, is_new: bool) -> Member:
        """Notify a member who was added or has another role, and save how."""
        channel, what = "", _what(webinar, member)
        is_known = bool(member.notified_digest and member.dm_channel_id)
        if member.user_id and is_coming_or_live(webinar, self._clock.now()):
            say = team_message_texts.role_changed if is_known else team_message_texts.invited
            already = member.notified_digest == what
            channel = member.dm_channel_id if already else await self._try(webinar, member, say(webinar, member))
        told = NotifiedBy.MESSAGE if channel else NotifiedBy.MAIL if member.invitee.is_mailed else NotifiedBy.ORGANIZER
        now = self._clock.now()
        member = member.model_copy(
            update={"told": told, "notified_digest": what if channel else "", "dm_channel_id": channel}
        )
        async with self._store.write() as db:
            if channel and not is_known:  # a member notified before may have chosen reminders since, or none
                await add_early_reminders(db, webinar, member.user_id, channel, now)
            # A member without a link from us stays waiting until the user who invited them has it.
            if told is not NotifiedBy.ORGANIZER or not is_new:
                await team_table.save(db, webinar.account, webinar.session_id, member, now)
        return member

    async def _tell_of_leaving(self, webinar: Webinar, member: Member) -> NotifiedBy:
        if not (member.user_id and member.dm_channel_id):
            return NotifiedBy.ORGANIZER
        if member.notified_digest == TOLD_OF_LEAVING:
            return NotifiedBy.MESSAGE
        async with self._store.read() as db:
            is_back = await is_on_team(db, webinar.account, webinar.session_id, member.user_id)
            keeps_seat = await has_seat(db, webinar.account, webinar.session_id, member.user_id)
        if is_back:
            return NotifiedBy.MESSAGE  # invited again in the meantime, and notified of that
        told = NotifiedBy.MESSAGE
        try:
            await self._slack.post(member.user_id, team_message_texts.removed(webinar, has_seat=keeps_seat))
        except (ChannelUnreachable, SlackRefused):
            told = NotifiedBy.ORGANIZER
        now, left = self._clock.now(), member.model_copy(update={"notified_digest": TOLD_OF_LEAVING})
        async with self._store.write() as db:
            await remove_reminders(db, webinar.account, webinar.session_id, member.user_id, member.dm_channel_id, now)
            await team_table.save(db, webinar.account, webinar.session_id, left, now)
        return told

    async def _hand_out_links(self, webinar: Webinar, change: TeamOperation, outcomes: Sequence[Outcome]) -> None:
        """Send the user, by DM, the links of members whom neither Slack nor RingCentral notifies."""
        alone = [one.member for one in outcomes if _is_handed_out(one)]
        async with self._store.read() as db:
            ids = [one.invitee.invitee_id for one in alone]
            there = await team_table.members(db, webinar.account, webinar.session_id, ids)
        waiting = {one.invitee.invitee_id for one in there if one.told is NotifiedBy.WAITING}
        new = [one for one in alone if one.invitee.invitee_id in waiting]
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
        read = webinar.registration.sequence if webinar.registration else 0
        content = calendar_file(
            webinar,
            now=self._clock.now(),
            link=member.invitee.link.get_secret_value(),
            sequence=read,
            early=webinar.panel_offset,
        )
        try:
            await self._slack.send_file(channel, Upload(FILE_NAME, content), team_message_texts.FILE)
        except GreenroomError as error:
            # The message contains all that the file does; sending it again would only duplicate it.
            log.warning("team.file_refused", extra={"session": webinar.session_id, "reason": error.sentence})
        return channel


def _fate(member: Member, change: TeamOperation) -> InviteResult:
    key = member.invitee.invitee_id
    if key in change.order.deleted:
        return InviteResult.REMOVED
    return InviteResult.ADDED if key in change.made else InviteResult.CHANGED


def _is_handed_out(outcome: Outcome) -> bool:
    return outcome.fate is InviteResult.ADDED and outcome.told is NotifiedBy.ORGANIZER


def _what(webinar: Webinar, member: Member) -> str:
    """A digest of a member's notification: the session, the role, and the link."""
    told = (webinar.session_id, member.invitee.role, member.invitee.link.get_secret_value())
    return hashlib.sha256(repr(told).encode()).hexdigest()
