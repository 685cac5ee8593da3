"""The buttons that stand on more than one message, and the ids by which their clicks come back."""

from __future__ import annotations

from slack_sdk.models.blocks import ButtonElement, ConversationFilter, ConversationSelectElement

from bot.models import Audience, Webinar
from bot.views.blocks import button as _button
from bot.views.blocks import link_button, one_line

# Clicks on these three only open a page; Slack reports them all the same, so they must be acknowledged.
REGISTER = "open.registration"
JOIN = "open.webinar"
START = "open.host"
LINKS = (REGISTER, JOIN, START)

# The value of each of these is the webinar's id.
SHOW = "webinar.show"
COUNT = "webinar.count"
SHARE_HERE = "webinar.share"
CANCEL = "webinar.cancel"
REFRESH_CARD = "refresh.card"
REFRESH_DETAILS = "refresh.details"
REFRESH_COUNT = "refresh.count"

SHARE_IN = "webinar.share_in"
"""A channel picker; its block id says which webinar (`shared_by`)."""

# These have no value that matters.
CREATE = "create.open"
HELP = "help.open"

# The value says which list and which page (`browse.read_place`).
LIST = "list.open"
PREVIOUS = "list.previous"
NEXT = "list.next"
REFRESH_LIST = "refresh.list"

CHANNELS = ConversationFilter(include=["public", "private"], exclude_bot_users=True)
"""What can be announced in: channels, never someone's direct messages."""

_SHARE_BLOCK = "share:"


def register(webinar: Webinar) -> ButtonElement | None:
    """Opens the public registration page; nothing where it is not known."""
    url = webinar.registration.page_uri if webinar.registration else ""
    return link_button("Register", REGISTER, url, style="primary", label=f"Register for {one_line(webinar.title)}")


def join(webinar: Webinar) -> ButtonElement | None:
    """Opens the shared link of a webinar without registration; nothing for any other."""
    url = webinar.attendee_link if webinar.audience is Audience.ANYONE else ""
    return link_button("Join", JOIN, url, style="primary", label=f"Join {one_line(webinar.title)}")


def start(webinar: Webinar, host_link: str) -> ButtonElement | None:
    """Opens the host's own link: only ever for the creator's eyes."""
    return link_button("Start as Host", START, host_link, label=f"Start {one_line(webinar.title)} as its host")


def about(webinar: Webinar, text: str, action_id: str, *, style: str | None = None) -> ButtonElement:
    """A button that does something about one webinar."""
    return _button(text, action_id, webinar.id, style=style, label=f"{text}: {one_line(webinar.title)}")


def share_picker(text: str) -> ConversationSelectElement:
    """A channel picker that shares the webinar its block names."""
    return ConversationSelectElement(action_id=SHARE_IN, placeholder=text, filter=CHANNELS)


def share_block(webinar: Webinar) -> str:
    """The id of the block around a `share_picker`."""
    return _SHARE_BLOCK + webinar.id


def shared_by(block_id: str) -> str:
    """Which webinar a `share_picker` is about, by its block's id."""
    return block_id.removeprefix(_SHARE_BLOCK)
