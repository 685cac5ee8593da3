"""Events about messages: message.*, and app_mention (https://docs.slack.dev/reference/events/message)."""

from __future__ import annotations

from sandbox.slack import message_object, scopes
from sandbox.slack.model import Channel, Event, Json, Message
from sandbox.slack.world import World

# Kind of conversation → subscription, `channel_type`
TYPES = {
    "public": ("message.channels", "channel"),
    "shared": ("message.channels", "channel"),
    "private": ("message.groups", "group"),
    "mpim": ("message.mpim", "mpim"),
    "dm": ("message.im", "im"),
}
MENTION_SCOPE = "app_mentions:read"


def posted(world: World, message: Message) -> list[Event]:
    """The events of a new message, the app's own ones included; none where the app is not a member."""
    if _is_unknown_to_the_app(world, message):
        return []
    body: Json = {**message_object.to_json(world, message)}
    if message.files and "subtype" not in body:
        body["subtype"] = "file_share"
    events = [_event(world, message, {**body, "event_ts": message.ts})]
    channel = world.channels[message.channel]
    mentioned = f"<@{world.bot.id}>" in message.text and message.user != world.bot.id
    if mentioned and channel.kind != "dm":  # a DM with the app has message.im only
        mention = {**body, "type": "app_mention", "channel": channel.id, "event_ts": message.ts}
        events.append(Event("app_mention", mention, MENTION_SCOPE, channel.kind == "shared"))
    return events


def changed(world: World, message: Message, before: Json) -> list[Event]:
    """The event of an edited message; `before` is its earlier object."""
    if _is_unknown_to_the_app(world, message):
        return []
    now = message_object.to_json(world, message)
    return [_hidden(world, message, {"subtype": "message_changed", "message": now, "previous_message": before})]


def deleted(world: World, message: Message) -> list[Event]:
    """The event of a deleted message."""
    if _is_unknown_to_the_app(world, message):
        return []
    before = message_object.to_json(world, message)
    body = {"subtype": "message_deleted", "deleted_ts": message.ts, "previous_message": before}
    return [_hidden(world, message, body)]


def _hidden(world: World, message: Message, body: Json) -> Event:
    ts = world.new_ts()
    return _event(world, message, {"type": "message", "hidden": True, "ts": ts, "event_ts": ts, **body})


def _event(world: World, message: Message, body: Json) -> Event:
    channel = world.channels[message.channel]
    subscription, kind = TYPES[channel.kind]
    where = {"channel": channel.id, "channel_type": kind}
    return Event(subscription, {**body, **where}, scopes.HISTORY[channel.kind], channel.kind == "shared")


def _is_unknown_to_the_app(world: World, message: Message) -> bool:
    channel: Channel = world.channels[message.channel]
    return message.ephemeral_to is not None or world.bot.id not in channel.members
