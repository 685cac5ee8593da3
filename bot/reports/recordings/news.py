"""Plans the messages about what was found out about a recording: each once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.reports import open_items_table
from bot.reports.messages import table as message_table
from bot.reports.messages.table import MessageTopic, ReportMessage
from bot.reports.open_items_table import ItemKind, ItemOutcome
from bot.reports.recordings import rules
from bot.reports.recordings.places import OptedOut, share_places
from bot.reports.recordings.rules import RecordingEvent

if TYPE_CHECKING:
    from bot.db.connection import Db
    from bot.model.webinar import Webinar
    from bot.reports.recordings.table import TrackedRecording

FAILED, SLOW = 1, 2
"""The occurrences of a problem: each is reported once."""
SHOWN_WITH_LINK = (MessageTopic.SHARE, MessageTopic.QUESTION, MessageTopic.EXPIRY)


class RecordingNews:
    """The messages to organizers about recordings."""

    def __init__(self, opted_out: OptedOut) -> None:
        """`opted_out` names the people who want no messages."""
        self._opted_out = opted_out

    async def plan(
        self, db: Db, webinar: Webinar, before: TrackedRecording, after: TrackedRecording, now: datetime
    ) -> None:
        """Plan what follows from a read, in the transaction that saves it."""
        found = rules.findings(before, after, now)
        if RecordingEvent.LINK_CHANGED in found:
            await message_table.mark_outdated(db, webinar.account, webinar.session_id, *SHOWN_WITH_LINK)
        if RecordingEvent.GONE in found:
            await open_items_table.close_item(db, webinar, ItemKind.RECORDING, "", ItemOutcome.NOT_NEEDED)
        if RecordingEvent.FAILED in found:
            await self._tell(db, webinar, MessageTopic.PROBLEM, FAILED, now)
        if RecordingEvent.SLOW in found:
            await self._tell(db, webinar, MessageTopic.PROBLEM, SLOW, now)
        if RecordingEvent.AVAILABLE in found and after.decision is None:
            await self._ask(db, webinar, after, now)
        if RecordingEvent.EXPIRES_SOON in found and not rules.needs_link(before):
            await self._ask_about_expiry(db, webinar, after, now)

    async def _ask(self, db: Db, webinar: Webinar, found: TrackedRecording, now: datetime) -> None:
        await self._tell(db, webinar, MessageTopic.QUESTION, 0, now)
        places = await share_places(db, webinar, self._opted_out)
        if webinar.created_by and found.may_share and places.count:
            await open_items_table.open_item(db, webinar, ItemKind.RECORDING, webinar.created_by, now)

    async def _ask_about_expiry(self, db: Db, webinar: Webinar, found: TrackedRecording, now: datetime) -> None:
        is_declined = found.decision is not None and not found.decision.is_share
        if found.recording and found.recording.shared_until and not is_declined:
            day = found.recording.shared_until.date().toordinal()
            await self._tell(db, webinar, MessageTopic.EXPIRY, day, now)

    async def _tell(self, db: Db, webinar: Webinar, kind: MessageTopic, occurrence: int, now: datetime) -> None:
        """Plan a direct message to the organizer, unless it was planned before."""
        if not webinar.created_by:
            return
        message = ReportMessage(
            account=webinar.account,
            session_id=webinar.session_id,
            kind=kind,
            occurrence=occurrence,
            place_id=webinar.created_by,
            changed_at=now,
        )
        await message_table.plan(db, [message])
