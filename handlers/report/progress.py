"""Shows a user how far the reading of a report is, and the report where they wait for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.errors import GreenroomError
from bot.model.webinar import Webinar
from bot.reports.progress import ReadingProgress
from bot.slack.error_message import sentence_message
from bot.slack.message import Message
from handlers.report import texts
from handlers.request import SlackRequest


class ShownProgress:
    """The progress for one user: a line where they asked; if it takes long, a direct message that is updated."""

    def __init__(self, request: SlackRequest, webinar: Webinar) -> None:
        """Show nothing yet: a report that is stored needs no progress."""
        self._request = request
        self._webinar = webinar
        self._is_noted = False
        self._posted: tuple[str, str] | None = None

    async def show(self, progress: ReadingProgress) -> None:
        """Show how far it is. What Slack does about it never ends the reading."""
        try:
            await self._show(progress)
        except GreenroomError:
            return

    async def finish(self, report: Message) -> None:
        """Show the report: as a direct message, which notifies, if it took long, or if the request is from a modal."""
        if self._request.view is None and self._posted is None:
            await self._request.reply(report)
            return
        await self._request.services.results.post(self._request.user_id, report)
        if self._posted:
            await self._remove(*self._posted)
        if self._request.view is not None:
            await self._request.window.show(texts.sent_view())

    async def fail(self, error: GreenroomError) -> None:
        """Replace the progress by the reason why there is no report."""
        if self._posted:
            await self._request.slack.edit(*self._posted, sentence_message(error.sentence))

    async def _show(self, progress: ReadingProgress) -> None:
        if self._request.view is not None:
            await self._show_in_modal(progress)
        elif self._posted:
            await self._request.slack.edit(*self._posted, texts.progress_message(self._webinar, progress))
        elif progress.seconds_left > self._request.services.results.pace.long_wait:
            message = texts.progress_message(self._webinar, progress)
            self._posted = await self._request.slack.post(self._request.user_id, message)
            await self._request.reply(texts.long_message(self._webinar, progress))
        elif not self._is_noted:
            self._is_noted = True
            await self._request.reply(texts.reading_message(self._webinar))

    async def _show_in_modal(self, progress: ReadingProgress) -> None:
        if not self._is_noted:
            self._is_noted = True
            view = texts.reading_view(self._webinar, progress)
            await self._request.open_window(view, texts.failed_view, is_optional=True)
        else:
            await self._request.window.note(texts.reading_view(self._webinar, progress))

    async def _remove(self, channel_id: str, ts: str) -> None:
        try:
            await self._request.slack.remove(channel_id, ts)
        except GreenroomError:
            return  # it then says how far the reading was


@asynccontextmanager
async def shown_progress(request: SlackRequest, webinar: Webinar) -> AsyncIterator[ShownProgress]:
    """The progress of a reading; an error that ends it is shown in its place, and raised."""
    progress = ShownProgress(request, webinar)
    try:
        yield progress
    except GreenroomError as error:
        await progress.fail(error)
        raise
