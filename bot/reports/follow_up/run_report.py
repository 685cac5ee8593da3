"""Reports a follow-up to the user who sends it: one message that is kept current, and the file for the mailing tool."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from bot.clock import Clock, monotonic
from bot.db.connection import Store
from bot.errors import ChannelUnreachable, GreenroomError
from bot.model.webinar import Webinar
from bot.reports.follow_up import recipient_table, run_table
from bot.reports.follow_up import texts as follow_up_texts
from bot.reports.follow_up.mail_file import FILE_NAME, HEADER
from bot.reports.follow_up.run_table import FollowUpRun
from bot.slack.client import SlackApi, Upload
from bot.slack.responses import SlackRefused

log = logging.getLogger(__name__)

INTERVAL = 10.0
"""Seconds between two updates of the message while messages are prepared."""
FILE_REFUSED = "Slack did not accept the file for your mailing tool. Ask an admin whether files are allowed here."
WriteCsv: TypeAlias = Callable[[Sequence[str], Iterable[Sequence[str]]], bytes]
"""Writes a file in which no cell is executed as a formula: a header, and the rows."""


class FollowUpReport:
    """The progress of follow-ups. A Slack error never stops one."""

    def __init__(
        self,
        store: Store,
        slack: SlackApi,
        clock: Clock,
        write_csv: WriteCsv,
        monotonic: Callable[[], float] = monotonic,
    ) -> None:
        """Post through `slack`."""
        self._store = store
        self._slack = slack
        self._clock = clock
        self._write_csv = write_csv
        self._monotonic = monotonic
        self._shown_at: dict[str, float] = {}
        self.interval = INTERVAL

    async def show_if_due(self, run: FollowUpRun, webinar: Webinar) -> None:
        """Update the message if the last update is at least `interval` seconds ago."""
        if self._monotonic() - self._shown_at.get(run.follow_up_id, -self.interval) >= self.interval:
            await self.show(run, webinar)

    async def show(self, run: FollowUpRun, webinar: Webinar, *, is_last: bool = False) -> None:
        """Update the message, or post it if there is none.

        `is_last` raises temporary Slack errors, because no later update corrects the message.
        """
        self._shown_at[run.follow_up_id] = self._monotonic()
        if is_last:
            del self._shown_at[run.follow_up_id]
        try:
            await self._show(run, webinar)
        except GreenroomError as error:
            log.warning("followup.undeliverable", extra={"follow_up": run.follow_up_id, "reason": error.sentence})
            if is_last and not isinstance(error, ChannelUnreachable | SlackRefused):
                raise

    async def send_file(self, run: FollowUpRun, webinar: Webinar, rows: Sequence[Sequence[str]]) -> str:
        """Send the file for the mailing tool, below the message; why Slack rejects it, or empty."""
        content = await asyncio.to_thread(self._write_csv, HEADER, rows)
        comment = follow_up_texts.file_comment(webinar, len(rows))
        channel_id = (await self._saved(run)).dm_channel_id
        if not channel_id:
            return FILE_REFUSED
        try:
            await self._slack.send_file(channel_id, Upload(FILE_NAME, content, title="Follow-up"), comment)
        except (SlackRefused, ChannelUnreachable) as error:
            log.warning("followup.file_refused", extra={"follow_up": run.follow_up_id, "reason": error.sentence})
            return FILE_REFUSED
        return ""

    async def _show(self, run: FollowUpRun, webinar: Webinar) -> None:
        async with self._store.read() as db:
            now = int(self._clock.now().timestamp())
            counted = await recipient_table.counts(db, run.account, run.follow_up_id, now)
        message = follow_up_texts.progress_message(webinar, run, counted)
        saved = await self._saved(run)
        if not await self._slack.edit_if_kept(saved.dm_channel_id, saved.dm_ts, message):
            channel_id, ts = await self._slack.post(run.user_id, message)
            async with self._store.write() as db:
                await run_table.save_message(db, run, channel_id, ts)

    async def _saved(self, run: FollowUpRun) -> FollowUpRun:
        async with self._store.read() as db:
            return await run_table.find(db, run.account, run.follow_up_id) or run
