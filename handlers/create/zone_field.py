"""The time zone in the form that edits a webinar: a city or a name, and what becomes of the start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.commands.zone_search import find_zone, nearest_zone
from bot.model.field_labels import FIELD_LABELS
from bot.model.local_time import at_same_hour, known_zone
from bot.model.time_text import clock_text
from bot.slack import form_values
from bot.slack.blocks import MAX_INPUT, Block, clock_time, cut
from bot.slack.form_elements import checkboxes, input_block, option, text_input

if TYPE_CHECKING:
    from handlers.create.draft import EditedWebinar

TIME_ZONE, KEEPS = "time_zone", "zone_keeps"
"""The names of the two fields."""
LABEL = FIELD_LABELS["time_zone"]
KEEPS_LABEL = "If only the time zone changes"
KEEPS_MOMENT = "Keep the same moment, at another local time"
HOW = "Write a city, or a name such as Europe/Paris."
MAX_TYPED = 60


def fields(edits: EditedWebinar | None, start: int | None, block_ids: Mapping[str, str], action_id: str) -> list[Block]:
    """The time zone, and the choice what stays once it matters; none in the form that creates a webinar.

    `start` is the chosen one, in Unix seconds. What is typed into the time zone is reported at once.
    """
    if edits is None:
        return []
    hour = clock_text(edits.read.start.astimezone(known_zone(edits.read.time_zone)))
    zone = text_input(
        action_id=action_id,
        initial_value=cut(edits.typed_zone, MAX_INPUT),
        placeholder="Europe/Paris",
        max_length=MAX_INPUT,
        is_reported_while_typing=True,
    )
    hint = (
        f"A city, or a name such as Europe/Paris. If you change only this, the start stays at {hour} in the new time "
        f"zone; otherwise it is what you choose under Starts."
    )
    return [
        input_block(block_id=block_ids[TIME_ZONE], label=LABEL, element=zone, hint=hint, dispatch_action=True),
        *([_keeps(edits, block_ids[KEEPS], action_id)] if asks_what_stays(edits, start) else []),
    ]


def asks_what_stays(edits: EditedWebinar | None, start: int | None) -> bool:
    """Whether the moment may stay: if the time zone is another one, and the start was left as shown."""
    if edits is None or chosen(edits) in ("", edits.read.time_zone):
        return False
    return start == int(edits.read.start.timestamp())


def _keeps(edits: EditedWebinar, block_id: str, action_id: str) -> Block:
    choice = option(text=KEEPS_MOMENT, value=KEEPS)
    keeps = checkboxes(action_id=action_id, options=[choice], initial_options=[choice] if edits.keeps_moment else None)
    return input_block(block_id=block_id, label=KEEPS_LABEL, element=keeps, optional=True, dispatch_action=True)


def read(edits: EditedWebinar | None, values: form_values.Values) -> EditedWebinar | None:
    """`edits` updated from the form's inputs."""
    if edits is None:
        return None
    kept = form_values.choices(values, KEEPS, frozenset({KEEPS} if edits.keeps_moment else ()))
    typed = form_values.text(values, TIME_ZONE, edits.typed_zone)
    return edits.model_copy(update={"typed_zone": typed, "keeps_moment": KEEPS in kept})


def chosen(edits: EditedWebinar) -> str:
    """The name of the typed zone; that of the webinar if it was left as shown; empty if it is not known."""
    typed = edits.typed_zone.strip()
    return edits.read.time_zone if typed == edits.read.time_zone else find_zone(typed)


def new_start(edits: EditedWebinar) -> datetime:
    """The start if only the time zone was changed: at the same local hour, or at the same moment if that was chosen."""
    start, old, zone = edits.read.start, known_zone(edits.read.time_zone), chosen(edits)
    if edits.keeps_moment or not zone or zone == edits.read.time_zone or old.key != edits.read.time_zone:
        return start
    return at_same_hour(start, old, ZoneInfo(zone))


def problem(edits: EditedWebinar, start: datetime | None, now: datetime) -> str:
    """Why this zone cannot be saved with the chosen `start`, or without one with the start that follows; or empty."""
    zone, typed = chosen(edits), edits.typed_zone.strip()
    if not typed:
        return HOW
    if not zone:
        near = nearest_zone(typed)
        ask = f"Did you mean {near}?" if near else HOW
        return f"“{cut(typed, MAX_TYPED)}” is not a time zone known here. {ask}"
    moved = new_start(edits)
    if start is None and moved != edits.read.start and moved <= now:
        return f"{clock_time(moved, zone)} is in the past. Choose a later start, too, or keep the moment of the start."
    return ""
