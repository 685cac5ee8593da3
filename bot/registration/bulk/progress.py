"""Keeps an organiser posted about a list of people that is being registered: one message, and a file at its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bot.clock import monotonic
from bot.db.connection import Store
from bot.errors import ChannelUnreachable, GreenroomError
from bot.model.webinar import Webinar
from bot.registration.bulk import batch_table, row_table
from bot.registration.bulk import texts as bulk_texts
from bot.registration.bulk.batch_table import Batch, BatchState
from bot.registration.bulk.texts import BatchCounts
from bot.registration.csv_export import csv_file
from bot.registration.own_pages.urls import PageUrls
from bot.registration.request_table import RegistrationRequest, RequestState
from bot.slack.client import SlackApi, Upload
from bot.slack.message import Message
from bot.slack.responses import SlackRefused

log = logging.getLogger(__name__)

FILE_NAME = "results.csv"
INTERVAL = 10.0
"""Seconds between two edits of the message."""
CHUNK = 100
"""Rows that are read together, so that a long list holds nobody up."""


class BatchProgress:
    """What a batch's own message says. That Slack is away never stops a batch."""

    def __init__(
        self, store: Store, slack: SlackApi, urls: PageUrls, monotonic: Callable[[], float] = monotonic
    ) -> None:
        """Tell through this Slack."""
        self._store = store
        self._slack = slack
        self._urls = urls
        self._monotonic = monotonic
        self._shown_at: dict[str, float] = {}
        self.interval = INTERVAL

    async def show_if_due(self, batch: Batch, webinar: Webinar) -> None:
        """Have the message follow, if it has not for a while."""
        if self._monotonic() - self._shown_at.get(batch.batch_id, -self.interval) >= self.interval:
            await self.show(batch, webinar)

    async def show(self, batch: Batch, webinar: Webinar, *, is_last: bool = False) -> None:
        """Have the message say how far it is now; where there is none yet, it is posted.

        `is_last` raises what Slack may take later: no other word comes after this one.
        """
        self._shown_at[batch.batch_id] = self._monotonic()
        async with self._store.read() as db:
            kept = await batch_table.find(db, batch.account, batch.batch_id) or batch
        message = _message(batch, webinar, await self._counts(batch))
        try:
            if not await self._edit(kept, message):
                channel_id, ts = await self._slack.post(batch.user_id, message)
                async with self._store.write() as db:
                    await batch_table.save_message(db, batch, channel_id, ts)
        except GreenroomError as error:
            log.warning("batch.undeliverable", extra={"batch": batch.batch_id, "reason": error.sentence})
            if is_last and not isinstance(error, (ChannelUnreachable, SlackRefused)):
                raise

    async def _edit(self, batch: Batch, message: Message) -> bool:
        """Whether the message stands there and says it now; somebody may have deleted it, with its buttons."""
        if not batch.dm_ts:
            return False
        try:
            await self._slack.edit(batch.dm_channel_id, batch.dm_ts, message)
        except (ChannelUnreachable, SlackRefused):
            log.info("batch.message_gone", extra={"batch": batch.batch_id})
            return False
        return True

    async def send_results(self, batch: Batch, webinar: Webinar) -> bool:
        """Send what came of each line as a file, below the message. False where Slack clearly does not take it."""
        self._shown_at.pop(batch.batch_id, None)
        rows, has_links = await self._rows(batch, webinar)
        comment = bulk_texts.file_comment(webinar, await self._counts(batch), has_links=has_links)
        head = ["Row", "Result", *(["Join link", "Cancel link"] if has_links else [])]
        content = await asyncio.to_thread(csv_file, head, [row if has_links else row[:2] for row in rows])
        async with self._store.read() as db:
            channel_id = (await batch_table.find(db, batch.account, batch.batch_id) or batch).dm_channel_id
        upload = Upload(FILE_NAME, content, title="What came of each line")
        if not channel_id:
            return False
        try:
            await self._slack.send_file(channel_id, upload, comment)
        except (SlackRefused, ChannelUnreachable) as error:
            log.warning("batch.no_results", extra={"batch": batch.batch_id, "reason": error.sentence})
            return False
        return True

    async def _rows(self, batch: Batch, webinar: Webinar) -> tuple[list[list[str]], bool]:
        rows: list[list[str]] = []
        has_links, after = False, 0
        while True:
            async with self._store.read() as db:
                some = await row_table.find_rows(db, batch.account, batch.batch_id, after=after, most=CHUNK)
            if not some:
                return [row for _, row in sorted((int(row[0]), row) for row in rows)], has_links
            after = some[-1].id
            rows += [self._row(one, webinar) for one in some]
            has_links = has_links or any(one.join_link for one in some)

    def _row(self, one: RegistrationRequest, webinar: Webinar) -> list[str]:
        links = [link.get_secret_value() for link in (one.join_link, one.cancel_link)]
        if one.page_key and one.join_link:
            links = [self._urls.join_url(one.page_key, webinar), self._urls.cancel_url(one.page_key, webinar)]
        return [str(one.number), bulk_texts.result_text(one.state, one.problem), *links]

    async def _counts(self, batch: Batch) -> BatchCounts:
        async with self._store.read() as db:
            counts = await row_table.count_rows(db, batch.account, batch.batch_id)
        state = RequestState
        return BatchCounts(
            total=batch.total,
            waiting=counts[state.WAITING] + counts[state.REGISTERING],
            registered=counts[state.REGISTERED],
            already_registered=counts[state.ALREADY_REGISTERED],
            refused=counts[state.REFUSED],
            stopped=counts[state.STOPPED],
            removed=counts[state.CANCELED] + counts[state.CANCELING],
        )


def _message(batch: Batch, webinar: Webinar, counts: BatchCounts) -> Message:
    about = (webinar, batch.batch_id, counts)
    if batch.state is BatchState.STOPPED:
        return bulk_texts.stopped_message(*about, batch.problem)
    if batch.state is BatchState.UNDO_STOPPED:
        return bulk_texts.undo_stopped_message(*about, batch.problem)
    if batch.state is BatchState.UNDONE:
        return bulk_texts.undone_message(webinar, counts)
    if batch.state is BatchState.DONE:
        return bulk_texts.done_message(*about, batch.problem)
    return (bulk_texts.undoing_message if batch.state is BatchState.UNDOING else bulk_texts.running_message)(*about)
