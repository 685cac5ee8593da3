"""The buttons that change a webinar's registration or show how it grows, as far as each helps just now."""

from __future__ import annotations

from datetime import datetime

from bot.model.lifecycle import is_coming_or_live, is_full
from bot.model.webinar import Audience, Webinar
from bot.slack import buttons
from bot.slack.blocks import Element


def registration_buttons(webinar: Webinar, now: datetime) -> list[Element]:
    """For those who may steer the webinar; none where there is nothing to open or close, or nothing is known of it."""
    read = webinar.registration
    if read is None or webinar.audience is Audience.ANYONE or not is_coming_or_live(webinar, now):
        return []
    if is_full(read):
        return [buttons.webinar_button(webinar, "Raise Limit", buttons.RAISE_LIMIT)]
    limit = buttons.webinar_button(webinar, "Set Limit" if read.limit is None else "Change Limit", buttons.RAISE_LIMIT)
    if read.is_open:
        return [buttons.webinar_button(webinar, "Close Registration", buttons.CLOSE), limit]
    return [buttons.webinar_button(webinar, "Open Registration", buttons.REOPEN), limit]


def menu_button(webinar: Webinar, now: datetime) -> Element | None:
    """Opens the form for all of its registration; what was never read is read then. Who may is asked at the click."""
    if webinar.audience is Audience.ANYONE or not is_coming_or_live(webinar, now):
        return None
    return buttons.webinar_button(webinar, "Registration", buttons.REGISTRATION_MENU)


def chart_button(webinar: Webinar) -> Element | None:
    """Has the picture of its registrations drawn, also of one that is over; nothing where none was ever read."""
    if webinar.audience is Audience.ANYONE or webinar.registration is None:
        return None
    return buttons.webinar_button(webinar, "Chart", buttons.CHART)
