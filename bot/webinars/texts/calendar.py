"""The sentences above calendar files in direct messages."""

from __future__ import annotations

from bot.model.webinar import Audience, Webinar
from bot.slack import buttons
from bot.slack.blocks import actions, message, plain, section
from bot.slack.message import Message
from bot.webinars.texts.facts import timing

NEW = "Your calendar entry, with your own link in it."
NEW_WITHOUT_LINK = "Your calendar entry."
UPDATED = "Your updated calendar entry. It replaces the earlier one."
REMOVAL = "Open this file to remove the webinar from your calendar."
SENT = "The calendar file is in your direct messages with me."


def entry_message(webinar: Webinar) -> Message:
    """The direct message that comes before the calendar file of a person without a seat."""
    follow = "If it moves or is canceled, you get a new file."
    if webinar.audience is Audience.REGISTRANTS:
        follow = f"Register to get your join link. {follow}"
    register = buttons.register(webinar) if webinar.audience is Audience.REGISTRANTS else None
    text = f"*{plain(webinar.title)}*\n{timing(webinar)}\n{follow}"
    return message(text, [section(text), *actions(register, buttons.details(webinar))])
