"""The buttons that stand on more than one message, and the ids by which their clicks come back."""

from __future__ import annotations

from bot.model.webinar import Audience, Webinar, one_line_title
from bot.slack.blocks import Element, link_button
from bot.slack.blocks import button as _button
from bot.slack.form_elements import conversations_select

# Clicks on these only open a page; Slack reports them all the same, so they must be acknowledged.
PAGE = "open.registration"
JOIN = "open.webinar"
START = "open.host"
OWN_LINK = "open.own"
LINKS = (PAGE, JOIN, START, OWN_LINK)

# The value of each of these is the webinar's id.
SHOW = "webinar.show"
COUNT = "webinar.count"
SHARE_HERE = "webinar.share"
CANCEL = "webinar.cancel"
INVITE = "team.invite"
TEAM = "team.show"
REGISTER = "seat.register"
MY_LINK = "seat.link"
WHEN_OPEN = "seat.when_open"
REFRESH_CARD = "refresh.card"
REFRESH_DETAILS = "refresh.details"
REFRESH_COUNT = "refresh.count"

SHARE_IN = "webinar.share_in"
"""A channel picker; its block id says which webinar (`shared_webinar_id`)."""

REMIND = "remind.open"
MUTE = "notice.mute"
SNOOZE = "notice.snooze"
RAISE_LIMIT = "door.raise"
REOPEN = "door.open"
CLOSE = "door.close"

REGISTER_OTHERS = "enrol.open"
REGISTRANTS = "registrants.open"
"""For organisers: the form to register somebody else, and who has registered."""

PAGE_LINK = "page.link"
"""The address of our own registration page, for organisers. The value is the webinar's id."""

REGISTRATION_MENU = "door.menu"
CHART = "door.chart"
SOURCES = "door.sources"
LINKS_FILE = "door.links"
"""Everything about a registration, its picture without and with the sources, and the links of who gets no e-mail."""

UNDO_REGISTRATION = "door.undo"
"""The value says what to go back to (`door_result.Undo`)."""

SUBSCRIBE = "follow.more"
UNSUBSCRIBE = "follow.less"
"""The value of these two is the webinar's id, and which features (`parse_value`)."""

CHANGE_FEATURES = "follow.change"
"""Opens the form for what a channel hears. The value is a channel's id."""

# These have no value that matters.
CREATE = "create.open"
HELP = "help.open"

# The value says which list and which page (`browse.read_place`).
LIST = "list.open"
PREVIOUS = "list.previous"
NEXT = "list.next"
REFRESH_LIST = "refresh.list"

CHANNELS = {"exclude_bot_users": True, "include": ["public", "private"]}
"""What can be announced in: channels, never someone's direct messages."""

MAX_TYPED = 200
"""How much of what was typed a button carries on."""

_SHARE_BLOCK = "share:"


def register(webinar: Webinar, text: str = "Register") -> Element:
    """Registers whoever presses it, or shows them the seat that they have."""
    return webinar_button(webinar, text, REGISTER, style="primary")


def when_open(webinar: Webinar) -> Element:
    """Has whoever presses it told when registration opens, unless they have a seat."""
    return webinar_button(webinar, "Tell Me When It Opens", WHEN_OPEN)


def my_link(webinar: Webinar) -> Element:
    """Shows whoever presses it their own link. It stands where nobody else's may."""
    return webinar_button(webinar, "My Link", MY_LINK, style="primary")


def registration_page(webinar: Webinar, text: str = "Registration Page") -> Element | None:
    """Opens the public registration page; nothing where it is not known."""
    url = webinar.registration.page_uri if webinar.registration else ""
    return link_button(text, PAGE, url, label=f"Register on the page of {one_line_title(webinar.title)}")


def own_link(webinar: Webinar, link: str, text: str = "Join") -> Element | None:
    """Opens a person's own link: only ever for their eyes."""
    return link_button(
        text, OWN_LINK, link, style="primary", label=f"Join {one_line_title(webinar.title)} by your own link"
    )


def join(webinar: Webinar) -> Element | None:
    """Opens the shared link of a webinar without registration; nothing for any other."""
    url = webinar.attendee_link if webinar.audience is Audience.ANYONE else ""
    return link_button("Join", JOIN, url, style="primary", label=f"Join {one_line_title(webinar.title)}")


def start(webinar: Webinar, host_link: str) -> Element | None:
    """Opens the host's own link: only ever for the creator's eyes."""
    return link_button("Start as Host", START, host_link, label=f"Start {one_line_title(webinar.title)} as its host")


def webinar_button(
    webinar: Webinar, text: str, action_id: str, *, style: str | None = None, typed: str = ""
) -> Element:
    """A button that does something about one webinar, with what else was `typed` in the command that led to it."""
    value = f"{webinar.id} {typed[:MAX_TYPED]}".strip()
    return _button(text, action_id, value, style=style, label=f"{text}: {one_line_title(webinar.title)}")


def parse_value(value: str) -> tuple[str, str]:
    """The webinar's id and what else was typed, from the value of such a button."""
    session_id, _, typed = value.partition(" ")
    return session_id, typed


def details(webinar: Webinar) -> Element:
    """Everything that is known of a webinar, for whoever presses it."""
    return webinar_button(webinar, "Details", SHOW)


def remind_me(webinar: Webinar) -> Element:
    """Has the person who presses it reminded once more, in their own messages."""
    return webinar_button(webinar, "Remind Me", SNOOZE)


def mute(webinar: Webinar, channel_id: str) -> Element:
    """Ends the reminders of this webinar in this channel, or for the person where it is their own messages."""
    return webinar_button(webinar, "Mute Here" if channel_id.startswith(("C", "G")) else "Mute", MUTE)


def raise_limit(webinar: Webinar) -> Element:
    """Lets more people register, for those who may say so."""
    return webinar_button(webinar, "Raise Limit", RAISE_LIMIT)


def reopen(webinar: Webinar) -> Element:
    """Opens registration again, for those who may say so."""
    return webinar_button(webinar, "Open Registration", REOPEN)


def change_features(channel_id: str) -> Element | None:
    """Opens the form for what a channel hears; nothing where it is a person's own messages."""
    if not channel_id.startswith(("C", "G")):
        return None
    return _button("Change", CHANGE_FEATURES, channel_id, label="Change what Greenroom says here")


def share_picker(text: str) -> Element:
    """A channel picker that shares the webinar its block names."""
    return conversations_select(action_id=SHARE_IN, placeholder=text, include=CHANNELS)


def share_block_id(webinar: Webinar) -> str:
    """The id of the block around a `share_picker`."""
    return _SHARE_BLOCK + webinar.id


def shared_webinar_id(block_id: str) -> str:
    """Which webinar a `share_picker` is about, by its block's id."""
    return block_id.removeprefix(_SHARE_BLOCK)
