"""Buttons that change the registration of a webinar or show its growth, if they apply now."""

from __future__ import annotations

from datetime import datetime

from bot.model.lifecycle import Stage, is_coming_or_live, is_full, stage
from bot.model.webinar import Audience, Status, Webinar
from bot.slack import buttons
from bot.slack.blocks import Element


def registration_buttons(webinar: Webinar, now: datetime) -> list[Element]:
    """Return buttons for those who may manage the webinar; none without a registration that was read."""
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
    """Return the button that opens the registration menu. The click checks permission and reads what is missing."""
    if webinar.audience is Audience.ANYONE or not is_coming_or_live(webinar, now):
        return None
    return buttons.webinar_button(webinar, "Registration", buttons.REGISTRATION_MENU)


def recording_menu_button(webinar: Webinar, now: datetime) -> Element | None:
    """Return the button that opens the same menu after the end: who can register for the recording, and how long."""
    if webinar.audience is not Audience.REGISTRANTS or stage(webinar, now) is not Stage.OVER:
        return None
    return buttons.webinar_button(webinar, "Registration", buttons.REGISTRATION_MENU)


def registrants_button(webinar: Webinar, now: datetime) -> Element | None:
    """Return the button that lists the registrants; None if nobody registers for this webinar."""
    listed = webinar.audience is Audience.REGISTRANTS and stage(webinar, now) is not Stage.CANCELED
    return buttons.webinar_button(webinar, "Registrants", buttons.REGISTRANTS) if listed else None


def edit_button(webinar: Webinar) -> Element | None:
    """Return the button that opens the form of the webinar; None once it has started."""
    return buttons.webinar_button(webinar, "Edit", buttons.EDIT) if webinar.status is Status.SCHEDULED else None


def team_button(webinar: Webinar, now: datetime) -> Element | None:
    """Return the button that shows the team; None after the end."""
    return buttons.webinar_button(webinar, "Team", buttons.TEAM) if is_coming_or_live(webinar, now) else None


def chart_button(webinar: Webinar) -> Element | None:
    """Return the button that draws the chart of registrations, also after the end; None without any reading."""
    if webinar.audience is Audience.ANYONE or webinar.registration is None:
        return None
    return buttons.webinar_button(webinar, "Chart", buttons.CHART)
