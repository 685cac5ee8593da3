"""The form for the limit of a registration, and its progress and error views."""

from __future__ import annotations

from datetime import datetime

from bot.commands.limit_arg import next_limit, read_limit
from bot.errors import BadInput
from bot.model.lifecycle import is_full
from bot.model.webinar import Webinar
from bot.slack import form_values
from bot.slack.blocks import Block, context, modal, paragraph, plain, section, warning
from bot.slack.form_elements import input_block, number_input
from bot.slack.message import View
from bot.webinars.texts.facts import registrations_with_age, timing
from handlers.field_problems import problem_of

CALLBACK = "door.form"
WORKING = "door.working"

LIMIT = "limit"
"""The block id of the number."""
TITLE = "Registration limit"


def form_view(webinar: Webinar, *, now: datetime, typed: str = "", problem: str = "") -> View:
    """The form; its private_metadata is the webinar's id.

    `typed` is the limit from the command, or from the form itself, which is shown again after a `problem`.
    """
    read = webinar.registration
    initial = _figure(typed)
    if initial is None and not problem and read and read.limit:
        initial = str(next_limit(read.limit, read.count))
    number = number_input(
        action_id=LIMIT, is_decimal_allowed=False, initial_value=initial, placeholder="200", focus_on_load=True
    )
    field = input_block(
        block_id=LIMIT,
        label="Maximum registrations",
        hint="Leave it empty for no limit",
        element=number,
        optional=True,
    )
    notes = ["It is full: a higher limit opens it again."] if read and is_full(read) else []
    blocks: list[Block] = [
        *([warning(problem)] if problem else []),
        section(f"*{plain(webinar.title)}*\n{timing(webinar)}"),
        field,
        context(" · ".join([registrations_with_age(webinar, now), *notes])),
    ]
    title = "Limit not set" if problem else TITLE
    return modal(CALLBACK, title, blocks, submit="Set Limit", close="Cancel", private_metadata=webinar.id)


def read_form(values: form_values.Values) -> int | None:
    """Read the limit; `None` for no limit. Raises `BadInput` for its field."""
    text = form_values.text(values, LIMIT, "").strip()
    if not text:
        return None
    with problem_of(LIMIT):
        return read_limit(text, "leave it empty")


def working_view(webinar: Webinar, *, note: str = "") -> View:
    """Replaces the form while the limit is set. `note` says why it takes longer than usual."""
    blocks: list[Block] = [section(f"Setting the limit of *{plain(webinar.title)}*…")]
    if note:
        blocks.append(paragraph(note))
    closing = context("You can close this window: the result then comes as a direct message.")
    return modal(WORKING, TITLE, [*blocks, closing], private_metadata=webinar.id, notify_on_close=True)


def _figure(typed: str) -> str | None:
    try:
        limit = read_limit(typed)
    except BadInput:
        return None
    return None if limit is None else str(limit)
