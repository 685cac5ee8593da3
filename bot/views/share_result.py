"""Tells whoever shared a webinar what stands where now, and what will be said there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.models import Webinar
from bot.views import buttons
from bot.views.blocks import Message, actions, message, plain, section
from bot.views.facts import ahead


def shared(webinar: Webinar, channel_id: str, leads: Sequence[timedelta]) -> Message:
    """The answer to a share; `leads` are the reminders that are still ahead."""
    planned = ", ".join(ahead(lead) for lead in leads)
    reminders = f"Reminders go out there {planned} before the start." if leads else "It is too late for reminders."
    text = f"*{plain(webinar.title)}* is announced in <#{channel_id}>. {reminders}"
    return message(text, [section(text), *actions(buttons.about(webinar, "Details", buttons.SHOW))])
