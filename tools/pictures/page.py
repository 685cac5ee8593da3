"""The page that shows all pictures, and the list of what must be on it."""

from __future__ import annotations

from collections.abc import Mapping

SURFACES: Mapping[str, Mapping[str, str]] = {
    "First use": {
        "home-first": "Home on the first opening",
        "help": "Help",
        "error": "The reply to a mistyped command",
        "settings": "Settings of the workspace",
    },
    "Create and edit": {
        "create-form": "The form that creates a webinar",
        "create-result": "Its result",
        "edit-form": "The form that edits a webinar",
        "details": "Details of a webinar",
        "list": "The list of webinars",
        "home-organizer": "Home of an organizer",
    },
    "The card": {
        "card-open": "An open webinar",
        "card-nearly-full": "Nearly full",
        "card-full": "Full",
        "card-live": "Live",
        "card-over": "Over",
        "card-canceled": "Canceled",
        "cancel-form": "The form that cancels a webinar",
    },
    "A seat": {
        "register": "What is asked",
        "seat": "The seat",
        "seat-message": "Its direct message",
        "reminder-message": "The reminder by direct message",
        "home-seat": "Home of a colleague with a seat",
    },
    "Notices in a channel": {
        "reminder": "A reminder",
        "alert": "An alert",
        "alert-message": "The same alert for the organizer, by direct message",
        "live-notice": "A webinar that has begun",
        "subscriptions": "What the channel gets",
    },
    "Team and registration": {
        "invite-form": "The form of the team",
        "team": "The team",
        "registration-menu": "The menu of registration",
        "registrants": "The registrants",
        "own-page": "The page for people outside Slack",
    },
    "Afterwards": {
        "report": "The report",
        "followup-form": "The form of a follow-up",
        "followup-review": "Its review",
    },
}
"""The surfaces by group, each with the text below its pictures."""
NAMES = frozenset(name for group in SURFACES.values() for name in group)
HEAD = """# Every surface, in pictures

Taken with `make pictures` in the [sandbox](../sandbox.md), on a fixed date with made-up people: 1280 pixels wide, as on
a desktop, and 390, as on a phone. The real Slack draws the same content with its own colors and fonts.
"""


def page_text() -> str:
    """docs/pictures/README.md."""
    parts = [HEAD]
    for group, surfaces in SURFACES.items():
        rows = [_row(name, text) for name, text in surfaces.items()]
        parts.append("\n".join([f"## {group}", "", "| | desktop | phone |", "|---|---|---|", *rows, ""]))
    return "\n".join(parts)


def _row(name: str, text: str) -> str:
    pictures = (f"![{text}, on a {device}]({name}-{device}.png)" for device in ("desktop", "phone"))
    return f"| {text} | {' | '.join(pictures)} |"
