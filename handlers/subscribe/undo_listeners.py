"""Takes back what `unsubscribe` has ended in a channel."""

from __future__ import annotations

from bot.errors import BadInput
from bot.notices.subscriptions import service as subscriptions_service
from bot.notices.subscriptions.texts import result as subscription_result
from bot.notices.subscriptions.undo import read_undo
from bot.webinars.permissions import check_may_subscribe
from handlers.request import Listeners, SlackRequest
from handlers.subscribe.listeners import LEFT

UNDONE = "Undone. What is posted here is as it was before."
NOT_UNDONE = "This was not undone, because something else has changed since."


async def undo_pressed(request: SlackRequest) -> None:
    """Restore what was ended, in place of the reply, unless anything in the channel has changed since."""
    person, undo = await request.current_person(), read_undo(request.value)
    check_may_subscribe(person)
    if not await request.services.channels.readable(person, [undo.channel_id]):
        raise BadInput(LEFT)
    async with request.services.store.write() as db:
        state, is_done = await subscriptions_service.undo_unsubscribe(
            db, request.workspace, undo, request.user_id, request.now()
        )
    request.services.scheduler.wake()
    head = UNDONE if is_done else NOT_UNDONE
    await request.reply(subscription_result.channel_message(state, head=head), replace=True)


ACTIONS: Listeners = {subscription_result.UNDO: undo_pressed}
