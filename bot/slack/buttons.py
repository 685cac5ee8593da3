"""Buttons that several messages share, and their action ids."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model.webinar import Audience, Webinar, one_line_title
from bot.slack import needs
from bot.slack.blocks import Element, confirm_dialog, link_button, overflow
from bot.slack.blocks import button as _button
from bot.slack.consent import consent_dialog
from bot.slack.form_elements import conversations_select
from bot.slack.needs import is_supported

# These only open a page, but Slack reports their clicks, so they must be acknowledged.
PAGE = "open.registration"
JOIN = "open.webinar"
START = "open.host"
OWN_LINK = "open.own"
RECORDING_PAGE = "open.recording"
LINKS = (PAGE, JOIN, START, OWN_LINK, RECORDING_PAGE)

MORE = "webinar.more"
"""A menu of other buttons: the router runs the listener of the chosen one with its value (`blocks.parse_option`)."""

# The value of each of these is the id of the webinar.
SHOW = "webinar.show"
COUNT = "webinar.count"
SHARE_HERE = "webinar.share"
CANCEL = "webinar.cancel"
DUPLICATE = "webinar.duplicate"
EDIT = "webinar.edit"
MOVE = "webinar.move"
"""The value is the id of the webinar and the typed time (`parse_value`)."""
FOLLOW_UP = "followup.open"
INVITE = "team.invite"
TEAM = "team.show"
REGISTER = "seat.register"
CONSENTED = "consented"
"""In the value of a *Register* button, after the id of the webinar: its dialog has stated what is sent."""
MY_LINK = "seat.link"
ADD_TO_CALENDAR = "seat.calendar"
WHEN_OPEN = "seat.when_open"
REFRESH_CARD = "refresh.card"
REFRESH_DETAILS = "refresh.details"
REFRESH_COUNT = "refresh.count"

SHARE_IN = "webinar.share_in"
"""A channel picker; its block id contains the id of the webinar (`shared_webinar_id`)."""

RECORDING = "recording.open"
"""Shows the recording of a webinar, and the ways to share it. The value is the id of the webinar."""

REMIND = "remind.open"
MUTE = "notice.mute"
SNOOZE = "notice.snooze"
RAISE_LIMIT = "door.raise"
REOPEN = "door.open"
CLOSE = "door.close"

REGISTER_OTHERS = "enrol.open"
REGISTRANTS = "registrants.open"
"""For organizers: the form to register others, and the list of registrants."""

REPORT = "report.open"
"""The report of a webinar that is over, for people who may see its registrants."""

PAGE_LINK = "page.link"
"""Shows organizers the URL of our own registration page. The value is the id of the webinar and the campaign
(`parse_value`)."""
CAMPAIGN_LINK = "page.campaign"
"""Opens the form that asks for a campaign. The value is the id of the webinar."""

REGISTRATION_MENU = "door.menu"
CHART = "door.chart"
SOURCES = "door.sources"
LINKS_FILE = "door.links"
"""The registration menu, its chart without and with the sources, and the links of registrants who get no email."""

UNDO_REGISTRATION = "door.undo"
"""The value is what to restore."""

SUBSCRIBE = "follow.more"
UNSUBSCRIBE = "follow.less"
"""The value of these two is the id of the webinar and the features (`parse_value`)."""

CHANGE_FEATURES = "follow.change"
"""Opens the form for the features of a channel. The value is the id of the channel."""

# The value of this is not used.
CREATE = "create.open"
HELP = "help.open"
"""The value is a group of commands, or anything else for all groups."""
RUN = "command.run"
"""Runs the command that is its value, as if it was typed."""
RUN_IN_CHANNEL = "command.in_channel"
"""A channel picker; runs the command in its block id as if it was typed in the chosen channel (`channel_command`)."""

# The value is the list and the page.
LIST = "list.open"
PREVIOUS = "list.previous"
NEXT = "list.next"
REFRESH_LIST = "refresh.list"

CHANNELS = {"exclude_bot_users": True, "include": ["public", "private"]}
"""Where a webinar can be announced: channels, no direct messages."""

MAX_TYPED = 200
"""Characters of typed text that the value of a button may contain."""

_SHARE_BLOCK = "share:"
_COMMAND_BLOCK = "command:"
_MAX_BLOCK_ID = 255


def register(webinar: Webinar) -> Element:
    """Registers the user who clicks it with their Slack profile, as confirmed in its dialog, or shows their seat."""
    confirm = consent_dialog(webinar)
    return webinar_button(webinar, "Register", REGISTER, style="primary", typed=CONSENTED, confirm=confirm)


def registration_form(webinar: Webinar, text: str) -> Element:
    """Opens the registration form for the user who clicks it, or shows their seat."""
    return webinar_button(webinar, text, REGISTER, style="primary")


def when_open(webinar: Webinar) -> Element:
    """Notifies the user who clicks it when registration opens, unless they have a seat."""
    return webinar_button(webinar, "Tell Me When It Opens", WHEN_OPEN)


def add_to_calendar(webinar: Webinar) -> Element:
    """Sends the user who clicks it their calendar file."""
    return webinar_button(webinar, "Add to Calendar", ADD_TO_CALENDAR)


def my_link(webinar: Webinar) -> Element:
    """Shows the user who clicks it their own link, and no one else's."""
    return webinar_button(webinar, "My Link", MY_LINK, style="primary")


