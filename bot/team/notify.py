"""Notifies the members of a changed team, and reports to the user who changed it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.db.connection import Store
from bot.errors import ChannelUnreachable, GreenroomError
from bot.model.team import NotifiedBy
from bot.model.webinar import Webinar
from bot.slack.client import SlackApi
from bot.slack.deliver import ResultDelivery
from bot.slack.message import Message, View
from bot.slack.responses import SlackRefused
from bot.team import table as team_table
from bot.team.change_table import TeamOperation
from bot.team.diff import Member
from bot.team.texts import messages as team_message_texts
from bot.team.texts import result as team_result
from bot.team.texts.result import InviteResult, Outcome

if TYPE_CHECKING:
    from bot.sync.mirror import Mirror
    from bot.team.member_notify import MemberNotifier

log = logging.getLogger(__name__)

UPDATED_AFTER_END = timedelta(days=1)
"""How long after the planned end of a webinar its invitations are still kept current: it may run longer."""


class TeamNotifier:
    """Notifies the members of a team. The outcomes are for the user who changed it."""

    def __init__(
        self,
        members: MemberNotifier,
        store: Store,
        slack: SlackApi,
        results: ResultDelivery,
        mirror: Mirror,
        clock: Clock,
    ) -> None:
        """Notify through this Slack; each member through `members`."""
        self._store = store
        self._slack = slack
        self._results = results
        self._mirror = mirror
        self._clock = clock
        self._members = members

    async def notify_all(self, change: TeamOperation) -> list[Outcome]:
        """Notify the members of an applied change; the outcome for each."""
        async with self._members.locks[change.session_id]:
            return await self._notify_all(change)

    async def notify_failed(self, change: TeamOperation, sentence: str) -> None:
        """Show the user why the change was not applied."""
        webinar = await self._mirror.find(change.session_id)
        await self.show(change, team_result.failed(sentence), team_result.failed_message(webinar, sentence))

    async def show(self, change: TeamOperation, view: View, message: Message) -> None:
        """Show the user the result in the modal, or in a DM if the modal was closed."""
        try:
            await self._results.show(change.view_id, change.user_id, view, message)
        except (ChannelUnreachable, SlackRefused) as error:
            log.warning("team.undeliverable", extra={"session": change.session_id, "reason": error.sentence})

    async def send_again(self, webinar: Webinar, member: Member, by: str) -> bool:
        """Send a member their link again. False if it was sent to the user instead, to be passed on."""
        if member.user_id and await self._members.send_again(webinar, member):
            return True
        await self._slack.post(by, team_message_texts.personal_link(webinar, member))
        return False

    async def update_outdated(self, waiting: Collection[str] = ()) -> None:
        """Notify members of changes of their webinar, unless it is `waiting`, and of removals made elsewhere."""
        recent = await self._mirror.everything(self._clock.now() - UPDATED_AFTER_END)
        await self._members.update_outdated(one for one in recent if one.session_id not in waiting)

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
                return Outcome(member, result, await self._members.notify_of_removal(webinar, member))
            if member.notified_by is NotifiedBy.WAITING:
                member = await self._members.notify_of_role(webinar, member, is_new=result is InviteResult.ADDED)
        except GreenroomError as error:
            # Slack is busy, or its answer was lost: the member is notified later.
            log.warning(
                "team.notification_deferred", extra={"session": webinar.session_id, "reason": type(error).__name__}
            )
            return Outcome(member, result, NotifiedBy.WAITING)
        notified_by = member.notified_by if member.user_id or result is InviteResult.ADDED else NotifiedBy.ORGANIZER
        return Outcome(member, result, notified_by)

    async def _send_links(self, webinar: Webinar, change: TeamOperation, outcomes: Sequence[Outcome]) -> None:
        """Send the user, by DM, the links of members whom neither Slack nor the provider notifies."""
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


def _result(member: Member, change: TeamOperation) -> InviteResult:
    key = member.invitee.invitee_id
    if key in change.diff.deleted:
        return InviteResult.REMOVED
    return InviteResult.ADDED if key in change.added_ids else InviteResult.CHANGED


def _needs_link_from_user(outcome: Outcome) -> bool:
    return outcome.result is InviteResult.ADDED and outcome.notified_by is NotifiedBy.ORGANIZER
