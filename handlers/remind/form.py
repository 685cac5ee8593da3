"""The form for one webinar's reminders in one channel: planned and past ones, with buttons to change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import ConfigDict, Field

from bot.commands.reminder_offsets import (
    EXAMPLE,
    MAX_OFFSET,
    MAX_OFFSETS,
    offset_text,
    offsets_in_past,
    offsets_text,
    read_offsets,
    too_late_text,
)
from bot.errors import BadInput
from bot.model.people import Frozen
from bot.model.webinar import Webinar
from bot.notices.reminder_sheet import Reminder, ReminderSheet, can_remind, is_locked, past, planned, skipped
from bot.notices.texts.reminder_list import (
    channel_name,
    missed_text,
    no_reminder_reason,
    offsets_source,
    origin_text,
    outcome_text,
    reminder_line,
)
from bot.slack import form_values
from bot.slack.blocks import (
    MAX_INPUT,
    Block,
    Element,
    actions,
    button,
    clock_time,
    context,
    cut,
    divider,
    modal,
    plain,
    section,
    warning,
)
from bot.slack.buttons import CHANNELS
from bot.slack.form_elements import conversations_select, datetime_picker, input_block, text_input
from bot.slack.message import View
from bot.webinars.texts.facts import timing

CALLBACK = "remind.form"
MOVE_CALLBACK = "remind.move"
CHANNEL_CALLBACK = "remind.where"

SKIP = "remind.skip"
BRING_BACK = "remind.bring_back"
MOVE = "remind.change_time"
TURN_ON = "remind.on"
TURN_OFF = "remind.off"
USUAL = "remind.usual"
REFRESH = "remind.refresh"
CHOOSE = "remind.channel"
FIELD = "lead"

TEXT, AT = "text", "at"
ONLY_ONE: Final = "Use one of the two: leave this one or the one above as it was."


class ReminderFormContext(Frozen):
    """The private_metadata of a reminders form."""

    # Serialized names are kept: older buttons and forms must still parse.
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    session_id: str
    channel_id: str = ""
    round: int = 0
    """Number of reminders added: part of the block ids, because Slack keeps the input of a block with the same id."""
    typed: str = ""
    """The times typed in the command that opened the form."""
    notice_id: int = 0
    """The reminder whose time is being changed."""
    parent_view_id: str = Field(default="", alias="under")
    """The id of the view below, which lists all reminders."""


@dataclass(frozen=True)
class ReminderInput:
    """The values of the two fields: offsets as text, or a time."""

    text: str
    at: datetime | None


def build(sheet: ReminderSheet, metadata: ReminderFormContext, *, now: datetime, problem: str = "") -> View:
    """The form; `problem` explains why the last action failed."""
    webinar = sheet.webinar
    may_add = can_remind(webinar, now) and len(sheet.offsets if sheet.is_on else ()) < MAX_OFFSETS
    blocks: list[Block] = [
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}\nReminders in {channel_name(sheet.channel_id)}"),
        *([warning(problem)] if problem else []),
        *_planned(sheet, now),
        *_past(sheet, now),
        *_switches(sheet, now),
        *(_add_inputs(metadata) if may_add else []),
        context(" · ".join(filter(None, [origin_text(sheet), offsets_source(sheet)]))),
    ]
    return modal(
        CALLBACK,
        "Reminders",
        blocks,
        submit="Add Reminder" if may_add else None,
        close="Done",
        private_metadata=metadata.model_dump_json(),
    )


def move_form(sheet: ReminderSheet, reminder: Reminder, metadata: ReminderFormContext) -> View:
    """The form for the time of one reminder."""
    due = int(reminder.due_at.timestamp())
    text = text_input(action_id=FIELD, placeholder="2h", max_length=MAX_INPUT, focus_on_load=True)
    time = datetime_picker(action_id=FIELD, initial_date_time=due)
    blocks: list[Block] = [
        section(f"*{plain(sheet.webinar.title)}*\n{timing(sheet.webinar)}\nNow: {reminder_line(sheet, reminder)}"),
        _input(block_id(TEXT, metadata), "How long before the start", text, hint="Such as 1d, 2h or 30m"),
        _input(block_id(AT, metadata), "Or at a date and time", time),
    ]
    return modal(
        MOVE_CALLBACK, "Change the time", blocks, submit="Change Time", private_metadata=metadata.model_dump_json()
    )


def choose_channel(webinar: Webinar, metadata: ReminderFormContext) -> View:
    """Asks for the channel whose reminders to show."""
    picker = conversations_select(action_id=CHOOSE, placeholder="Choose a channel", include=CHANNELS)
    blocks: list[Block] = [
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}"),
        section("Reminders go out in channels. Which one do you want to look at?"),
        *actions(picker),
    ]
    return modal(CHANNEL_CALLBACK, "Reminders", blocks, private_metadata=metadata.model_dump_json())


def block_id(name: str, metadata: ReminderFormContext) -> str:
    """The block id of one of the two fields."""
    return f"{name}:{metadata.notice_id}:{metadata.round}"


def read_input(values: form_values.Values) -> ReminderInput:
    """Read the two fields from `view.state.values`. Never raises."""
    named = {block_id.partition(":")[0]: elements for block_id, elements in values.items()}
    at = (form_values.element(named, AT) or {}).get("selected_date_time")
    return ReminderInput(
        form_values.text(named, TEXT, "").strip(), None if at is None else datetime.fromtimestamp(at, UTC)
    )


def offsets_to_add(
    typed: ReminderInput, metadata: ReminderFormContext, webinar: Webinar, *, now: datetime, zone: str
) -> tuple[timedelta, ...]:
    """The offsets of the reminders to add. Raises `BadInput` with a sentence for the field at fault.

    `zone` is the person's, for a moment that has to be named in plain text.
    """
    if not (typed.text or typed.at):
        problem = {TEXT: f"Write how long before the start, such as {EXAMPLE}, or choose a date and a time."}
        raise _error(problem, metadata)
    if typed.text and typed.at:
        raise _error({AT: ONLY_ONE}, metadata)
    offsets = _input_offsets(typed, metadata, webinar, now, zone)
    if late := offsets_in_past(offsets, webinar.start, now):
        raise _error({TEXT: too_late_text(late, webinar.start, now)}, metadata)
    return offsets


def offset_to_move_to(
    typed: ReminderInput,
    metadata: ReminderFormContext,
    webinar: Webinar,
    reminder: Reminder,
    *,
    now: datetime,
    zone: str,
) -> timedelta:
    """The new offset of a reminder; its current one if the input was not changed."""
    unmoved = typed.at is None or int(typed.at.timestamp()) == int(reminder.due_at.timestamp())
    if typed.text and not unmoved:
        raise _error({AT: ONLY_ONE}, metadata)
    if unmoved and not typed.text:
        return reminder.offset
    offsets = offsets_to_add(
        ReminderInput(typed.text, None if typed.text else typed.at), metadata, webinar, now=now, zone=zone
    )
    if len(offsets) > 1:
        raise _error({TEXT: f"Write one time: {offsets_text(offsets)} are {len(offsets)}."}, metadata)
    return offsets[0]


def input_error(sentence: str, metadata: ReminderFormContext) -> BadInput:
    """An error with a sentence under the field for offsets."""
    return _error({TEXT: sentence}, metadata)


def _input_offsets(
    typed: ReminderInput, metadata: ReminderFormContext, webinar: Webinar, now: datetime, zone: str
) -> tuple[timedelta, ...]:
    if typed.at is None:
        offsets, problem = read_offsets(typed.text)
        if problem:
            raise _error({TEXT: problem}, metadata)
        return offsets
    problem = ""
    if typed.at <= now:
        problem = f"This is in the past: in {zone} it is now {clock_time(now, zone)}. Choose a later time."
    elif typed.at >= webinar.start:
        start = clock_time(webinar.start, zone)
        problem = f"The webinar starts on {start}, and a reminder goes out before that. Choose an earlier time."
    elif webinar.start - typed.at > MAX_OFFSET:
        problem = f"This is too early: choose a time at most {offset_text(MAX_OFFSET)} before the start."
    if problem:
        raise _error({AT: problem}, metadata)
    # Whole seconds, as Slack and the store have them.
    return (timedelta(seconds=int((webinar.start - typed.at).total_seconds())),)


def _error(problems: Mapping[str, str], metadata: ReminderFormContext) -> BadInput:
    return BadInput("\n".join(problems.values()), {block_id(name, metadata): text for name, text in problems.items()})


def _planned(sheet: ReminderSheet, now: datetime) -> list[Block]:
    if problem := no_reminder_reason(sheet.webinar, now):
        return [section(problem)]
    if not sheet.is_on:
        return [section(f"*Off here.* No reminder of this webinar is posted in {channel_name(sheet.channel_id)}.")]
    rows = sorted([*planned(sheet, now), *skipped(sheet, now)], key=lambda reminder: reminder.due_at)
    blocks = [piece for reminder in rows for piece in _row(sheet, reminder, now)]
    if not rows:
        blocks.append(section("No more reminders are planned."))
    if note := missed_text(sheet, now):
        blocks.append(context(note))
    return blocks


def _row(sheet: ReminderSheet, reminder: Reminder, now: datetime) -> list[Block]:
    text, value = reminder_line(sheet, reminder), str(reminder.id)
    which = f"the reminder {offset_text(reminder.offset)} before"
    if reminder in skipped(sheet, now):
        return [section(f"{text}\nSkipped", button("Bring Back", BRING_BACK, value, label=f"Bring back {which}"))]
    if is_locked(reminder, now):
        return [section(f"{text}\nGoes out in a moment")]
    return [
        section(text),
        *actions(
            button("Skip", SKIP, value, label=f"Skip {which}, only this one"),
            button("Change Time", MOVE, value, label=f"Change the time of {which}"),
            block_id=f"reminder:{value}",
        ),
    ]


def _past(sheet: ReminderSheet, now: datetime) -> list[Block]:
    rows = [f"• {reminder_line(sheet, reminder)}: {outcome_text(reminder)}" for reminder in past(sheet, now)]
    return [divider(), section("\n".join(rows))] if rows else []


def _switches(sheet: ReminderSheet, now: datetime) -> list[Block]:
    default = f"Use the default times: {offsets_text(sheet.default_offsets)}"
    switches = [
        button("Mute Here", TURN_OFF, sheet.webinar.id, label="Mute all reminders of this webinar here")
        if sheet.is_on
        else button("Turn On", TURN_ON, sheet.webinar.id, label=f"Turn reminders on: {offsets_text(sheet.offsets)}"),
        button("Use Default Times", USUAL, sheet.webinar.id, label=default) if sheet.has_own_offsets else None,
    ]
    shown = switches if can_remind(sheet.webinar, now) else []
    return actions(*shown, button("Refresh", REFRESH, sheet.webinar.id, label="Look again"), block_id="switches")


def _add_inputs(metadata: ReminderFormContext) -> list[Block]:
    text = text_input(
        action_id=FIELD, placeholder="2h", max_length=MAX_INPUT, initial_value=cut(metadata.typed, MAX_INPUT) or None
    )
    hint = f"One or several, such as {EXAMPLE}; 1h30m is one."
    return [
        _input(block_id(TEXT, metadata), "Add a reminder before the start", text, hint=hint),
        _input(block_id(AT, metadata), "Or at a date and time", datetime_picker(action_id=FIELD)),
    ]


def _input(block_id: str, label: str, element: Element, *, hint: str | None = None) -> Block:
    return input_block(block_id=block_id, label=label, element=element, hint=hint, optional=True)
