"""Where a webinar is created: a field of the form in a workspace with several providers."""

from __future__ import annotations

from collections.abc import Sequence

from bot.providers.event_ref import prefix_name
from bot.slack import form_values
from bot.slack.blocks import Block
from bot.slack.form_elements import input_block, option, radio_buttons

PLACE = "place"
"""The name of the field."""
CHANGE_PLACE = "create.place"
"""Another choice sends the whole form with this: its line about the host, its rules or its fields change."""
LABEL = "Create at"
_VALUE = "at:"
"""Before the prefix of a provider, which may be empty: a value of Slack's may not."""


def fields(places: Sequence[str], chosen: str, block_id: str) -> list[Block]:
    """The choice between these prefixes of providers; none without one."""
    if len(places) < 2:
        return []
    options = {prefix: option(text=prefix_name(prefix), value=f"{_VALUE}{prefix}") for prefix in places}
    element = radio_buttons(
        action_id=CHANGE_PLACE,
        options=list(options.values()),
        initial_option=options[chosen if chosen in options else places[0]],
    )
    return [input_block(block_id=block_id, label=LABEL, element=element, dispatch_action=True)]


def read(values: form_values.Values, known: str) -> str:
    """The prefix of the chosen provider; `known` without the field."""
    return form_values.choice(values, PLACE, f"{_VALUE}{known}").removeprefix(_VALUE)
