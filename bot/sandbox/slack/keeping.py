"""What outlives a restart of the sandbox: messages, Home tabs, scheduled messages, membership. Open modals do not."""

from __future__ import annotations

from dataclasses import asdict

from bot.sandbox.slack import schedule
from bot.sandbox.slack.model import Json, Message, Scheduled, View
from bot.sandbox.slack.world import World


def dumped(world: World) -> Json:
    """The workspace as plain JSON."""
    return {
        "messages": [asdict(message) for inside in world.messages.values() for message in inside.values()],
        "homes": [asdict(home) for home in world.homes.values()],
        "scheduled": [asdict(held) for held in world.scheduled.values()],
        "channels": {c.id: {"members": c.members, "archived": c.archived} for c in world.channels.values()},
        "serial": world.serial,
        "last_ts": world.last_ts,
    }


def loaded(world: World, kept: Json) -> None:
    """Put a dump back; people and channels stay those the workspace was built with."""
    for one in kept["messages"]:
        world.add(Message(**one))
    for one in kept["homes"]:
        home = View(**one)
        world.homes[home.user] = world.views[home.id] = home
    for one in kept["scheduled"]:
        schedule.remember(world, Scheduled(**one))
    for channel_id, state in kept["channels"].items():
        if channel := world.channels.get(channel_id):
            channel.members, channel.archived = list(state["members"]), bool(state["archived"])
    world.serial = max(world.serial, int(kept["serial"]))
    world.last_ts = max(world.last_ts, int(kept["last_ts"]))
    world.changed()
