"""Being reminded once more, for one person alone: the choices, and what is said when one was made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.commands.reminder_offsets import offset_text
from bot.model.webinar import Webinar
from bot.notices.reminder_sheet import can_remind
from bot.notices.texts.reminder_list import no_reminder_reason
from bot.slack import buttons
from bot.slack.blocks import actions, message, plain, section, when
from bot.slack.message import Message
from bot.webinars.texts.facts import timing

IN_TEN_MINUTES = "snooze.in_ten_minutes"
IN_AN_HOUR = "snooze.in_an_hour"
SHORTLY_BEFORE = "snooze.shortly_before"

WAYS: Final[Mapping[str, str]] = {
    IN_TEN_MINUTES: "In 10 Minutes",
    IN_AN_HOUR: "In 1 Hour",
    SHORTLY_BEFORE: "10 Minutes Before It Starts",
}
"""The choices, by action id."""

SECOND = timedelta(seconds=1)


def lead(way: str, start: datetime, now: datetime) -> timedelta | None:
    """How long before the start this choice reminds, to the second; nothing where that moment is not ahead."""
    # Slack holds messages by whole seconds, and one that is due this very second is no reminder.
    in_whole = timedelta(seconds=int((start - now).total_seconds()))
    before = {
        IN_TEN_MINUTES: in_whole - timedelta(minutes=10),
        IN_AN_HOUR: in_whole - timedelta(hours=1),
        SHORTLY_BEFORE: timedelta(minutes=10),
    }[way]
    return before if SECOND <= before < in_whole else None


def choices(webinar: Webinar, *, now: datetime) -> Message:
    """When the person wants to be reminded: what is still ahead."""
    title = f"*{plain(webinar.title)}*"
    ahead = [way for way in WAYS if can_remind(webinar, now) and lead(way, webinar.start, now)]
    if not ahead:
        too_soon = "it starts so soon that there is no time left for a reminder."
        text = f"{title}: {no_reminder_reason(webinar, now) or too_soon}"
        return message(text, [section(text)])
    text = f"When do you want to be reminded of {title}? You get a direct message.\n{timing(webinar)}"
    picks = [buttons.webinar_button(webinar, WAYS[way], way) for way in ahead]
    return message(text, [section(text), *actions(*picks)])


def too_late(webinar: Webinar, *, now: datetime) -> Message:
    """That the moment chosen has passed meanwhile, with what is left to choose."""
    left = choices(webinar, now=now)
    text = "That moment has passed by now."
    return Message(f"{text} {left.text}", [section(text), *left.blocks])


def reminded(webinar: Webinar, before: timedelta) -> Message:
    """The answer to a choice, where it was made."""
    text = f"You will be reminded of *{plain(webinar.title)}* in a direct message: {_moment(webinar, before)}."
    return message(text, [section(text)])


def confirmation(webinar: Webinar, before: timedelta) -> Message:
    """The direct message that says so; from here it can be ended."""
    text = f"You will be reminded here of *{plain(webinar.title)}*: {_moment(webinar, before)}."
    more = "If it is moved, the reminder moves with it."
    stop = buttons.webinar_button(webinar, "Stop", buttons.MUTE)
    return message(
        f"{text} {more}", [section(f"{text}\n{timing(webinar)}\n{more}"), *actions(buttons.details(webinar), stop)]
    )


def failed(webinar: Webinar) -> Message:
    """What takes the confirmation's place where it could not be written down."""
    text = f"The reminder of *{plain(webinar.title)}* could not be set."
    return message(text, [section(text)])


def _moment(webinar: Webinar, before: timedelta) -> str:
    return f"{when(webinar.start - before, webinar.time_zone)}, {offset_text(before)} before it starts"