def registration_page(webinar: Webinar, text: str = "Registration Page") -> Element | None:
    """Opens the public registration page; None if its URL is unknown."""
    url = webinar.registration.page_uri if webinar.registration else ""
    return link_button(text, PAGE, url, label=f"Register on the page of {one_line_title(webinar.title)}")


def own_link(webinar: Webinar, link: str, text: str = "Join") -> Element | None:
    """Opens a personal join link. Show it to this person only."""
    return link_button(
        text, OWN_LINK, link, style="primary", label=f"Join {one_line_title(webinar.title)} by your own link"
    )


def link_to_keep(webinar: Webinar, link: str) -> Element | None:
    """Opens a personal join link, long before the start. Show it to this person only."""
    return link_button("My Link", OWN_LINK, link, label=f"My link to {one_line_title(webinar.title)}")


def join(webinar: Webinar) -> Element | None:
    """Opens the shared link of a webinar without registration; None for any other webinar."""
    url = webinar.attendee_link if webinar.audience is Audience.ANYONE else ""
    return link_button("Join", JOIN, url, style="primary", label=f"Join {one_line_title(webinar.title)}")


def start(webinar: Webinar, host_link: str) -> Element | None:
    """Opens the host's link. Show it to the creator only."""
    return link_button(
        "Start as Host", START, host_link, style="primary", label=f"Start {one_line_title(webinar.title)} as its host"
    )


def webinar_button(
    webinar: Webinar,
    text: str,
    action_id: str,
    *,
    style: str | None = None,
    typed: str = "",
    confirm: Element | None = None,
) -> Element:
    """A button whose value is a webinar's id, and the rest of the typed command if there is one.

    It is empty if the event does not support the action: `actions` and `section` leave it out.
    """
    if not is_supported(needs.ACTIONS.get(action_id, needs.NOTHING), webinar.abilities):
        return {}
    value = f"{webinar.id} {typed[:MAX_TYPED]}".strip()
    label = f"{text}: {one_line_title(webinar.title)}"
    return _button(text, action_id, value, style=style, label=label, confirm=confirm)


def more(elements: Iterable[Element | None]) -> Element:
    """A menu of the buttons that are not None or empty, five at most; a single one stays a button; none is empty."""
    present = [element for element in elements if element]
    return overflow(MORE, present) if len(present) > 1 else next(iter(present), {})


def parse_value(value: str) -> tuple[str, str]:
    """Split the value of a `webinar_button` into the webinar's id and the typed text."""
    session_id, _, typed = value.partition(" ")
    return session_id, typed


def details(webinar: Webinar) -> Element:
    """Shows the details of a webinar to the user who clicks it."""
    return webinar_button(webinar, "Details", SHOW)


def remind_me(webinar: Webinar) -> Element:
    """Reminds the user who clicks it once more, by direct message."""
    return webinar_button(webinar, "Remind Me", SNOOZE)


def mute(webinar: Webinar, channel_id: str) -> Element:
    """Stops the reminders of this webinar in this channel, which it asks to confirm, or in this direct message."""
    if not channel_id.startswith(("C", "G")):
        return webinar_button(webinar, "Mute", MUTE)
    confirm = confirm_dialog(
        title="Mute these reminders?",
        text="This channel gets no more reminders of this webinar, and a line here says that you muted them.",
        confirm="Mute Reminders",
        deny="Keep Them",
        style="danger",
    )
    return webinar_button(webinar, "Mute Here", MUTE, confirm=confirm)


def raise_limit(webinar: Webinar) -> Element:
    """Raises the registration limit; for organizers."""
    return webinar_button(webinar, "Raise Limit", RAISE_LIMIT)


def reopen(webinar: Webinar) -> Element:
    """Reopens registration; for organizers."""
    return webinar_button(webinar, "Open Registration", REOPEN)


def change_features(channel_id: str) -> Element | None:
    """Opens the form for the features of a channel; None for a direct message."""
    if not channel_id.startswith(("C", "G")):
        return None
    return _button("Change", CHANGE_FEATURES, channel_id, label="Change what Greenroom posts here")


def share_picker(text: str) -> Element:
    """A channel picker that shares the webinar of its `share_block_id`."""
    return conversations_select(action_id=SHARE_IN, placeholder=text, include=CHANNELS)


def share_block_id(webinar: Webinar) -> str:
    """Return the id for the block of a `share_picker`."""
    return _SHARE_BLOCK + webinar.id


def shared_webinar_id(block_id: str) -> str:
    """Return the id of the webinar from the block id of a `share_picker`."""
    return block_id.removeprefix(_SHARE_BLOCK)


def channel_picker() -> Element:
    """A channel picker that runs the command of its `channel_block_id`."""
    return conversations_select(action_id=RUN_IN_CHANNEL, placeholder="Choose a channel", include=CHANNELS)


def channel_block_id(command: str) -> str:
    """Return the id for the block of a `channel_picker`; `command` is what follows `/webinar`."""
    return (_COMMAND_BLOCK + command)[:_MAX_BLOCK_ID]


def channel_command(block_id: str) -> str:
    """Return the command from the block id of a `channel_picker`."""
    return block_id.removeprefix(_COMMAND_BLOCK)
