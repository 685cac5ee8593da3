"""Delivers a result to a user: in the modal that shows the progress, or in a DM if the modal was closed."""

from __future__ import annotations

import logging

from bot.slack.client import SlackApi
from bot.slack.message import Message, View
from bot.slack.responses import SlackRefused

log = logging.getLogger(__name__)


async def update_or_post(slack: SlackApi, view_id: str, user_id: str, view: View, message: Message) -> None:
    """Update the modal `view_id` with `view`; post `message` to the user if it is closed, empty, or refused by Slack.

    Raises what Slack answers to the post, and `SlackBusy` or `SlackOutcomeUnknown` for the update.
    """
    try:
        if view_id and await slack.update(view_id, view):
            return
    except SlackRefused as error:
        log.warning("view.update_failed", extra={"callback_id": view.get("callback_id", ""), "code": error.code})
    await slack.post(user_id, message)
