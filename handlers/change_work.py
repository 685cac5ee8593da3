"""The work of an edit or a move after it was confirmed."""

from __future__ import annotations

from collections.abc import Callable

from bot.creation.change import table as change_table
from bot.creation.change import texts as change_texts
from bot.creation.change.table import Change
from bot.model.webinar import Webinar
from bot.slack.message import View
from handlers.request import SlackRequest


async def start_change(request: SlackRequest, webinar: Webinar, change: Change, failed: Callable[[str], View]) -> None:
    """Begin a change, show progress in place of the window, and apply the change after the acknowledgment.

    `failed` makes the window for an unexpected error of its sentence. A change that is confirmed twice begins once, and
    its one result is shown. Raises `BadInput` while another change of the webinar is under way.
    """
    earlier = await request.services.changes.begin(change)
    request.failure_view = failed
    await request.acknowledge(response_action="update", view=change_texts.working(webinar))

    async def work(request: SlackRequest) -> None:
        if earlier is None:
            caller = request.caller_with_progress(lambda note: change_texts.working(webinar, note=note))
            await request.services.changes.apply(change, caller)
        elif earlier.step not in change_table.UNDER_WAY:
            await request.services.changes.report(earlier)

    request.run_after_ack(work)
