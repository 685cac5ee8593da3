"""What is created, and how often, at a provider that has both meetings and webinars: fields of the creation form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from bot.model.recurrence import MAX_DATES, EventForm, Every, Recurrence
from bot.providers.event_ref import kinds_of
from bot.slack import form_values
from bot.slack.blocks import Block
from bot.slack.form_elements import input_block, option, radio_buttons, static_select, text_input
from handlers.create.place_field import CHANGE_PLACE

if TYPE_CHECKING:
    from handlers.create.draft import CreateDraft

KIND, REPEATS, DATES = "kind", "repeats", "dates"
"""The names of the fields."""
LABELS = {KIND: "Kind", REPEATS: "Repeats", DATES: "Number of dates"}
KINDS = {EventForm.MEETING: "Meeting, where everybody can speak", EventForm.WEBINAR: "Webinar, with panelists"}
ONCE = "once"
CHOICES: dict[str, tuple[str, tuple[Every, int] | None]] = {
    ONCE: ("No", None),
    "day": ("Every day", (Every.DAY, 1)),
    "week": ("Every week", (Every.WEEK, 1)),
    "two_weeks": ("Every two weeks", (Every.WEEK, 2)),
    "month": ("Every month", (Every.MONTH, 1)),
}
"""By the value of the option: its text, and the recurrence."""
HOW_MANY = f"Type how many dates there are, from 2 to {MAX_DATES}."


def fields(draft: CreateDraft, places: Sequence[str], block_id: Callable[[str], str]) -> list[Block]:
    """The fields, if the chosen provider has several kinds; `places` are the prefixes to choose from.

    The number of dates appears with a choice that repeats.
    """
    place = draft.provider if draft.provider in places or not places else places[0]
    if draft.edits or len(kinds_of(place)) < 2:
        return []
    kinds = {kind: option(text=KINDS[kind], value=kind.value) for kind in kinds_of(place)}
    repeats = {value: option(text=text, value=value) for value, (text, _) in CHOICES.items()}
    kind = radio_buttons(action_id=CHANGE_PLACE, options=list(kinds.values()), initial_option=kinds[draft.kind])
    often = static_select(
        action_id=CHANGE_PLACE, options=list(repeats.values()), initial_option=repeats.get(draft.repeats, repeats[ONCE])
    )
    return [
        input_block(block_id=block_id(KIND), label=LABELS[KIND], element=kind, dispatch_action=True),
        input_block(block_id=block_id(REPEATS), label=LABELS[REPEATS], element=often, dispatch_action=True),
        *([_dates(draft, block_id(DATES))] if _repeats(draft) else []),
    ]


def _dates(draft: CreateDraft, block_id: str) -> Block:
    dates = text_input(action_id=DATES, initial_value=draft.dates or None, max_length=20, placeholder="6")
    hint = "People register once for all dates; each date has its own card and reminders"
    return input_block(block_id=block_id, label=LABELS[DATES], element=dates, hint=hint)


def _repeats(draft: CreateDraft) -> bool:
    return draft.repeats not in ("", ONCE)


def read(values: form_values.Values, draft: CreateDraft) -> dict[str, Any]:
    """The inputs of the fields; those of the draft for missing ones."""
    return {
        "kind": EventForm(form_values.choice(values, KIND, draft.kind)),
        "repeats": form_values.choice(values, REPEATS, draft.repeats),
        "dates": form_values.text(values, DATES, draft.dates),
        "asks_dates": DATES in values,
    }


def recurrence(draft: CreateDraft) -> Recurrence | None:
    """How the event recurs; `None` for one date, or if it cannot be read."""
    _, chosen = CHOICES.get(draft.repeats, CHOICES[ONCE])
    count = draft.dates.strip()
    if chosen is None or not (count.isascii() and count.isdigit() and 2 <= int(count) <= MAX_DATES):
        return None
    every, interval = chosen
    return Recurrence(every=every, interval=interval, dates=int(count))


def problem(draft: CreateDraft) -> tuple[str, str]:
    """The field for what is wrong with the number of dates, and what is; empty if nothing is.

    It is the number, unless the form was sent before that field had appeared.
    """
    return DATES if draft.asks_dates else REPEATS, HOW_MANY if _repeats(draft) and recurrence(draft) is None else ""
