"""Add to Calendar: the file of the user's role, of their seat, or of the webinar alone, by direct message."""

from __future__ import annotations

from bot.errors import BadInput
from bot.model.lifecycle import Stage, stage
from bot.model.webinar import Webinar
from bot.slack import buttons
from bot.slack.error_message import sentence_message
from bot.team import table as team_table
from bot.webinars.texts import calendar as calendar_texts
from handlers.direct_message import undeliverable_as
from handlers.request import Listeners, SlackRequest, once

UNDELIVERABLE = "Slack doesn't let me send you a direct message, so I can't send the calendar file."
TOO_LATE = "This webinar has started or is over, so there is nothing to put in your calendar."


async def add_to_calendar(request: SlackRequest) -> None:
    """Send the user the calendar file. No vendor call."""
    webinar = await request.find_webinar(request.value)
    if stage(webinar, request.now()) is not Stage.COMING:
        raise BadInput(TOO_LATE)
    with undeliverable_as(UNDELIVERABLE):
        await _send(request, webinar)
    await request.reply(sentence_message(calendar_texts.SENT))


async def _send(request: SlackRequest, webinar: Webinar) -> None:
    services, user_id = request.services, request.user_id
    async with services.store.read() as db:
        member = await team_table.find_by_user(db, webinar.account, webinar.session_id, user_id)
    seat = await services.seats.find(webinar, user_id)
    if member:
        await services.team.notifier.send_again(webinar, member, user_id)
    elif seat and seat.is_approved:
        await services.seats.notifier.send_calendar(webinar, seat)
    else:
        await services.calendar_takers.send(webinar, user_id)


ACTIONS: Listeners = {buttons.ADD_TO_CALENDAR: once(add_to_calendar)}
