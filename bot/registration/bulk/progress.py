"""Report the progress of a batch to its user: one message that is updated, and a file at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bot.clock import monotonic
from bot.db.connection import Store
from bot.errors import ChannelUnreachable, GreenroomError
from bot.model.csv_export import csv_file
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.registration.bulk import batch_table, row_table
from bot.registration.bulk import texts as bulk_texts
from bot.registration.bulk.batch_table import Batch, BatchState
from bot.registration.bulk.texts import BatchCounts
from bot.registration.own_pages.urls import PageUrls
from bot.registration.request_table import RegistrationRequest, RequestState
from bot.slack.client import SlackApi, Upload
from bot.slack.message import Message
from bot.slack.responses import SlackRefused

log = logging.getLogger(__name__)

FILE_NAME = "results.csv"
RESULT_HEADER = ("Line", "Name", "Email", "Result")
LINK_HEADER = ("Join link", "Cancel link")
INTERVAL = 10.0
"""Seconds between two updates of the message."""
CHUNK = 100
"""Rows read per transaction, so that a long list does not block other work."""


class BatchProgress:
    """The progress message of a batch. A Slack error never stops a batch."""

    def __init__(
        self, store: Store, slack: SlackApi, urls: PageUrls, monotonic: Callable[[], float] = monotonic
    ) -> None:
        """Post through `slack`; `urls` builds the links of registrants who use our own pages."""
        self._store = store
        self._slack = slack
        self._urls = urls
        self._monotonic = monotonic
        self._shown_at: dict[str, float] = {}
        self.interval = INTERVAL

    async def show_if_due(self, batch: Batch, webinar: Webinar) -> None:
        """Update the message if the last update is at least `interval` seconds ago."""
        if self._monotonic() - self._shown_at.get(batch.batch_id, -self.interval) >= self.interval:
            await self.show(batch, webinar)

    async def show(self, batch: Batch, webinar: Webinar, *, is_last: bool = False) -> None:
        """Update the message, or post it if there is none.

        `is_last` raises temporary Slack errors, because no later update corrects the message.
        """
        self._shown_at[batch.batch_id] = self._monotonic()
        async with self._store.read() as db:
            saved = await batch_table.find(db, batch.account, batch.batch_id) or batch
        message = _message(batch, webinar, await self._counts(batch))
        try:
            if not await self._slack.edit_if_kept(saved.dm_channel_id, saved.dm_ts, message):
                channel_id, ts = await self._slack.post(batch.user_id, message)
                async with self._store.write() as db:
                    await batch_table.save_message(db, batch, channel_id, ts)
        except GreenroomError as error:
            log.warning("batch.undeliverable", extra={"batch": batch.batch_id, "reason": error.sentence})
            if is_last and not isinstance(error, (ChannelUnreachable, SlackRefused)):
                raise

    async def send_results(self, batch: Batch, webinar: Webinar) -> bool:
        """Send the result of each row as a file, below the message. False if Slack rejects it."""
        self._shown_at.pop(batch.batch_id, None)
        rows, has_links = await self._rows(batch, webinar)
        comment = bulk_texts.file_comment(webinar, await self._counts(batch), has_links=has_links)
        head = [*RESULT_HEADER, *(LINK_HEADER if has_links else ())]
        content = await asyncio.to_thread(csv_file, head, [row[: len(head)] for row in rows])
        async with self._store.read() as db:
            channel_id = (await batch_table.find(db, batch.account, batch.batch_id) or batch).dm_channel_id
        upload = Upload(FILE_NAME, content, title="Result of each line")
        if not channel_id:
            return False
        try:
            await self._slack.send_file(channel_id, upload, comment)
        except (SlackRefused, ChannelUnreachable) as error:
            log.warning("batch.results_refused", extra={"batch": batch.batch_id, "reason": error.sentence})
            return False
        return True

    async def _rows(self, batch: Batch, webinar: Webinar) -> tuple[list[list[str]], bool]:
        rows: list[list[str]] = []
        has_links, after = False, 0
        while True:
            async with self._store.read() as db:
                page = await row_table.find_rows(db, batch.account, batch.batch_id, after=after, limit=CHUNK)
            if not page:
                return [row for _, row in sorted((int(row[0]), row) for row in rows)], has_links
            after = page[-1].id
            rows += [self._row(request, webinar) for request in page]
            has_links = has_links or any(request.join_link for request in page)

    def _row(self, request: RegistrationRequest, webinar: Webinar) -> list[str]:
        links = [link.get_secret_value() for link in (request.join_link, request.cancel_link)]
        if request.page_key and request.join_link:
            links = [self._urls.join_url(request.page_key, webinar), self._urls.cancel_url(request.page_key, webinar)]
        details = request.details
        result = bulk_texts.result_text(request.state, request.problem, provider_name(webinar.id))
        return [str(request.number), _name(request), details.email if details else "", result, *links]

    async def _counts(self, batch: Batch) -> BatchCounts:
        async with self._store.read() as db:
            counts = await row_table.count_rows(db, batch.account, batch.batch_id)
            repeated = await row_table.count_repeated(db, batch.account, batch.batch_id)
            is_short = 0 < counts[RequestState.REGISTERED] <= bulk_texts.MAX_NAMED
            registered = (
                await row_table.find_rows(db, batch.account, batch.batch_id, RequestState.REGISTERED)
                if is_short
                else []
            )
        state = RequestState
        return BatchCounts(
            total=batch.total,
            waiting=counts[state.WAITING] + counts[state.REGISTERING],
            registered=counts[state.REGISTERED],
            already_registered=counts[state.ALREADY_REGISTERED],
            repeated=repeated,
            refused=counts[state.REFUSED] - repeated,
            stopped=counts[state.STOPPED],
            removed=counts[state.CANCELED] + counts[state.CANCELING],
            names=tuple(name for request in registered if (name := _name(request))),
        )


def _name(request: RegistrationRequest) -> str:
    details = request.details
    return f"{details.first_name} {details.last_name}".strip() if details else ""


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
