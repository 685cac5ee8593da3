"""Shows the result of a registration in the modal in which its user waits."""

from __future__ import annotations

from bot.model.seat import Seat, SeatState
from bot.model.webinar import Webinar
from bot.registration.seats import texts as seat_texts
from bot.slack.message import View
from handlers.request import SlackRequest


async def show_seat(request: SlackRequest, webinar: Webinar, seat: Seat) -> None:
    """Show the link, then send the DM, and show a note if Slack refuses it."""
    now = request.now()
    note = seat_texts.DM_TO_COME if seat.state is SeatState.REGISTERED else seat_texts.IN_DM
    await request.window.show(seat_texts.seat_view(webinar, seat, now=now, note=note))  # the DM follows
    notified = await request.services.seats.notifier.notify_taken(seat)
    if notified.state is SeatState.NOTIFIED and not notified.dm_channel_id:
        view = seat_texts.seat_view(webinar, notified, now=now, note=seat_texts.NO_DM)
        await request.window.show(view)


async def show_unavailable(request: SlackRequest, webinar: Webinar, problem: str = "") -> None:
    """Show why there is no seat, for the reason `problem` if it is given."""
    await show(request, seat_texts.unavailable_view(webinar, now=request.now(), problem=problem))


async def show(request: SlackRequest, view: View) -> None:
    """Show a form in the modal, or a result there or in a DM."""
    is_form = "submit" in view
    await (request.show(view) if is_form else request.finish(view, seat_texts.as_message(view)))
