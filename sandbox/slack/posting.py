"""Posting messages: validation of the content, permission, delivery to the channel."""

from __future__ import annotations

from typing import Any

from sandbox.slack import file_objects, message_events, message_object, threads
from sandbox.slack.accepted import Accepted
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Channel, Json, Message
from sandbox.slack.surfaces import message_problems, with_ids
from sandbox.slack.world import World


def check_content(world: World, given: Json) -> Json:
    """Return the validated content of a message; SlackError if Slack would refuse it.

    `given` holds text, blocks, attachments, metadata, thread_ts and markdown_text, as sent.
    """
    blocks, attachments = given.get("blocks"), given.get("attachments")
    if given.get("markdown_text"):
        return _markdown(world, given)
    for structured in (blocks, attachments):
        if structured is not None and not isinstance(structured, list):
            raise SlackError("invalid_blocks_format")
    if blocks and world.limits.check_blocks and (problems := message_problems(blocks)):
        raise SlackError("invalid_blocks", problems)
    if blocks and world.limits.check_blocks and (problems := file_objects.picture_problems(world, blocks, "/blocks")):
        raise SlackError("invalid_blocks", problems)
    if not given.get("text") and not blocks and not attachments:
        raise SlackError("no_text")
    _check_metadata(given.get("metadata"))
    world.received(given)
    return given


def accept(world: World, channel: Channel, content: Json, scheduled_id: str = "") -> Message:
    """Post validated content for the Web API, direct or scheduled, and record it as accepted."""
    message = post(world, channel, content)
    world.accepted[message.ts] = Accepted(
        channel=channel.id,
        text=message.text,
        metadata=message.metadata,
        ts=message.ts,
        at=world.clock.machine().timestamp(),
        team=world.team["id"],
        scheduled_id=scheduled_id,
    )
    return message


def post(world: World, channel: Channel, content: Json, *, only_for: str | None = None) -> Message:
    """Post validated content as the app; `only_for` makes it ephemeral."""
    bot = world.people[world.bot.id]
    message = Message(
        channel.id,
        world.new_ts(),
        bot.id,
        bot.real_name,
        # Slack truncates longer text, https://docs.slack.dev/reference/methods/chat.postMessage
        str(content.get("text") or "")[: world.limits.message_text],
        with_ids(content.get("blocks") or [], world.new_id),
        bot=True,
        ephemeral_to=only_for,
        thread_ts=content.get("thread_ts"),
        broadcast=bool(content.get("reply_broadcast")),
        metadata=content.get("metadata"),
        attachments=content.get("attachments") or [],
        files=content.get("files") or [],
    )
    world.add(message)
    threads.attach(world, message)
    world.changed()
    world.emit(message_events.posted(world, message))
    return message


def rewrite(world: World, message: Message, content: Json) -> Message:
    """Replace the content of a message; omitted blocks and attachments stay unchanged."""
    before = message_object.to_json(world, message)
    message.text = str(content.get("text") or "")
    if content.get("blocks") is not None:
        message.blocks = with_ids(content["blocks"], world.new_id)
    if content.get("attachments") is not None:
        message.attachments = content["attachments"]
    if content.get("metadata") is not None:
        message.metadata = content["metadata"] or None
    if not message.blocks and message.ephemeral_to is None:
        message.edited = world.new_ts()  # Slack's client does not mark a bot's edited blocks as edited
    world.changed()
    world.emit(message_events.changed(world, message, before))
    return message


def remove(world: World, message: Message) -> None:
    """Delete a message."""
    world.emit(message_events.deleted(world, message))
    message.deleted = True
    if (accepted := world.accepted.get(message.ts)) is not None:
        accepted.deleted = True
    world.changed()


def post_as_slackbot(world: World, channel: Channel, user: str, text: str, thread_ts: str | None = None) -> Message:
    """Post Slackbot's line to one person, such as a failed command."""
    ts = world.new_ts()
    line = Message(channel.id, ts, "USLACKBOT", "Slackbot", text, bot=True, ephemeral_to=user, thread_ts=thread_ts)
    world.add(line)
    world.changed()
    return line


def conversation(world: World, given: Any, *, to_post: bool = False) -> Channel:
    """Resolve a channel: by id, and for posting also by name or person; one the app cannot see does not exist."""
    name = str(given or "")
    channel = world.channels.get(name)
    if channel is None and to_post and name in world.people:
        channel = None if name == world.bot.id else world.dm(name)
    if channel is None and to_post:
        named = (c for c in world.channels.values() if c.name == name.removeprefix("#"))
        channel = next((c for c in named if c.kind not in ("dm", "mpim")), None)
    if channel is None or (channel.kind in ("private", "mpim") and world.bot.id not in channel.members):
        raise SlackError("channel_not_found")
    if to_post:
        _may_post(world, channel)
    return channel


def _may_post(world: World, channel: Channel) -> None:
    if channel.kind == "dm" and (refusal := world.people[channel.user].dm_refusal):
        raise SlackError(refusal)
    if channel.archived:
        raise SlackError("is_archived")
    public = channel.kind == "public" and "chat:write.public" in world.scopes
    if world.bot.id not in channel.members and not public:
        raise SlackError("not_in_channel")


def _check_metadata(metadata: Any) -> None:
    """Require a name and an object of any content (https://docs.slack.dev/messaging/message-metadata)."""
    if metadata in (None, "", {}):
        return  # none, or for chat.update: remove it
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not (isinstance(kind, str) and kind and isinstance(payload, dict)):
        raise SlackError("invalid_metadata_format")


def _markdown(world: World, given: Json) -> Json:
    markdown = str(given["markdown_text"])
    if given.get("text") or given.get("blocks"):
        raise SlackError("markdown_text_conflict")
    if len(markdown) > world.limits.markdown_text:
        raise SlackError("msg_too_long")
    _check_metadata(given.get("metadata"))
    return {**given, "text": markdown, "blocks": [{"type": "markdown", "text": markdown}]}
