"""All that Slack can ask of Greenroom: each conversation is one file, and this is their table of contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from handlers import browse, cancel, create, door, follow, remind, remind_defaults, share, snooze
from handlers.asking import Commands, Listeners

Key = TypeVar("Key")
Value = TypeVar("Value")


def _joined(tables: Iterable[Mapping[Key, Value]]) -> dict[Key, Value]:
    whole: dict[Key, Value] = {}
    for table in tables:
        twice = whole.keys() & table.keys()
        if twice:
            raise ValueError(f"two conversations claim {twice}")
        whole |= table
    return whole


COMMANDS: Commands = _joined(
    (browse.COMMANDS, create.COMMANDS, share.COMMANDS, cancel.COMMANDS, door.COMMANDS, remind.COMMANDS, follow.COMMANDS)
)
"""What each `/webinar …` leads to."""
ACTIONS: Listeners = _joined(
    (
        browse.ACTIONS,
        create.ACTIONS,
        share.ACTIONS,
        cancel.ACTIONS,
        door.ACTIONS,
        remind.ACTIONS,
        remind_defaults.ACTIONS,
        snooze.ACTIONS,
        follow.ACTIONS,
    )
)
"""What each button, select and picker leads to, by its action id."""
SUBMISSIONS: Listeners = _joined(
    (
        create.SUBMISSIONS,
        cancel.SUBMISSIONS,
        door.SUBMISSIONS,
        remind.SUBMISSIONS,
        remind_defaults.SUBMISSIONS,
        follow.SUBMISSIONS,
    )
)
"""What each sent form leads to, by its callback id."""
