"""The table of contents of all requests from Slack.

A conversation is a folder: `listeners.py` (further ones are called `…_listeners.py`) next to its forms and texts.

Each verb of `/webinar` is served by the listeners of one folder, which also serve the buttons and forms that the
conversation goes on with:

    home            (no verb)
    browse          help, list, show, count
    add             add
    create          create
    duplicate       duplicate
    edit            edit
    move            move
    followup        followup
    share           share
    cancel          cancel
    settings        settings
    remind          remind
    subscribe       subscribe, unsubscribe, subscriptions
    registration    open, close, limit, registration
    register        register
    registrants     registrants
    report          report
    team            invite, team
    link            link
    recording       recording

Two folders have buttons alone: `seat` (a user's own seat) and `open_items` (what is open after a webinar). `channel`
has events alone: who joins and leaves channels. `home` also fills the Home tab, and `create` serves the shortcuts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from handlers.add import listeners as add_listeners
from handlers.browse import listeners as browse_listeners
from handlers.cancel import listeners as cancel_listeners
from handlers.channel import listeners as channel_listeners
from handlers.create import listeners as create_listeners
from handlers.duplicate import listeners as duplicate_listeners
from handlers.edit import listeners as edit_listeners
from handlers.followup import listeners as followup_listeners
from handlers.home import listeners as home_listeners
from handlers.link import listeners as link_listeners
from handlers.move import listeners as move_listeners
from handlers.open_items import listeners as open_items_listeners
from handlers.recording import listeners as recording_listeners
from handlers.register import field_listeners as register_field_listeners
from handlers.register import listeners as register_listeners
from handlers.registrants import listeners as registrants_listeners
from handlers.registration import chart_listeners, menu_listeners
from handlers.registration import listeners as registration_listeners
from handlers.remind import defaults_listeners, snooze_listeners
from handlers.remind import listeners as remind_listeners
from handlers.report import listeners as report_listeners
from handlers.request import Commands, EventListeners, Listeners
from handlers.seat import calendar_listeners, change_listeners, suggestion_listeners
from handlers.seat import listeners as seat_listeners
from handlers.settings import listeners as settings_listeners
from handlers.share import listeners as share_listeners
from handlers.subscribe import listeners as subscribe_listeners
from handlers.subscribe import undo_listeners as unsubscribe_undo_listeners
from handlers.team import listeners as team_listeners

Key = TypeVar("Key")
Value = TypeVar("Value")


def _merged(tables: Iterable[Mapping[Key, Value]]) -> dict[Key, Value]:
    merged: dict[Key, Value] = {}
    for table in tables:
        duplicates = merged.keys() & table.keys()
        if duplicates:
            raise ValueError(f"two conversations register {duplicates}")
        merged |= table
    return merged


COMMANDS: Commands = _merged(
    (
        home_listeners.COMMANDS,
        add_listeners.COMMANDS,
        browse_listeners.COMMANDS,
        create_listeners.COMMANDS,
        duplicate_listeners.COMMANDS,
        edit_listeners.COMMANDS,
        move_listeners.COMMANDS,
        followup_listeners.COMMANDS,
        share_listeners.COMMANDS,
        cancel_listeners.COMMANDS,
        registration_listeners.COMMANDS,
        remind_listeners.COMMANDS,
        snooze_listeners.COMMANDS,
        subscribe_listeners.COMMANDS,
        settings_listeners.COMMANDS,
        team_listeners.COMMANDS,
        register_listeners.COMMANDS,
        registrants_listeners.COMMANDS,
        link_listeners.COMMANDS,
        report_listeners.COMMANDS,
        recording_listeners.COMMANDS,
    )
)
"""The listener of each parsed command."""
ACTIONS: Listeners = _merged(
    (
        browse_listeners.ACTIONS,
        create_listeners.ACTIONS,
        duplicate_listeners.ACTIONS,
        edit_listeners.ACTIONS,
        move_listeners.ACTIONS,
        followup_listeners.ACTIONS,
        share_listeners.ACTIONS,
        cancel_listeners.ACTIONS,
        registration_listeners.ACTIONS,
        menu_listeners.ACTIONS,
        chart_listeners.ACTIONS,
        remind_listeners.ACTIONS,
        defaults_listeners.ACTIONS,
        seat_listeners.ACTIONS,
        calendar_listeners.ACTIONS,
        change_listeners.ACTIONS,
        suggestion_listeners.ACTIONS,
        snooze_listeners.ACTIONS,
        subscribe_listeners.ACTIONS,
        unsubscribe_undo_listeners.ACTIONS,
        settings_listeners.ACTIONS,
        link_listeners.ACTIONS,
        team_listeners.ACTIONS,
        register_listeners.ACTIONS,
        register_field_listeners.ACTIONS,
        registrants_listeners.ACTIONS,
        report_listeners.ACTIONS,
        recording_listeners.ACTIONS,
        open_items_listeners.ACTIONS,
    )
)
"""The listener of each button, select and picker, by action id."""
SUBMISSIONS: Listeners = _merged(
    (
        create_listeners.SUBMISSIONS,
        edit_listeners.SUBMISSIONS,
        move_listeners.SUBMISSIONS,
        followup_listeners.SUBMISSIONS,
        cancel_listeners.SUBMISSIONS,
        registration_listeners.SUBMISSIONS,
        menu_listeners.SUBMISSIONS,
        remind_listeners.SUBMISSIONS,
        defaults_listeners.SUBMISSIONS,
        seat_listeners.SUBMISSIONS,
        change_listeners.SUBMISSIONS,
        subscribe_listeners.SUBMISSIONS,
        settings_listeners.SUBMISSIONS,
        team_listeners.SUBMISSIONS,
        register_listeners.SUBMISSIONS,
        registrants_listeners.SUBMISSIONS,
        link_listeners.SUBMISSIONS,
        recording_listeners.SUBMISSIONS,
    )
)
"""The listener of each submitted form, by callback id."""
SHORTCUTS: Listeners = create_listeners.SHORTCUTS
"""The listener of each shortcut of manifest.yml, by callback id."""
EVENTS: EventListeners = _merged((home_listeners.EVENTS, channel_listeners.EVENTS))
"""The listener of each event that manifest.yml subscribes to, by its type."""
