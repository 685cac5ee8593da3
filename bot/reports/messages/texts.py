"""The reminder of what is open after a webinar."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model.webinar import Status, Webinar
from bot.reports.open_items_table import ItemKind, ItemOutcome, OpenItem
from bot.slack import buttons
from bot.slack.blocks import Block, Element, actions, context, message, plain, section
from bot.slack.message import Message

DONE = "items.done"
NOT_NEEDED = "items.not_needed"
"""Close an item. The value of both is the id of the webinar and the kind of the item (`parse_value`)."""
NAMES = {ItemKind.RECORDING: "Recording", ItemKind.FOLLOWUP: "Follow-up"}
OPEN = {
    ItemKind.RECORDING: "it is available, and you have not decided yet whether to share it.",
    ItemKind.FOLLOWUP: "you have not written to those who came or to those who did not.",
}
OUTCOMES = {ItemOutcome.DONE: "done", ItemOutcome.NOT_NEEDED: "not needed"}
CANCELED = "It is canceled, so nothing is left to do."


def reminder(webinar: Webinar, items: Sequence[OpenItem]) -> Message:
    """The reminder as it is now: buttons for each open item, and one line for what was closed."""
    name = plain(webinar.title)
    still_open = [item for item in items if item.outcome is None] if webinar.status is not Status.CANCELED else []
    closed = " · ".join(_closed(item) for item in items if item.outcome is not None)
    if not still_open:
        end = CANCELED if webinar.status is Status.CANCELED else f"After *{name}*: {closed}"
        return message(f"Nothing is left to do after {name}.", [context(end)])
    head = f"After *{name}*, this is still open. Press Not Needed to get no more reminders of it."
    rows: list[Block] = [section(head)]
    for item in still_open:
        rows += [
            section(f"*{NAMES[item.kind]}:* {OPEN[item.kind]}"),
            *actions(*item_buttons(webinar, item.kind), block_id=item.kind),
        ]
    spoken = " and ".join(NAMES[item.kind].lower() for item in still_open)
    return message(f"Still open after {name}: {spoken}.", [*rows, *([context(closed)] if closed else [])])


def item_buttons(webinar: Webinar, kind: ItemKind) -> list[Element]:
    """The buttons of an open item: one that does it, and those that close it."""
    do = {ItemKind.RECORDING: ("Recording", buttons.RECORDING), ItemKind.FOLLOWUP: ("Follow Up", buttons.FOLLOW_UP)}
    return [
        buttons.webinar_button(webinar, *do[kind]),
        buttons.webinar_button(webinar, "Done", DONE, typed=kind),
        buttons.webinar_button(webinar, "Not Needed", NOT_NEEDED, typed=kind),
    ]


def _closed(item: OpenItem) -> str:
    by = f", says <@{item.closed_by}>" if item.closed_by else ""
    return f"{NAMES[item.kind]}: {OUTCOMES[item.outcome or ItemOutcome.DONE]}{by}"
