"""The link to a webinar's registration page, for organizers who put it on their site."""

from __future__ import annotations

from bot.model.webinar import Webinar
from bot.slack.blocks import context, message, plain, section
from bot.slack.message import Message

LABEL = "Registration Link for Your Site"


def site_link(webinar: Webinar, url: str) -> Message:
    """The link, what it opens, and how long it works."""
    name = plain(webinar.title)
    head = f"*{name}*\nWhoever opens this link can register with a name and an e-mail address: <{url}|see the page>"
    notes = (
        "It stays good if the webinar is moved by up to 90 days. "
        "Who registers there gets links of their own to join and to cancel."
    )
    spoken = f"{name}: the link to its registration page, for your site."
    return message(spoken, [section(head), section(f"```{url}```"), context(notes)])
