"""Direct messages to admins about webhooks."""

from __future__ import annotations

from collections.abc import Sequence

from bot.providers.names import SUBSCRIBED
from bot.slack.blocks import escape_sentence, plain, section
from bot.slack.message import Message

MOST_FILTERS = 8


def problem(sentence: str) -> Message:
    """Webhooks do not work, and why."""
    return _message(
        f"{SUBSCRIBED} does not notify Greenroom of changes.",
        f"{escape_sentence(sentence)}\nEverything keeps working: Greenroom asks {SUBSCRIBED} every few minutes "
        "instead, so cards and alerts can be up to five minutes late. Greenroom tries again on its own, and writes to "
        "you when it works.",
    )


def recovery() -> Message:
    """Webhooks work again."""
    heading = f"{SUBSCRIBED} notifies Greenroom of changes again."
    return _message(heading, "Cards and alerts follow within seconds.")


def disabled(filters: Sequence[str]) -> Message:
    """Some events are not delivered."""
    named = "\n".join(f"• `{plain(one, 150)}`" for one in filters[:MOST_FILTERS])
    rest = f"\nand {len(filters) - MOST_FILTERS} more" if len(filters) > MOST_FILTERS else ""
    return _message(
        f"{SUBSCRIBED} notifies Greenroom of some changes only.",
        f"It does not deliver these events:\n{named}{rest}\nGreenroom reads the rest every few minutes. With the "
        f"Webinar Settings permission for Greenroom's user, changes of all webinars arrive within seconds.",
    )


def _message(heading: str, text: str) -> Message:
    return Message(heading, [section(f"*{heading}*\n{text}")])
