"""Persistence: messages, files, Home tabs, scheduled messages, membership; not open modals."""

from __future__ import annotations

import base64
from dataclasses import asdict, fields

from sandbox.slack import schedule
from sandbox.slack.model import Channel, File, Json, Message, Scheduled, View
from sandbox.slack.world import World


def dump(world: World) -> Json:
    """The workspace as plain JSON."""
    return {
        "files": [_file_to_json(file) for file in world.files.values()],
        "messages": [_message_to_json(message) for inside in world.messages.values() for message in inside.values()],
        "homes": [asdict(home) for home in world.homes.values()],
        "scheduled": [asdict(held) for held in world.scheduled.values()],
        "channels": {channel.id: _channel_to_json(channel) for channel in world.channels.values()},
        "serial": world.serial,
        "last_ts": world.last_ts,
    }


def load(world: World, kept: Json) -> None:
    """Restore a dump; people and channels are those of the current workspace."""
    for one in kept.get("files", []):
        shares = [(channel, ts) for channel, ts in one["shares"]]
        world.files[one["id"]] = File(**{**one, "content": base64.b64decode(one["content"]), "shares": shares})
    for one in kept["messages"]:
        world.add(Message(**{**one, "files": [world.files[file] for file in one.get("files", [])]}))
    for one in kept["homes"]:
        home = View(**one)
        world.homes[home.user] = world.views[home.id] = home
    for one in kept["scheduled"]:
        schedule.index(world, Scheduled(**one))
    for channel_id, state in kept["channels"].items():
        if channel_id not in world.channels and state.get("kind") == "mpim":
            world.channels[channel_id] = Channel(**state)
        if channel := world.channels.get(channel_id):
            channel.members, channel.archived = list(state["members"]), bool(state["archived"])
            channel.name = str(state.get("name", channel.name))
    world.serial = max(world.serial, int(kept["serial"]))
    world.last_ts = max(world.last_ts, int(kept["last_ts"]))
    world.changed()


def _channel_to_json(channel: Channel) -> Json:
    return asdict(channel)


def _file_to_json(file: File) -> Json:
    return {**asdict(file), "content": base64.b64encode(file.content).decode()}


def _message_to_json(message: Message) -> Json:
    plain = {field.name: getattr(message, field.name) for field in fields(message)}
    return {**plain, "files": [file.id for file in message.files]}
