"""Replies to changes of reminders, with an Undo button."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model.webinar import Webinar
from bot.notices.reminder_sheet import ReminderSheet, ReminderUndo, planned, skipped
from bot.notices.texts.reminder_list import (
    channel_name,
    missed_text,
    no_reminder_reason,
    offsets_source,
    origin_text,
    reminder_line,
)
from bot.slack import buttons
from bot.slack.blocks import (
    MAX_SECTION,
    Block,
    Element,
    actions,
    button,
    context,
    cut,
    escape_sentence,
    message,
    person,
    plain,
    section,
)
from bot.slack.message import Message

UNDO = "remind.undo"
MAX_CARRIED = 150
"""Characters of typed times that a channel picker carries."""


def parse_undo(value: str) -> ReminderUndo:
    """Parse the value of an Undo button."""
    return ReminderUndo.model_validate_json(value)


def remind_button(webinar: Webinar, text: str, *, channel_id: str = "", typed: str = "") -> Element:
    """A button that opens the reminders form, for `channel_id` or else for the channel where it is clicked."""
    where = f"<#{channel_id}>" if channel_id else ""
    return buttons.webinar_button(webinar, text, buttons.REMIND, typed=f"{where} {typed}".strip())


def parse_target(typed: str) -> tuple[str, str]:
    """The channel id (or "") and the typed text in the value of a `remind_button`, after the webinar's id."""
    first, _, rest = typed.partition(" ")
    if first.startswith("<#") and first.endswith(">"):
        return first[2:-1], rest
    return "", typed


def changed(
    sheet: ReminderSheet, undo: ReminderUndo | None, *, now: datetime, notes: Sequence[str] = (), undone: bool = False
) -> Message:
    """The planned reminders of a channel after a change."""
    head = f"Reminders of *{plain(sheet.webinar.title)}* in {channel_name(sheet.channel_id)}"
    lines = [f"• {reminder_line(sheet, reminder)}" for reminder in planned(sheet, now)]
    lines += [f"• {reminder_line(sheet, reminder)}: skipped" for reminder in skipped(sheet, now)]
    problem = no_reminder_reason(sheet.webinar, now) or (missed_text(sheet, now) if lines else "")
    if not sheet.is_on:
        lines = ["They are off."]
    body = "\n".join([f"{'Undone. ' if undone else ''}{head}:", *(lines or ["None is planned."])])
    notes_shown = [note for note in (problem, *map(escape_sentence, notes)) if note]
    facts = " · ".join(filter(None, [origin_text(sheet), offsets_source(sheet) if sheet.is_on else ""]))
    blocks: list[Block] = [section(body)]
    if notes_shown:
        blocks.append(section(cut("\n".join(notes_shown), MAX_SECTION)))
    if facts:
        blocks.append(context(facts))
    change = remind_button(sheet.webinar, "Change", channel_id=sheet.channel_id)
    blocks += actions(change if sheet.channel_id.startswith(("C", "G")) else None, _undo(undo))
    return message(cut(" ".join([body, *notes_shown]), MAX_SECTION), blocks)


def muted(webinar: Webinar, channel_id: str, undo: ReminderUndo) -> Message:
    """Reports that reminders of a webinar are off in a channel or a DM."""
    title = f"*{plain(webinar.title)}*"
    if channel_id.startswith(("C", "G")):
        text = f"You muted the reminders of {title} in {channel_name(channel_id)}, for everybody there."
    else:
        text = f"You won't get reminders of {title} in your direct messages."
    return message(text, [section(text), *actions(_undo(undo))])


def muted_line(name: str, webinar: Webinar) -> Message:
    """Tells a channel who muted the reminders; by name, because a mention would notify them of their own action."""
    text = f"{person(name)} muted the reminders of *{plain(webinar.title)}* in this channel."
    return message(text, [context(text)])


def already_muted(sheet: ReminderSheet) -> Message:
    """Reports that reminders were off already, and who turned them off."""
    text = f"No more reminders of *{plain(sheet.webinar.title)}* go out in {channel_name(sheet.channel_id)}."
    origin = origin_text(sheet)
    return message(text, [section(text), *([context(origin)] if origin else [])])


def not_undone(sheet: ReminderSheet) -> Message:
    """Reports that the reminders were changed again since, so nothing was undone."""
    origin = origin_text(sheet)
    text = "This was changed again since then, so it stays as it is."
    change = remind_button(sheet.webinar, "Look", channel_id=sheet.channel_id)
    buttons_shown = actions(change if sheet.channel_id.startswith(("C", "G")) else None)
    return message(text, [section(text), *([context(origin)] if origin else []), *buttons_shown])


def not_set(webinar: Webinar, sentence: str, typed: str, *, channel_id: str) -> Message:
    """Reports why nothing was changed; the button opens the form with the typed text."""
    kept = f" You typed: `{plain(typed)}`" if typed else ""
    text = cut(f"{escape_sentence(sentence)}\nNothing was changed.{kept}", MAX_SECTION)
    kept_text = typed if len(typed) + len(channel_id) + 4 <= buttons.MAX_TYPED else ""
    return message(
        text, [section(text), *actions(remind_button(webinar, "Change", channel_id=channel_id, typed=kept_text))]
    )


def only_in_channels(webinar: Webinar, typed: str) -> Message:
    """Asks, after times were typed in a DM, for the channel: the choice sets them there, unless they are too long."""
    text = f"Reminders of *{plain(webinar.title)}* go out in channels. Where should `{plain(typed)}` apply?"
    if len(typed) > MAX_CARRIED:
        return message(text, [section(text), *actions(remind_button(webinar, "Choose a Channel"))])
    block_id = buttons.channel_block_id(f"remind {webinar.id} {typed}")
    chosen = actions(buttons.channel_picker(), buttons.remind_me(webinar), block_id=block_id)
    return message(text, [section(text), *chosen])


def _undo(undo: ReminderUndo | None) -> Element | None:
    if undo is None:
        return None
    return button("Undo", UNDO, undo.model_dump_json(exclude_defaults=True), label="Undo this change of reminders")
