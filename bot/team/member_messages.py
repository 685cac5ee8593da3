"""Sends a team member their message and calendar file, and rewrites the message when something in it changes."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from bot.clock import Clock
from bot.db.connection import Store
from bot.db.leases import LeaseLost, WorkerLeases
from bot.errors import ChannelUnreachable
from bot.model.webinar import Status, Webinar
from bot.slack.client import SlackApi
from bot.slack.message import Message
from bot.slack.responses import SlackRefused
from bot.team.diff import Member
from bot.team.table import StoredMember
from bot.team.texts import messages as team_message_texts
from bot.webinars import personal_calendar
from bot.webinars.personal_calendar import EntryContent, PersonalCalendar

log = logging.getLogger(__name__)


class MemberMessages:
    """The direct messages to members whose rows this worker owns. Methods raise what Slack answers.

    The position of a message is saved before its file is sent: after a failure, the message is edited and not repeated.
    """

    def __init__(self, store: Store, slack: SlackApi, clock: Clock, leases: WorkerLeases[StoredMember]) -> None:
        """Write through this Slack."""
        self._store = store
        self._slack = slack
        self._leases = leases
        self._calendar = PersonalCalendar(store, slack, clock)

    async def invite(self, webinar: Webinar, stored: StoredMember) -> StoredMember:
        """Send the invitation and the calendar file."""
        shown = await self._show(stored, team_message_texts.invited(webinar, stored.member))
        await self._send_file(webinar, shown, is_new=True)
        return _with(shown, shown_digest=shown_digest(webinar))

    async def change_role(self, webinar: Webinar, stored: StoredMember) -> StoredMember:
        """Rewrite the invitation, say that the role has changed, and send the new file."""
        if await self._edit(stored, team_message_texts.current(webinar, stored.member)):
            await self._edit_role(stored, team_message_texts.earlier_role(webinar))
            notice = team_message_texts.role_notice(webinar, stored.member)
            _, role_ts = await self._slack.post(stored.member.user_id, notice)
            shown = _with(stored, role_ts=role_ts)
        else:
            shown = await self._post(stored, team_message_texts.role_changed(webinar, stored.member))
        await self._send_file(webinar, shown, is_new=False)
        return _with(shown, shown_digest=shown_digest(webinar))

    async def update(self, webinar: Webinar, stored: StoredMember) -> StoredMember:
        """Rewrite the invitation, and send the new file if the entry differs, after a change of the webinar.

        After the end, an invitation that is gone is not sent again, and no file follows.
        """
        if webinar.status is Status.FINISHED:
            await self._edit(stored, team_message_texts.current(webinar, stored.member))
            return _with(stored, shown_digest=shown_digest(webinar))
        shown = await self._show(stored, team_message_texts.current(webinar, stored.member))
        if not personal_calendar.is_entry_unchanged(stored.member.shown_digest, shown_digest(webinar)):
            await self._send_file(webinar, shown, is_new=False)
        return _with(shown, shown_digest=shown_digest(webinar))

    async def send_again(self, webinar: Webinar, stored: StoredMember) -> StoredMember:
        """Send the invitation and the file once more; the earlier message refers to the new one."""
        message = team_message_texts.invited(webinar, stored.member, again=True)
        sent = await self._post(stored, message)
        await self._edit(stored, team_message_texts.superseded(webinar))
        await self._send_file(webinar, sent, is_new=True)
        return _with(sent, shown_digest=shown_digest(webinar), notified_digest=role_digest(webinar, sent.member))

    async def remove(self, webinar: Webinar, stored: StoredMember, *, has_seat: bool) -> None:
        """Take the link out of the invitation, say that they were removed, and remove their calendar entry.

        The entry of a member with a seat becomes that of the seat: `SeatNotifier.refresh_calendars`.
        """
        member = stored.member
        await self._edit(stored, team_message_texts.left(webinar))
        await self._edit_role(stored, team_message_texts.earlier_role(webinar))
        await self._slack.post(member.user_id, team_message_texts.removed(webinar, has_seat=has_seat))
        sequence = await self._calendar.reserve_for_former_member(webinar, member.user_id)
        if sequence is not None:
            with _allowing_refusal(webinar):
                await self._calendar.send_removal(webinar, member.dm_channel_id, sequence)

    async def _show(self, stored: StoredMember, message: Message) -> StoredMember:
        """Edit the member's message, or post it if there is none."""
        if await self._edit(stored, message):
            return stored
        return await self._post(stored, message)

    async def _post(self, stored: StoredMember, message: Message) -> StoredMember:
        channel, ts = await self._slack.post(stored.member.user_id, message)
        posted = _with(stored, dm_channel_id=channel, dm_ts=ts)
        async with self._store.write() as db:
            with contextlib.suppress(LeaseLost):
                await self._leases.advance(db, posted)
        return posted

    async def _edit(self, stored: StoredMember, message: Message) -> bool:
        """Edit the member's message. False if there is none, for example because they deleted it."""
        return await self._slack.edit_if_kept(stored.member.dm_channel_id, stored.member.dm_ts, message)

    async def _edit_role(self, stored: StoredMember, message: Message) -> None:
        """Edit the message about the member's role, which no longer applies, if there is one."""
        if stored.member.role_ts:
            await self._edit(_with(stored, dm_ts=stored.member.role_ts), message)

    async def _send_file(self, webinar: Webinar, stored: StoredMember, *, is_new: bool) -> None:
        member = stored.member
        content = EntryContent(link=member.invitee.link.get_secret_value(), early=webinar.panel_offset)
        sequence = await self._calendar.reserve_for_member(webinar, member.user_id)
        with _allowing_refusal(webinar):
            await self._calendar.send(webinar, member.dm_channel_id, sequence, content, is_new=is_new)


def role_digest(webinar: Webinar, member: Member) -> str:
    """Digest of a member's notification: the session, the role, and the link."""
    return _digest(webinar.session_id, member.invitee.role, member.invitee.link.get_secret_value())


def shown_digest(webinar: Webinar) -> str:
    """Digest of what members' messages and calendars contain of a webinar: a different one requires an update."""
    over = (Status.FINISHED,) if webinar.status is Status.FINISHED else ()
    in_message = (webinar.time_zone, *over)
    return personal_calendar.content_digest((*_times(webinar), webinar.description), in_message)


def earlier_digest(webinar: Webinar) -> str:
    """The digest that earlier versions saved, without the description: their members need no update for it alone."""
    return _digest(*_times(webinar))


def _times(webinar: Webinar) -> tuple[object, ...]:
    is_canceled = webinar.status is Status.CANCELED
    return webinar.title, webinar.start.timestamp(), webinar.length, webinar.panel_offset, is_canceled


@contextmanager
def _allowing_refusal(webinar: Webinar) -> Iterator[None]:
    """Log that Slack refuses a file: the message was delivered, and contains all that the file does."""
    try:
        yield
    except (ChannelUnreachable, SlackRefused) as error:
        log.warning("team.file_refused", extra={"session": webinar.session_id, "reason": error.sentence})


def _digest(*content: object) -> str:
    return hashlib.sha256(repr(content).encode()).hexdigest()


def _with(stored: StoredMember, **changes: str) -> StoredMember:
    return stored.model_copy(update={"member": stored.member.model_copy(update=changes)})
