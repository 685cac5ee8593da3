"""Texts about a change of a webinar: progress, before → after with Undo, conflict, failure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.creation.change.table import Change
from bot.model.field_labels import FIELD_LABELS
from bot.model.webinar import Webinar, one_line_title
from bot.model.webinar_edit import WebinarFields, changed_by_others, conflicts, differing
from bot.providers.event_ref import provider_name
from bot.providers.names import named
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
    modal,
    paragraph,
    plain,
    relative_time,
    section,
)
from bot.slack.form_elements import input_block, option, radio_buttons
from bot.slack.message import Message, View
from bot.webinars.texts.fields import change_text, value_text

WORKING = "edit.working"
DONE = "edit.done"
FAILED = "edit.failed"
CONFLICT = "edit.conflict"
BACK = "edit.back"
AGAIN = "edit.again"
"""The value of these two is the id of the draft."""
UNDO = "edit.undo"
CHOOSE = "edit.choose"
"""The value of these two is the id of the change."""

THEIRS, MINE = "theirs", "mine"
CHOICE = "choice"
"""The action id of a choice; its block id is the name of the field."""
CLOSE_FREELY = "You can close this window. You get the result as a direct message."
PENDING = (
    "{provider} has not given a clear answer yet, so Greenroom keeps trying. You get a direct message with the result."
)
ACCOUNT_DECIDES = "Your {provider} account controls this setting"
PAGE_STAYS = "{provider} cannot remove a web page that is set, so it was kept"
UNDO_RULE = "You can undo this for ten minutes, unless someone else changes the same fields."


def working(webinar: Webinar, *, note: str = "") -> View:
    """The progress view in place of the form. `note` explains a delay."""
    blocks: list[Block] = [section(f"Changing *{plain(webinar.title)}*…")]
    if note:
        blocks.append(paragraph(note))
    return modal(WORKING, "Edit webinar", [*blocks, context(CLOSE_FREELY)], notify_on_close=True)


def pending(webinar: Webinar) -> View:
    """That the outcome is not clear yet."""
    return working(webinar, note=named(PENDING, webinar.id))


def done(webinar: Webinar, change: Change) -> View:
    """The result: old and new values, and Undo unless it was one."""
    return modal(DONE, "Change undone" if change.undoes else "Webinar changed", _result(webinar, change), close="Done")


def done_message(webinar: Webinar, change: Change) -> Message:
    """The same as a DM."""
    return message(cut(f"{_head(webinar, change)} {' '.join(_lines(change))}", MAX_SECTION), _result(webinar, change))


def failed(change: Change) -> View:
    """That nothing was changed, and why; with a button back to the filled form."""
    back = button("Back to the Form", BACK, change.draft_id, style="primary") if change.draft_id else None
    return modal(FAILED, "Not undone" if change.undoes else "Not changed", [paragraph(change.problem), *actions(back)])


def failed_message(webinar: Webinar, change: Change) -> Message:
    """The same as a DM, which names the webinar."""
    head = f"*{plain(webinar.title)}* was not changed."
    label = f"Open the form of {one_line_title(webinar.title)} again, filled"
    again = button("Open the Form", AGAIN, change.draft_id, style="primary", label=label) if change.draft_id else None
    text = cut(f"{plain(webinar.title)} was not changed. {escape_sentence(change.problem)}", MAX_SECTION)
    return message(text, [section(head), paragraph(change.problem), *actions(again)])


def conflict(webinar: Webinar, change: Change) -> View:
    """What somebody else has changed meanwhile, field by field, with a choice for each that both changed."""
    names = conflicts(change.read, change.edit, change.before)
    changed_at = change.before.modified_at
    head = f"Someone else has changed *{plain(webinar.title)}* since you opened the form. Nothing is saved yet."
    last = [context(f"Last change: {relative_time(changed_at, change.before.time_zone)}")] if changed_at else []
    blocks: list[Block] = [section(head), *last]
    for name in names:
        blocks += [section(_both(name, change)), _choice(name)]
    blocks += _others(change, names)
    return modal(
        CONFLICT,
        "Changed in the meantime",
        blocks,
        submit="Save Changes",
        close="Cancel",
        private_metadata=change.change_id,
        notify_on_close=True,
    )


def conflict_message(webinar: Webinar, change: Change) -> Message:
    """The same as a DM, whose button opens the choice."""
    names = conflicts(change.read, change.edit, change.before)
    labels = ", ".join(FIELD_LABELS[name] for name in names)
    text = f"Someone else has changed *{plain(webinar.title)}* since you opened the form: {labels}. Nothing is saved."
    label = f"Choose what to save of {one_line_title(webinar.title)}"
    choose = button("Choose", CHOOSE, change.change_id, style="primary", label=label)
    return message(text, [section(text), *actions(choose)])


def nothing_changed(webinar: Webinar) -> View:
    """That the form was sent as it was, or that everything is kept as somebody else made it."""
    text = f"*{plain(webinar.title)}* was not changed. There was nothing to change."
    show = buttons.webinar_button(webinar, "Show Details", buttons.SHOW)
    return modal(DONE, "Nothing changed", [section(text), *actions(show)], close="Done")


def _result(webinar: Webinar, change: Change) -> list[Block]:
    lines, notes = _lines(change), _notes(change)
    blocks: list[Block] = [section(_head(webinar, change)), *_sections(lines)]
    if notes:
        blocks += _sections(notes)
    blocks += actions(_undo(webinar, change), buttons.webinar_button(webinar, "Show Details", buttons.SHOW))
    if not change.undoes and lines:
        blocks.append(context(UNDO_RULE))
    return blocks


def _head(webinar: Webinar, change: Change) -> str:
    if not _lines(change):
        return f"*{plain(webinar.title)}* already had these values."
    return f"*{plain(webinar.title)}* is {'back to what it was' if change.undoes else 'changed'}."


def _lines(change: Change) -> list[str]:
    changed = differing(change.before, change.current, change.edit.names)
    return [_change_text(name, change, change.before, change.current) for name in changed]


def _notes(change: Change) -> list[str]:
    notes, provider = [], provider_name(change.session_id)
    for name in differing(change.edit.after, change.current, change.edit.names):
        kept = f"{FIELD_LABELS[name]}: {value_text(name, change.current, provider)}"
        is_page = name == "redirect_uri" and not change.edit.after.redirect_uri
        reason = PAGE_STAYS if is_page else ACCOUNT_DECIDES
        notes.append(f"{named(reason, change.session_id)}: {kept}")
    theirs = changed_by_others(change.read, change.before, change.edit.names)
    kept = "Someone else changed this in the meantime, and it was kept"
    notes += [f"{kept}: {_change_text(name, change, change.read, change.before)}" for name in theirs]
    return notes


def _undo(webinar: Webinar, change: Change) -> Element | None:
    if change.undoes or not _lines(change):
        return None
    return button("Undo", UNDO, change.change_id, label=f"Undo this: {one_line_title(webinar.title)}")


def _both(name: str, change: Change) -> str:
    values = (("Before", change.read), ("Theirs", change.before), ("Yours", change.edit.after))
    lines = [f"{who}: {value_text(name, fields, provider_name(change.session_id))}" for who, fields in values]
    return "\n".join([f"*{FIELD_LABELS[name]}*", *lines])


def _choice(name: str) -> Block:
    options = [option(text="Keep theirs", value=THEIRS), option(text="Use mine", value=MINE)]
    element = radio_buttons(action_id=CHOICE, options=options, initial_option=options[0])
    return input_block(block_id=name, label=f"{FIELD_LABELS[name]}: what to save", element=element)


def _others(change: Change, names: Sequence[str]) -> list[Block]:
    theirs = changed_by_others(change.read, change.before, names)
    if not theirs:
        return []
    lines = [_change_text(name, change, change.read, change.before) for name in theirs]
    return [section("They also changed this, and it will be kept:"), *_sections(lines)]


def _change_text(name: str, change: Change, old: WebinarFields, new: WebinarFields) -> str:
    return change_text(name, old, new, provider_name(change.session_id))


def _sections(lines: Sequence[str]) -> list[Block]:
    """Lines in as few paragraphs as Slack's limit allows."""
    blocks, text = list[Block](), ""
    for line in lines:
        if text and len(text) + len(line) + 3 > MAX_SECTION:
            blocks.append(section(text))
            text = ""
        text = f"{text}\n{line}".strip()
    return [*blocks, section(cut(text, MAX_SECTION))] if text else blocks
