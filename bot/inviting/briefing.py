"""Tells the people of a team what they need to know: their role, their own link, the calendar file, and reminders."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from weakref import WeakValueDictionary

from bot.calendar_file import FILE_NAME, calendar_file
from bot.casting import Member, Told
from bot.clock import Clock, machine_now
from bot.errors import ChannelUnreachable, GreenroomError, NotFound
from bot.holding import DATABASE_AWAY
from bot.inviting import RETRY, Inviting
from bot.inviting.recasting import Unclear
from bot.mirror import Mirror
from bot.models import Webinar
from bot.own_reminders import no_more, stand_by
from bot.providers import NOTICE, Caller
from bot.slack_api import SlackApi, SlackRefused, Upload
from bot.store import seats, team
from bot.store.connection import Store
from bot.store.team_changes import Change, Step
from bot.views import team_message, team_result
from bot.views.blocks import Message, View
from bot.views.facts import is_open_to_come
from bot.views.team_result import Fate, Outcome

log = logging.getLogger(__name__)

TOO_OLD = 120 * RETRY
"""A change that could not be made for so long is given up: by now people have helped themselves."""
GIVEN_UP = "RingCentral could not be reached for an hour. Look at the team with /webinar team, and try again."
TOLD_OF_LEAVING = "left"


class Briefing:
    """What follows a change of a team. Each is told once, or at the worst twice, rather than not at all."""

    def __init__(
        self, store: Store, slack: SlackApi, inviting: Inviting, mirror: Mirror, clock: Clock, poke: Callable[[], None]
    ) -> None:
        """`poke` wakes the delivery of reminders."""
        self._store = store
        self._slack = slack
        self._inviting = inviting
        self._mirror = mirror
        self._clock = clock
        self._poke = poke
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def carry_out(self, change: Change, caller: Caller, *, resumed: bool = False) -> list[Outcome]:
        """Make a change and tell everybody of it; what came of it for each. Raises what `Inviting.make` does."""
        async with self._inviting.held(change):
            if change.step is not Step.MADE:
                change = await self._inviting.make(change, caller, resumed=resumed)
            # One after the other, or two who change the same would both tell the same person.
            async with self._turns.setdefault(change.session_id, asyncio.Lock()):
                outcomes = await self._tell_all(change)
        self._poke()
        return outcomes

    async def shown(self, change: Change, outcomes: Sequence[Outcome]) -> None:
        """Whoever asked knows what came of it; those who could not be told yet are told later."""
        if any(one.told is Told.WAITING for one in outcomes):
            await self._inviting.later(change)
        else:
            await self._inviting.forget(change)

    async def show(self, change: Change, view: View, instead: Message) -> None:
        """Show whoever asked what came of it where they asked, or in a direct message if that is closed."""
        if not (change.view_id and await self._slack.update(change.view_id, view)):
            await self._post(change, instead)

    async def send_again(self, webinar: Webinar, member: Member, by: str) -> bool:
        """Give somebody of the team their link once more. False where it went to whoever asked, to be passed on."""
        said = team_message.invited(webinar, member, again=True)
        if member.user_id and await self._try(webinar, member, said):
            return True
        await self._slack.post(by, team_message.link_again(webinar, member))
        return False

    async def recover(self) -> None:
        """Bring to an end what nobody works on any more, and tell those who wait for it."""
        async for change in self._inviting.take_over():
            try:
                await self._resume(change)
            except (GreenroomError, *DATABASE_AWAY) as error:
                log.warning("team.left_for_later", extra={"session": change.session_id, "reason": type(error).__name__})

    async def _resume(self, change: Change) -> None:
        try:
            webinar = await self._mirror.find(change.session_id)
            outcomes = await self.carry_out(change, NOTICE, resumed=True)
        except Unclear:
            if machine_now() - change.begun_at < TOO_OLD:
                raise
            await self._say_failed(change, GIVEN_UP)
            log.warning("team.given_up", extra={"session": change.session_id})
            return
        except NotFound:
            await self._inviting.forget(change)
            raise
        except GreenroomError as error:
            await self._say_failed(change, error.sentence)
            return
        if not any(one.told is Told.WAITING for one in outcomes):
            await self.show(change, team_result.done(webinar, outcomes), team_result.done_message(webinar, outcomes))
        await self.shown(change, outcomes)

    async def _say_failed(self, change: Change, sentence: str) -> None:
        webinar = await self._mirror.find(change.session_id)
        await self.show(change, team_result.failed(sentence), team_result.failed_message(webinar, sentence))
        await self._inviting.forget(change)

    async def _post(self, change: Change, message: Message) -> None:
        try:
            await self._slack.post(change.user_id, message)
        except (ChannelUnreachable, SlackRefused) as error:
            log.warning("team.nobody_told", extra={"session": change.session_id, "reason": error.sentence})

    async def _tell_all(self, change: Change) -> list[Outcome]:
        webinar = await self._mirror.find(change.session_id)
        async with self._store.read() as db:
            concerned = await team.members(db, change.account, change.session_id, change.concerned)
        outcomes = [await self._tell(webinar, member, change) for member in concerned]
        try:
            await self._hand_out_links(webinar, change, outcomes)
        except GreenroomError as error:
            log.warning(
                "team.links_not_told_yet", extra={"session": webinar.session_id, "reason": type(error).__name__}
            )
            return [replace(one, told=Told.WAITING) if _is_handed_out(one) else one for one in outcomes]
        return outcomes

    async def _tell(self, webinar: Webinar, member: Member, change: Change) -> Outcome:
        fate = _fate(member, change)
        try:
            if fate is Fate.REMOVED:
                return Outcome(member, fate, await self._tell_of_leaving(webinar, member))
            if member.told is Told.WAITING:
                member = await self._tell_of_role(webinar, member, is_new=fate is Fate.ADDED)
        except GreenroomError as error:
            # Slack is busy, or its answer got lost: they are told a little later.
            log.warning("team.not_told_yet", extra={"session": webinar.session_id, "reason": type(error).__name__})
            return Outcome(member, fate, Told.WAITING)
        told = member.told if member.user_id or fate is Fate.ADDED else Told.ORGANISER
        return Outcome(member, fate, told)

    async def _tell_of_role(self, webinar: Webinar, member: Member, *, is_new: bool) -> Member:
        """Tell somebody who was added or is something else now, and write down how they know."""
        channel, what = "", _what(webinar, member)
        is_known = bool(member.told_what and member.dm_channel_id)
        if member.user_id and is_open_to_come(webinar, self._clock.now()):
            say = team_message.role_changed if is_known else team_message.invited
            already = member.told_what == what
            channel = member.dm_channel_id if already else await self._try(webinar, member, say(webinar, member))
        told = Told.MESSAGE if channel else Told.MAIL if member.invitee.is_mailed else Told.ORGANISER
        now = self._clock.now()
        member = member.model_copy(
            update={"told": told, "told_what": what if channel else "", "dm_channel_id": channel}
        )
        async with self._store.write() as db:
            if channel and not is_known:  # who knew of it may have chosen their reminders since, or none
                await stand_by(db, webinar, member.user_id, channel, now)
            # Who gets no link from us is waited for until whoever invited them has it.
            if told is not Told.ORGANISER or not is_new:
                await team.save(db, webinar.account, webinar.session_id, member, now)
        return member

    async def _tell_of_leaving(self, webinar: Webinar, member: Member) -> Told:
        if not (member.user_id and member.dm_channel_id):
            return Told.ORGANISER
        if member.told_what == TOLD_OF_LEAVING:
            return Told.MESSAGE
        async with self._store.read() as db:
            is_back = await team.of_person(db, webinar.account, webinar.session_id, member.user_id)
            seat = await seats.link_of(db, webinar.account, webinar.session_id, member.user_id)
        if is_back:
            return Told.MESSAGE  # invited again meanwhile, and told of that: it is what holds
        told = Told.MESSAGE
        try:
            await self._slack.post(member.user_id, team_message.removed(webinar, has_seat=bool(seat)))
        except (ChannelUnreachable, SlackRefused):
            told = Told.ORGANISER
        now, left = self._clock.now(), member.model_copy(update={"told_what": TOLD_OF_LEAVING})
        async with self._store.write() as db:
            await no_more(db, webinar.account, webinar.session_id, member.user_id, member.dm_channel_id, now)
            await team.save(db, webinar.account, webinar.session_id, left, now)
        return told

    async def _hand_out_links(self, webinar: Webinar, change: Change, outcomes: Sequence[Outcome]) -> None:
        """Give whoever invited them the links of those whom nobody else tells, in a direct message."""
        alone = [one.member for one in outcomes if _is_handed_out(one)]
        async with self._store.read() as db:
            ids = [one.invitee.invitee_id for one in alone]
            there = await team.members(db, webinar.account, webinar.session_id, ids)
        waiting = {one.invitee.invitee_id for one in there if one.told is Told.WAITING}
        new = [one for one in alone if one.invitee.invitee_id in waiting]
        if not new:
            return
        await self._post(change, team_message.links(webinar, new))
        async with self._store.write() as db:
            for one in new:
                await team.save(db, webinar.account, webinar.session_id, one, self._clock.now())

    async def _try(self, webinar: Webinar, member: Member, message: Message) -> str:
        """The channel of somebody's own messages, where they have it now; empty where Slack says a clear no."""
        try:
            return await self._send(webinar, member, message)
        except (ChannelUnreachable, SlackRefused) as error:
            log.info("team.no_message", extra={"session": webinar.session_id, "reason": error.sentence})
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
            await self._slack.send_file(channel, Upload(FILE_NAME, content), team_message.FILE)
        except GreenroomError as error:
            # The message says all that the file does; once more it would only be doubled.
            log.warning("team.no_file", extra={"session": webinar.session_id, "reason": error.sentence})
        return channel


def _fate(member: Member, change: Change) -> Fate:
    key = member.invitee.invitee_id
    if key in change.order.deleted:
        return Fate.REMOVED
    return Fate.ADDED if key in change.made else Fate.CHANGED


def _is_handed_out(outcome: Outcome) -> bool:
    return outcome.fate is Fate.ADDED and outcome.told is Told.ORGANISER


def _what(webinar: Webinar, member: Member) -> str:
    """A digest of what somebody is told: in what role they are on which team, by what link."""
    told = (webinar.session_id, member.invitee.role, member.invitee.link.get_secret_value())
    return hashlib.sha256(repr(told).encode()).hexdigest()
