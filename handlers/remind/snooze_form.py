"""Messages for reminding one person again: the choices and the results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.commands.remind_args import wait_text
from bot.commands.reminder_offsets import offset_text, offsets_in_past, read_offsets, too_late_text
from bot.model.webinar import Webinar
from bot.notices.reminder_sheet import can_remind
from bot.notices.texts.reminder_list import no_reminder_reason
from bot.slack import buttons
from bot.slack.blocks import actions, context, escape_sentence, message, paragraph, plain, section, when
from bot.slack.message import Message
from bot.webinars.texts.facts import timing, typed_title

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
ONE_MINUTE = timedelta(minutes=1)
STARTS_SOONER = "The webinar starts sooner than that."

NO_DIRECT_MESSAGES = (
    "Slack does not let Greenroom write to you, so it cannot remind you. "
    "People of other organizations can ask their admin to allow direct messages from apps."
)


def offset_of(choice: str, start: datetime, now: datetime) -> timedelta | None:
    """The offset of this choice; None if that time is not ahead."""
    offset = {
        IN_TEN_MINUTES: _offset_after(timedelta(minutes=10), start, now),
        IN_AN_HOUR: _offset_after(timedelta(hours=1), start, now),
        SHORTLY_BEFORE: timedelta(minutes=10),
    }[choice]
    # A reminder that is due right now is useless.
    return offset if ONE_SECOND <= offset <= start - now - ONE_SECOND else None


def typed_offsets(typed: str, start: datetime, now: datetime) -> tuple[list[timedelta], str]:
    """The typed offsets that are still ahead, and a sentence about the others or about what is not clear.

    After "in", the times are from now on.
    """
    wait = wait_text(typed)
    offsets, problem = read_offsets(wait or typed)
    if problem:
        return [], problem
    if not wait:
        passed = offsets_in_past(offsets, start, now)
        return [each for each in offsets if each not in passed], too_late_text(passed, start, now)
    ahead = [offset for each in offsets if (offset := _offset_after(each, start, now)) >= ONE_SECOND]
    return ahead, STARTS_SOONER if len(ahead) < len(offsets) else ""


def _offset_after(wait: timedelta, start: datetime, now: datetime) -> timedelta:
    """How long before the start that wait is over: in whole minutes, or in whole seconds below a minute.

    So it is up to a minute later than asked, and reads as "1 hour 49 minutes before it starts".
    """
    offset = start - now - wait
    unit = ONE_MINUTE if offset >= ONE_MINUTE and not wait % ONE_MINUTE else ONE_SECOND
    return offset // unit * unit


def choices_message(webinar: Webinar, *, now: datetime, is_typed: bool = False) -> Message:
    """Asks when to remind, with the choices that are still ahead; if it `is_typed`, also how to type another time."""
    title = f"*{plain(webinar.title)}*"
    ahead = [choice for choice in CHOICES if can_remind(webinar, now) and offset_of(choice, webinar.start, now)]
    if not ahead:
        too_soon = f"{title} starts so soon that there is no time left for a reminder."
        text = no_reminder_reason(webinar, now, title) or too_soon
        return message(text, [section(text)])
    text = f"When do you want to be reminded of {title}? You get a direct message.\n{timing(webinar)}"
    choice_buttons = [buttons.webinar_button(webinar, CHOICES[choice], choice) for choice in ahead]
    other = f"For another time, type it after the webinar: `/webinar remind me {typed_title(webinar)} 2h`"
    return message(text, [section(text), *actions(*choice_buttons), *([context(other)] if is_typed else [])])


def too_late(webinar: Webinar, *, now: datetime) -> Message:
    """Reports that the chosen time has passed, with the remaining choices."""
    return not_set(webinar, "That moment has passed by now.", now=now)


def not_set(webinar: Webinar, problem: str, *, now: datetime) -> Message:
    """Why there is no reminder at the time that was chosen or typed, with the choices that are still ahead."""
    choices = choices_message(webinar, now=now)
    return Message(f"{escape_sentence(problem)} {choices.text}", [paragraph(problem), *choices.blocks])


def none_to_stop(webinar: Webinar) -> Message:
    """Reports that this person has no reminders that could be stopped."""
    text = f"You have no reminders of *{plain(webinar.title)}* in your direct messages."
    return message(text, [section(text)])


def reminded(webinar: Webinar, offsets: Iterable[timedelta], note: str = "") -> Message:
    """The reply once the reminders are set, below a note about those that are not."""
    text = f"You will be reminded of *{plain(webinar.title)}* in a direct message: {_moments(webinar, offsets)}."
    return message(text, [*([paragraph(note)] if note else []), section(text)])


def confirmation(webinar: Webinar, offsets: Sequence[timedelta]) -> Message:
    """The direct message that confirms the reminders, with a button to stop them."""
    text = f"You will be reminded here of *{plain(webinar.title)}*: {_moments(webinar, offsets)}."
    more = f"If it is moved, the {'reminder moves' if len(offsets) == 1 else 'reminders move'} with it."
    stop = buttons.webinar_button(webinar, "Stop", buttons.MUTE)
    return message(
        f"{text} {more}", [section(f"{text}\n{timing(webinar)}\n{more}"), *actions(buttons.details(webinar), stop)]
    )


def failed_message(webinar: Webinar) -> Message:
    """Replaces the confirmation if the reminder could not be stored."""
    text = f"The reminder of *{plain(webinar.title)}* could not be set."
    return message(text, [section(text)])


def _moments(webinar: Webinar, offsets: Iterable[timedelta]) -> str:
    return ", and ".join(_moment(webinar, offset) for offset in offsets)


def _moment(webinar: Webinar, offset: timedelta) -> str:
    return f"{when(webinar.start - offset, webinar.time_zone)}, {offset_text(offset)} before it starts"
