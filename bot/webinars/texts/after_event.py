"""Buttons for a webinar that is over, in their order; without permission, a button names who has it."""

from __future__ import annotations

from datetime import datetime

from bot.model.lifecycle import Stage, stage
from bot.model.webinar import Webinar
from bot.slack import buttons
from bot.slack.blocks import Element


def report_button(webinar: Webinar) -> Element:
    """Return the button that shows the report."""
    return buttons.webinar_button(webinar, "Report", buttons.REPORT)


def after_event_buttons(webinar: Webinar, now: datetime, *, can_manage: bool = False) -> list[Element]:
    """Return the buttons for those who may run the webinar; none before its end, and if it was canceled.

    `can_manage` adds those for who may manage it.
    """
    if stage(webinar, now) is not Stage.OVER:
        return []
    more = [buttons.webinar_button(webinar, "Follow Up", buttons.FOLLOW_UP)] if can_manage else []
    return [report_button(webinar), *more]
