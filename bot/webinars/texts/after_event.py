"""Buttons for a webinar that is over, in their order; whoever presses one without permission is told who has it."""

from __future__ import annotations

from datetime import datetime

from bot.model.lifecycle import Stage, stage
from bot.model.webinar import Webinar
from bot.slack import buttons
from bot.slack.blocks import Element


def report_button(webinar: Webinar) -> Element:
    """Return the button that shows the report."""
    return buttons.webinar_button(webinar, "Report", buttons.REPORT)


def after_event_buttons(webinar: Webinar, now: datetime) -> list[Element]:
    """Return the buttons for those who may run the webinar; none before its end, and if it was canceled."""
    return [report_button(webinar)] if stage(webinar, now) is Stage.OVER else []
