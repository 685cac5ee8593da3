"""Replies to sharing that ask first: the channel has a card already, or another organization reads it."""

from __future__ import annotations

from bot.model.people import Frozen
from bot.model.webinar import Webinar
from bot.slack import buttons
from bot.slack.blocks import actions, button, message, plain, section
from bot.slack.message import Message

CONFIRM = "share.confirm"
"""Shares in a channel that another organization reads."""
REPOST = "share.again"
"""Posts the card again. The value of both is a `SharePlace`."""


class SharePlace(Frozen):
    """The webinar and the channel that a button shares it in."""

    session_id: str
    channel_id: str


def choose_channel(webinar: Webinar) -> Message:
    """Ask for the channel, where the request came from none."""
    text = f"Where should *{plain(webinar.title)}* be announced?"
    picker = actions(buttons.share_picker("Choose a channel"), block_id=buttons.share_block_id(webinar))
    return message(text, [section(text), *picker])


def confirm_external(webinar: Webinar, channel_id: str, organizations: str) -> Message:
    """Ask before a webinar is shared with another organization, which the text names."""
    text = (
        f"<#{channel_id}> is shared with {plain(organizations)}. Share *{plain(webinar.title)}* there, so that its "
        f"people see it and can register?"
    )
    return message(text, [section(text), *actions(_button(webinar, channel_id, "Share With Them", CONFIRM))])


def already_shared(webinar: Webinar, channel_id: str, link: str) -> Message:
    """Say that the channel has a card, with a link to it, and offer to post it again."""
    card = f"<{link}|See its card>" if link else "Its card is above"
    text = f"*{plain(webinar.title)}* is already announced in <#{channel_id}>. {card}."
    again = _button(webinar, channel_id, "Repost", REPOST)
    return message(text, [section(text), *actions(again, buttons.details(webinar))])


def _button(webinar: Webinar, channel_id: str, text: str, action_id: str) -> dict[str, object]:
    value = SharePlace(session_id=webinar.session_id, channel_id=channel_id).model_dump_json()
    return button(text, action_id, value, label=f"{text}: {plain(webinar.title)}")
