"""Input blocks and form elements as the dictionaries of the Web API.

https://docs.slack.dev/reference/block-kit/block-elements
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.slack.blocks import Block, Element, plain_text, without_empty


def input_block(
    *,
    label: str,
    element: Element,
    block_id: str | None = None,
    hint: str | None = None,
    optional: bool | None = None,
    dispatch_action: bool | None = None,
) -> Block:
    """A field of a form: its label, the element, and a hint below it."""
    return without_empty(
        block_id=block_id,
        dispatch_action=dispatch_action,
        element=element,
        hint=plain_text(hint),
        label=plain_text(label),
        optional=optional,
        type="input",
    )


def text_input(
    *,
    action_id: str,
    initial_value: str | None = None,
    placeholder: str | None = None,
    multiline: bool | None = None,
    max_length: int | None = None,
    focus_on_load: bool | None = None,
    is_reported_while_typing: bool = False,
) -> Element:
    """A field for text of one line or several. Slack reports what is typed if its block has `dispatch_action`.

    `is_reported_while_typing`: at once, and not only when Enter is pressed.
    """
    typing = {"trigger_actions_on": ["on_character_entered"]}
    return without_empty(
        action_id=action_id,
        dispatch_action_config=typing if is_reported_while_typing else None,
        focus_on_load=focus_on_load,
        initial_value=initial_value,
        max_length=max_length,
        multiline=multiline,
        placeholder=plain_text(placeholder),
        type="plain_text_input",
    )


def number_input(
    *,
    action_id: str,
    is_decimal_allowed: bool,
    initial_value: str | None = None,
    placeholder: str | None = None,
    focus_on_load: bool | None = None,
) -> Element:
    """A field for a number."""
    return without_empty(
        action_id=action_id,
        focus_on_load=focus_on_load,
        initial_value=initial_value,
        is_decimal_allowed=is_decimal_allowed,
        placeholder=plain_text(placeholder),
        type="number_input",
    )


def email_input(*, action_id: str, initial_value: str | None = None) -> Element:
    """A field for an email address."""
    return without_empty(action_id=action_id, initial_value=initial_value, type="email_text_input")


def url_input(*, action_id: str) -> Element:
    """A field for the address of a web page."""
    return without_empty(action_id=action_id, type="url_text_input")


def file_input(*, action_id: str, filetypes: Sequence[str], max_files: int) -> Element:
    """A field for files of these types."""
    return without_empty(action_id=action_id, filetypes=list(filetypes), max_files=max_files, type="file_input")


def option(*, value: str, text: str, description: str | None = None) -> Element:
    """One choice of a list."""
    return without_empty(description=plain_text(description), text=plain_text(text), value=value)


def checkboxes(
    *, action_id: str, options: Sequence[Element], initial_options: Sequence[Element] | None = None
) -> Element:
    """Any number of choices, all of them visible."""
    return without_empty(
        action_id=action_id,
        initial_options=list(initial_options or ()),
        options=list(options),
        type="checkboxes",
    )


def radio_buttons(*, action_id: str, options: Sequence[Element], initial_option: Element | None = None) -> Element:
    """One choice, all of them visible."""
    return without_empty(
        action_id=action_id, initial_option=initial_option, options=list(options), type="radio_buttons"
    )


def option_group(*, label: str, options: Sequence[Element]) -> Element:
    """Choices of a list below a heading."""
    return {"label": plain_text(label), "options": list(options)}


def static_select(
    *,
    action_id: str,
    options: Sequence[Element] = (),
    option_groups: Sequence[Element] = (),
    initial_option: Element | None = None,
    placeholder: str | None = None,
) -> Element:
    """One choice from a menu, of up to 100 options, or of groups of them."""
    return without_empty(
        action_id=action_id,
        initial_option=initial_option,
        option_groups=list(option_groups),
        options=list(options),
        placeholder=plain_text(placeholder),
        type="static_select",
    )


def multi_static_select(
    *,
    action_id: str,
    options: Sequence[Element],
    placeholder: str,
    initial_options: Sequence[Element] | None = None,
) -> Element:
    """Any number of choices from a menu."""
    return without_empty(
        action_id=action_id,
        initial_options=list(initial_options or ()),
        options=list(options),
        placeholder=plain_text(placeholder),
        type="multi_static_select",
    )


def users_select(*, action_id: str, placeholder: str, initial_user: str | None = None) -> Element:
    """A picker for one person."""
    return without_empty(
        action_id=action_id, initial_user=initial_user, placeholder=plain_text(placeholder), type="users_select"
    )


def multi_users_select(
    *,
    action_id: str,
    placeholder: str,
    initial_users: Sequence[str] | None = None,
    focus_on_load: bool | None = None,
) -> Element:
    """A picker for any number of people."""
    return without_empty(
        action_id=action_id,
        focus_on_load=focus_on_load,
        initial_users=list(initial_users or ()),
        placeholder=plain_text(placeholder),
        type="multi_users_select",
    )


def conversations_select(
    *, action_id: str, placeholder: str, include: Mapping[str, Any], initial_conversation: str | None = None
) -> Element:
    """A picker for one conversation; `include` is Slack's `filter`."""
    return without_empty(
        action_id=action_id,
        filter=dict(include),
        initial_conversation=initial_conversation,
        placeholder=plain_text(placeholder),
        type="conversations_select",
    )


def datetime_picker(*, action_id: str, initial_date_time: int | None = None) -> Element:
    """A picker for a date and a time; the value is a Unix second."""
    return without_empty(action_id=action_id, initial_date_time=initial_date_time, type="datetimepicker")


def time_picker(*, action_id: str, initial_time: str | None = None) -> Element:
    """A picker for a time of day (HH:MM)."""
    return without_empty(action_id=action_id, initial_time=initial_time, type="timepicker")
