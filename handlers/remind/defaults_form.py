"""Messages and form for the workspace's default reminders."""

from __future__ import annotations

from datetime import timedelta

from pydantic import AwareDatetime, ConfigDict, Field

from bot.commands.reminder_offsets import EXAMPLE, offsets_as_typed, offsets_text, parse_offsets
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
    relative_time,
    section,
)
from bot.slack.form_elements import input_block, text_input
from bot.slack.message import Message, View
from handlers.field_problems import problem_of

CALLBACK = "defaults.form"
WORKING = "defaults.working"
DONE = "defaults.done"
FAILED = "defaults.failed"
CHANGE = "defaults.change"
UNDO = "defaults.undo"
NO_SWITCH = (
    "Default reminders are times before the start, for example 1d 1h 10m, and cannot be turned off everywhere at "
    "once. To turn reminders off in a channel, type `/webinar unsubscribe reminders` there, or "
    "`/webinar remind <webinar> off` for one webinar."
)
TIMES = "times"
FIELD = "leads"

WHERE = "These times apply wherever nobody chose others with `/webinar remind`."


class UndoDefaults(Frozen):
    """The previous defaults, serialized into an Undo button; `changed_at` is when they were replaced."""

    # Serialized names are kept: older buttons and forms must still parse.
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    offsets: str = Field(alias="leads")
    changed_at: AwareDatetime


def current_message(defaults: ReminderDefaults, *, may_change: bool, zone: str) -> Message:
    """The defaults and who set them."""
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
    """The new defaults, and how many webinars were replanned."""
    text = cut(
        "\n".join(
            filter(
                None,
                [
                    "Undone." if undone else "",
                    f"Reminders in this workspace now go out {offsets_text(defaults.offsets)} the start. {WHERE}",
                    f"Reminders updated for {number(replanned, 'upcoming webinar')}.",
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
    """Reports why nothing was changed."""
    text = cut(f"{escape_sentence(sentence)}\nNothing was changed. You typed: `{plain(typed)}`", MAX_SECTION)
    return message(text, [section(text), *actions(button("Change", CHANGE, typed[: MAX_INPUT // 2] or "defaults"))])


def form(defaults: ReminderDefaults, *, zone: str, typed: str = "") -> View:
    """The form, filled with the defaults or with the typed text."""
    text = text_input(
        action_id=FIELD, initial_value=cut(typed or offsets_as_typed(defaults.offsets), MAX_INPUT), max_length=MAX_INPUT
    )
    blocks: list[Block] = [
        section(WHERE),
        input_block(
            block_id=TIMES,
            label="How long before the start",
            element=text,
            hint=f"For example {EXAMPLE}. 1h30m, written together, is one reminder.",
        ),
        context(_by(defaults, zone)),
    ]
    return modal(CALLBACK, "Default reminders", blocks, submit="Save", close="Cancel")


def read(values: form_values.Values) -> tuple[timedelta, ...]:
    """The submitted offsets. Raises `BadInput` with a sentence for the field."""
    with problem_of(TIMES):
        return parse_offsets(form_values.text(values, TIMES, ""))


def parse_undo(value: str) -> UndoDefaults:
    """Parse the value of an Undo button."""
    return UndoDefaults.model_validate_json(value)


def working_view() -> View:
    """Replaces the form while webinars are replanned."""
    closing = context("You can close this window: the result then comes as a direct message.")
    return modal(WORKING, "Default reminders", [section("Updating the reminders of all upcoming webinars…"), closing])


def failed_view(sentence: str) -> View:
    """Reports why the defaults were not changed."""
    return modal(FAILED, "Not changed", [paragraph(sentence)])


def saved_view(answer: Message) -> View:
    """The result as a view that replaces the form."""
    blocks = [block for block in answer.blocks if block["type"] != "actions"]
    return modal(DONE, "Default reminders", blocks, close="Done")


def _by(defaults: ReminderDefaults, zone: str) -> str:
    if not (defaults.set_by and defaults.set_at):
        return "These are Greenroom's own: nobody has changed them yet."
    return f"Set by <@{defaults.set_by}> · {relative_time(defaults.set_at, zone)}"
