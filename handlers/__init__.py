"""All that Slack can ask of Greenroom: each conversation is one file, and this is their table of contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from handlers import (
    browse,
    cancel,
    create,
    door,
    door_chart,
    door_menu,
    enrol,
    follow,
    organisers,
    pages,
    registrants,
    remind,
    remind_defaults,
    seat,
    share,
    snooze,
    team,
)
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
    (
        browse.COMMANDS,
        create.COMMANDS,
        share.COMMANDS,
        cancel.COMMANDS,
        door.COMMANDS,
        remind.COMMANDS,
        follow.COMMANDS,
        organisers.COMMANDS,
        team.COMMANDS,
        enrol.COMMANDS,
        registrants.COMMANDS,
    )
)
"""What each `/webinar …` leads to."""
ACTIONS: Listeners = _joined(
    (
        browse.ACTIONS,
        create.ACTIONS,
        share.ACTIONS,
        cancel.ACTIONS,
        door.ACTIONS,
        door_menu.ACTIONS,
        door_chart.ACTIONS,
        remind.ACTIONS,
        remind_defaults.ACTIONS,
        seat.ACTIONS,
        snooze.ACTIONS,
        follow.ACTIONS,
        organisers.ACTIONS,
        pages.ACTIONS,
        team.ACTIONS,
        enrol.ACTIONS,
        registrants.ACTIONS,
    )
)
"""What each button, select and picker leads to, by its action id."""
SUBMISSIONS: Listeners = _joined(
    (
        create.SUBMISSIONS,
        cancel.SUBMISSIONS,
        door.SUBMISSIONS,
        door_menu.SUBMISSIONS,
        remind.SUBMISSIONS,
        remind_defaults.SUBMISSIONS,
        seat.SUBMISSIONS,
        follow.SUBMISSIONS,
        organisers.SUBMISSIONS,
        team.SUBMISSIONS,
        enrol.SUBMISSIONS,
        registrants.SUBMISSIONS,
    )
)
"""What each sent form leads to, by its callback id."""
