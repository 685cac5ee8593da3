"""Reminders in a channel, and the correction where one went out that should not have."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from bot.models import Audience, Webinar
from bot.views import buttons
from bot.views.blocks import Message, actions, message, plain, section, when
from bot.views.facts import ahead, timing


class Correction(StrEnum):
    """Why a reminder that Slack has posted is not true."""

    MOVED = "moved"
    CANCELLED = "cancelled"


def reminder(webinar: Webinar, before: timedelta) -> Message:
    """The reminder that is due `before` the start. It is handed to Slack early, so it holds nothing that may change."""
    begins = f"starts in {ahead(before)}" if before else "starts now"
    way_in = buttons.join(webinar) if webinar.audience is Audience.ANYONE else buttons.register(webinar)
    blocks = [section(f"*{plain(webinar.title)}* {begins}\n{timing(webinar)}"), *actions(way_in)]
    return message(f"{plain(webinar.title)} {begins}: {timing(webinar)}", blocks)


def correction(webinar: Webinar, kind: Correction, *, spoke_of: datetime) -> Message:
    """What is true after a reminder for a start at `spoke_of` could not be taken back."""
    then = when(spoke_of, webinar.time_zone)
    text = {
        Correction.MOVED: f"*{plain(webinar.title)}* was moved: it is now {timing(webinar)}, not {then}.",
        Correction.CANCELLED: f"*{plain(webinar.title)}* is cancelled and does not take place {then}.",
    }[kind]
    return message(text, [section(text)])
