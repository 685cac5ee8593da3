"""The workspace's own reminders: what they are, who set them, and the form in which an admin changes them."""

from __future__ import annotations

from datetime import timedelta

from pydantic import AwareDatetime, ConfigDict, Field

from bot.commands.reminder_offsets import EXAMPLE, offsets_as_typed, offsets_text, parse_offsets
from bot.errors import BadInput
from bot.model.people import Frozen
from bot.notices.reminder_sheet import ReminderDefaults
from bot.slack import form_values
from bot.slack.blocks import (
    MAX_INPUT,
    MAX_SECTION,
    Block,
    actions,
    button,
    context,
    cut,
    escape_sentence,
    message,
    modal,
    number,
    paragraph,
    plain,
    section,
    when,
)
from bot.slack.form_elements import input_block, text_input
from bot.slack.message import Message, View

CALLBACK = "defaults.form"
WORKING = "defaults.working"
DONE = "defaults.done"
FAILED = "defaults.failed"
CHANGE = "defaults.change"
UNDO = "defaults.undo"
TIMES = "times"
FIELD = "leads"

WHERE = "That is so wherever nobody chose other times with `/webinar remind`."


class UndoDefaults(Frozen):
    """What to go back to, as long as nobody has changed it since. Carried by a button."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    offsets: str = Field(alias="leads")
    changed_at: AwareDatetime


def answer(defaults: ReminderDefaults, *, may_change: bool, zone: str) -> Message:
    """What they are and who set them."""
    text = f"Reminders in this workspace go out {offsets_text(defaults.offsets)} the start. {WHERE}"
    change = button("Change", CHANGE, "defaults", label="Change the workspace's reminders") if may_change else None
    return message(text, [section(text), context(_by(defaults, zone)), *actions(change)])


def changed(
    defaults: ReminderDefaults,
    undo: UndoDefaults | None,
    *,
    replanned: int,
    zone: str,
    note: str = "",
    undone: bool = False,
) -> Message:
    """What they are now, and how many webinars are reminded of accordingly."""
    text = cut(
        " ".join(
            filter(
                None,
                [
                    "Undone." if undone else "",
                    f"Reminders in this workspace now go out {offsets_text(defaults.offsets)} the start. {WHERE}",
                    f"{number(replanned, 'webinar')} to come {'is' if replanned == 1 else 'are'} planned anew.",
                    escape_sentence(note),
                ],
            )
        ),
        MAX_SECTION,
    )
    change = button("Change", CHANGE, "defaults", label="Change the workspace's reminders")
    back = button("Undo", UNDO, undo.model_dump_json(), label="Undo this change") if undo else None
    return message(text, [section(text), context(_by(defaults, zone)), *actions(change, back)])


def not_set(sentence: str, typed: str) -> Message:
    """That nothing was changed and why."""
    text = cut(f"{escape_sentence(sentence)} Nothing was changed.\nYou typed: `{plain(typed)}`", MAX_SECTION)
    return message(text, [section(text), *actions(button("Change", CHANGE, typed[: MAX_INPUT // 2] or "defaults"))])


def form(defaults: ReminderDefaults, *, zone: str, typed: str = "") -> View:
    """Asks for them, filled with what they are, or with what was typed."""
    text = text_input(
        action_id=FIELD, initial_value=cut(typed or offsets_as_typed(defaults.offsets), MAX_INPUT), max_length=MAX_INPUT
    )
    blocks: list[Block] = [
        section(WHERE),
        input_block(
            block_id=TIMES,
            label="How long before the start",
            element=text,
            hint=f"For example {EXAMPLE}. Written together, 1h30m is one.",
        ),
        context(_by(defaults, zone)),
    ]
    return modal(CALLBACK, "Usual reminders", blocks, submit="Save", close="Cancel")


def read(values: form_values.Values) -> tuple[timedelta, ...]:
    """What the form holds. Raises `BadInput` with a sentence for its field."""
    try:
        return parse_offsets(form_values.text(values, TIMES, ""))
    except BadInput as error:
        raise BadInput(error.sentence, {TIMES: error.sentence}) from error


def parse_undo(value: str) -> UndoDefaults:
    """What an Undo button carries."""
    return UndoDefaults.model_validate_json(value)


def working() -> View:
    """What takes the form's place while every webinar is planned anew."""
    closing = context("You can close this window: the result then comes as a direct message.")
    return modal(WORKING, "Usual reminders", [section("Planning every webinar anew…"), closing])


def failed(sentence: str) -> View:
    """That they were not set, and why."""
    return modal(FAILED, "Not changed", [paragraph(sentence)])


def saved_view(answer: Message) -> View:
    """The answer in the place of the form."""
    blocks = [block for block in answer.blocks if block["type"] != "actions"]
    return modal(DONE, "Usual reminders", blocks, close="Done")


def _by(defaults: ReminderDefaults, zone: str) -> str:
    if not (defaults.set_by and defaults.set_at):
        return "Nobody has set them yet: these are Greenroom's own."
    return f"Set by <@{defaults.set_by}> · {when(defaults.set_at, zone)}"
