"""Keeps an organiser posted about a list of people that is being registered: one message, and a file at its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bot.clock import monotonic
from bot.db.connection import Store
from bot.errors import ChannelUnreachable, GreenroomError
from bot.model.webinar import Webinar
from bot.registration.bulk import batch_table, line_table
from bot.registration.bulk import texts as bulk_texts
from bot.registration.bulk.batch_table import Batch, BatchState
from bot.registration.bulk.register_one import OwnPageLinks
from bot.registration.bulk.texts import Tally
from bot.registration.csv_export import sheet
from bot.registration.request_table import RegistrationRequest, RequestState
from bot.slack.client import SlackApi, SlackRefused, Upload
from bot.slack.message import Message

log = logging.getLogger(__name__)

RESULTS = "results.csv"
EVERY = 10.0
"""Seconds between two edits of the message."""
AT_ONCE = 100
"""Rows that are read together, so that a long list holds nobody up."""


class BatchProgress:
    """What a batch's own message says. That Slack is away never stops a batch."""

    def __init__(
        self, store: Store, slack: SlackApi, pages: OwnPageLinks, monotonic: Callable[[], float] = monotonic
    ) -> None:
        """Tell through this Slack."""
        self._store = store
        self._slack = slack
        self._pages = pages
        self._monotonic = monotonic
        self._shown_at: dict[str, float] = {}
        self.every = EVERY

    async def tick(self, batch: Batch, webinar: Webinar) -> None:
        """Have the message follow, if it has not for a while."""
        if self._monotonic() - self._shown_at.get(batch.batch_id, -self.every) >= self.every:
            await self.show(batch, webinar)

    async def show(self, batch: Batch, webinar: Webinar, *, is_last: bool = False) -> None:
        """Have the message say how far it is now; where there is none yet, it is posted.

        `is_last` raises what Slack may take later: no other word comes after this one.
        """
        self._shown_at[batch.batch_id] = self._monotonic()
        async with self._store.read() as db:
            kept = await batch_table.find(db, batch.account, batch.batch_id) or batch
        said = _said(batch, webinar, await self._tally(batch))
        try:
            if not await self._mended(kept, said):
                channel_id, ts = await self._slack.post(batch.user_id, said)
                async with self._store.write() as db:
                    await batch_table.place(db, batch, channel_id, ts)
        except GreenroomError as error:
            log.warning("batch.undeliverable", extra={"batch": batch.batch_id, "reason": error.sentence})
            if is_last and not isinstance(error, (ChannelUnreachable, SlackRefused)):
                raise

    async def _mended(self, batch: Batch, said: Message) -> bool:
        """Whether the message stands there and says it now; somebody may have deleted it, with its buttons."""
        if not batch.dm_ts:
            return False
        try:
            await self._slack.edit(batch.dm_channel_id, batch.dm_ts, said)
        except (ChannelUnreachable, SlackRefused):
            log.info("batch.message_gone", extra={"batch": batch.batch_id})
            return False
        return True

    async def results(self, batch: Batch, webinar: Webinar) -> bool:
        """Send what came of each line as a file, below the message. False where Slack clearly does not take it."""
        self._shown_at.pop(batch.batch_id, None)
        rows, has_links = await self._rows(batch, webinar)
        comment = bulk_texts.file_comment(webinar, await self._tally(batch), has_links=has_links)
        head = ["Row", "Result", *(["Join link", "Cancel link"] if has_links else [])]
        content = await asyncio.to_thread(sheet, head, [row if has_links else row[:2] for row in rows])
        async with self._store.read() as db:
            channel_id = (await batch_table.find(db, batch.account, batch.batch_id) or batch).dm_channel_id
        upload = Upload(RESULTS, content, title="What came of each line")
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
                some = await line_table.of_batch(db, batch.account, batch.batch_id, after=after, most=AT_ONCE)
            if not some:
                return [row for _, row in sorted((int(row[0]), row) for row in rows)], has_links
            after = some[-1].id
            rows += [self._row(one, webinar) for one in some]
            has_links = has_links or any(one.join_link for one in some)

    def _row(self, one: RegistrationRequest, webinar: Webinar) -> list[str]:
        links = [link.get_secret_value() for link in (one.join_link, one.cancel_link)]
        if one.page_key and one.join_link:
            links = [self._pages.join_url(one.page_key, webinar), self._pages.cancel_url(one.page_key, webinar)]
        return [str(one.number), bulk_texts.outcome(one.state, one.problem), *links]

    async def _tally(self, batch: Batch) -> Tally:
        async with self._store.read() as db:
            counts = await line_table.counts(db, batch.account, batch.batch_id)
        state = RequestState
        return Tally(
            total=batch.total,
            waiting=counts[state.WAITING] + counts[state.ASKED],
            registered=counts[state.REGISTERED],
            there=counts[state.THERE],
            refused=counts[state.REFUSED],
            stopped=counts[state.STOPPED],
            left=counts[state.LEFT] + counts[state.LEAVING],
        )


def _said(batch: Batch, webinar: Webinar, tally: Tally) -> Message:
    about = (webinar, batch.batch_id, tally)
    if batch.state is BatchState.STOPPED:
        return bulk_texts.stopped(*about, batch.problem)
    if batch.state is BatchState.UNDO_STOPPED:
        return bulk_texts.undo_stopped(*about, batch.problem)
    if batch.state is BatchState.UNDONE:
        return bulk_texts.undone(webinar, tally)
    if batch.state is BatchState.DONE:
        return bulk_texts.done(*about, batch.problem)
    return (bulk_texts.undoing if batch.state is BatchState.UNDOING else bulk_texts.running)(*about)
