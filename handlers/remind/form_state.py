"""The form of a webinar's reminders in a channel, with the current data."""

from __future__ import annotations

from bot.notices import reminders
from bot.notices.reminder_sheet import ReminderSheet
from bot.notices.texts import reminder_result
from bot.slack.error_message import sentence_message
from bot.slack.message import View
from handlers.remind import form as remind_form
from handlers.remind.form import ReminderFormContext
from handlers.request import SlackRequest


async def show_form(
    request: SlackRequest, context: ReminderFormContext, view_id: str, problem: str = "", *, is_changed: bool = False
) -> None:
    """Show the form with current data. If Slack does not, a DM tells the result of a change."""
    sheet, now = await read_sheet(request, context), request.now()
    result = sentence_message(problem) if problem else reminder_result.changed(sheet, None, now=now)
    view = remind_form.build(sheet, context, now=now, problem=problem)
    window = request.services.results.window(request.user_id, view_id)
    await window.show(view, result, even_if_closed=is_changed)


async def form_view(request: SlackRequest, context: ReminderFormContext) -> View:
    """The form."""
    return remind_form.build(await read_sheet(request, context), context, now=request.now())


async def read_sheet(request: SlackRequest, context: ReminderFormContext) -> ReminderSheet:
    """The reminders of the form's channel."""
    webinar = await request.find_webinar(context.session_id)
    async with request.services.store.read() as db:
        return await reminders.load_sheet(db, webinar, context.channel_id)


def read_context(request: SlackRequest) -> ReminderFormContext:
    """The webinar and the channel of the form that a request came from."""
    return ReminderFormContext.model_validate_json(request.metadata)
