"""Writes the messages about recordings, as they are when they are posted or rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import UnknownWebinar
from bot.reports.messages import table as message_table
from bot.reports.messages.table import MessageTopic, PostState, ReportMessage
from bot.reports.recordings import table, texts
from bot.reports.recordings.news import SLOW
from bot.reports.recordings.places import OptedOut, share_places
from bot.webinars import table as webinar_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.clock import Clock
    from bot.db.connection import Store
    from bot.model.people import Account
    from bot.model.webinar import Webinar
    from bot.reports.messages.service import Composer
    from bot.reports.recordings.table import TrackedRecording
    from bot.slack.message import Message


class RecordingComposer:
    """The messages about the recordings of one account."""

    def __init__(self, account: Account, store: Store, opted_out: OptedOut, clock: Clock) -> None:
        """`opted_out` names the people who want no messages."""
        self._account = account
        self._store = store
        self._opted_out = opted_out
        self._clock = clock

    @property
    def composers(self) -> Mapping[MessageTopic, Composer]:
        """The function that writes each kind of message."""
        return {
            MessageTopic.SHARE: self._share,
            MessageTopic.QUESTION: self._question,
            MessageTopic.EXPIRY: self._expiry,
            MessageTopic.PROBLEM: self._problem,
        }

    async def _share(self, message: ReportMessage) -> Message | None:
        webinar, known = await self._read(message)
        is_wanted = known is not None and known.decision is not None and known.decision.is_share
        if message.state is not PostState.POSTED and not is_wanted:
            return None  # taken back before it was posted
        if (
            message.state is not PostState.POSTED
            and message.is_direct
            and message.place_id in await self._silent(webinar)
        ):
            return None
        return texts.share_message(webinar, known, now=self._clock.now())

    async def _question(self, message: ReportMessage) -> Message | None:
        webinar, known = await self._read(message)
        if known is None or (message.state is not PostState.POSTED and known.decision is not None):
            return None  # decided before it was asked
        async with self._store.read() as db:
            places = await share_places(db, webinar, self._opted_out)
            shares = await message_table.of_session(db, self._account, webinar.session_id, [MessageTopic.SHARE])
        return texts.question(webinar, known, places, shares, now=self._clock.now())

    async def _expiry(self, message: ReportMessage) -> Message | None:
        webinar, known = await self._read(message)
        if known is None:
            return None
        async with self._store.read() as db:
            places = await share_places(db, webinar, self._opted_out)
            shares = await message_table.of_session(db, self._account, webinar.session_id, [MessageTopic.SHARE])
        return texts.expiry(webinar, known, places, shares, now=self._clock.now())

    async def _problem(self, message: ReportMessage) -> Message | None:
        webinar, _ = await self._read(message)
        return texts.problem(webinar, is_slow=message.occurrence == SLOW)

    async def _silent(self, webinar: Webinar) -> frozenset[str]:
        async with self._store.read() as db:
            return frozenset(await self._opted_out(db, webinar))

    async def _read(self, message: ReportMessage) -> tuple[Webinar, TrackedRecording | None]:
        async with self._store.read() as db:
            webinar = await webinar_table.find(db, self._account, message.session_id)
            known = await table.find(db, self._account, message.session_id)
        if webinar is None:
            raise UnknownWebinar
        return webinar, known
