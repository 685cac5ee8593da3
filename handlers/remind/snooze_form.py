"""Messages for reminding one person again: the choices and the results."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.commands.reminder_offsets import offset_text
from bot.model.webinar import Webinar
from bot.notices.reminder_sheet import can_remind
from bot.notices.texts.reminder_list import no_reminder_reason
from bot.slack import buttons
from bot.slack.blocks import actions, message, plain, relative_time, section
from bot.slack.message import Message
from bot.webinars.texts.facts import timing

IN_TEN_MINUTES = "snooze.in_ten_minutes"
IN_AN_HOUR = "snooze.in_an_hour"
SHORTLY_BEFORE = "snooze.shortly_before"

CHOICES: Final[Mapping[str, str]] = {
    IN_TEN_MINUTES: "In 10 Minutes",
    IN_AN_HOUR: "In 1 Hour",
    SHORTLY_BEFORE: "10 Minutes Before It Starts",
}
"""The choices, by action id."""

ONE_SECOND = timedelta(seconds=1)

NO_DIRECT_MESSAGES = (
    "Slack does not let Greenroom write to you, so it cannot remind you. "
    "People of other organizations can ask their admin to allow direct messages from apps."
)


def offset_of(choice: str, start: datetime, now: datetime) -> timedelta | None:
    """The offset of this choice in whole seconds; None if that time is not ahead."""
    # Slack schedules by whole seconds, and a reminder that is due right now is useless.
    remaining = timedelta(seconds=int((start - now).total_seconds()))
    offset = {
        IN_TEN_MINUTES: remaining - timedelta(minutes=10),
        IN_AN_HOUR: remaining - timedelta(hours=1),
        SHORTLY_BEFORE: timedelta(minutes=10),
    }[choice]
    return offset if ONE_SECOND <= offset < remaining else None


def choices_message(webinar: Webinar, *, now: datetime) -> Message:
    """Asks when to remind, with the choices that are still ahead."""
    title = f"*{plain(webinar.title)}*"
    ahead = [choice for choice in CHOICES if can_remind(webinar, now) and offset_of(choice, webinar.start, now)]
    if not ahead:
        too_soon = "it starts so soon that there is no time left for a reminder."
        text = f"{title}: {no_reminder_reason(webinar, now) or too_soon}"
        return message(text, [section(text)])
    text = f"When do you want to be reminded of {title}? You get a direct message.\n{timing(webinar)}"
    choice_buttons = [buttons.webinar_button(webinar, CHOICES[choice], choice) for choice in ahead]
    return message(text, [section(text), *actions(*choice_buttons)])


def too_late(webinar: Webinar, *, now: datetime) -> Message:
    """Reports that the chosen time has passed, with the remaining choices."""
    remaining_choices = choices_message(webinar, now=now)
    text = "That moment has passed by now."
    return Message(f"{text} {remaining_choices.text}", [section(text), *remaining_choices.blocks])


def reminded(webinar: Webinar, offset: timedelta) -> Message:
    """The reply to a choice, in place of the choices."""
    text = f"You will be reminded of *{plain(webinar.title)}* in a direct message: {_moment(webinar, offset)}."
    return message(text, [section(text)])


def confirmation(webinar: Webinar, offset: timedelta) -> Message:
    """The direct message that confirms the reminder, with a button to stop it."""
    text = f"You will be reminded here of *{plain(webinar.title)}*: {_moment(webinar, offset)}."
    more = "If it is moved, the reminder moves with it."
    stop = buttons.webinar_button(webinar, "Stop", buttons.MUTE)
    return message(
        f"{text} {more}", [section(f"{text}\n{timing(webinar)}\n{more}"), *actions(buttons.details(webinar), stop)]
    )


def failed_message(webinar: Webinar) -> Message:
    """Replaces the confirmation if the reminder could not be stored."""
    text = f"The reminder of *{plain(webinar.title)}* could not be set."
    return message(text, [section(text)])


def _moment(webinar: Webinar, offset: timedelta) -> str:
    return f"{relative_time(webinar.start - offset, webinar.time_zone)}, {offset_text(offset)} before it starts"
