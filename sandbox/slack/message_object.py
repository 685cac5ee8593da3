"""A message as Slack's message object (https://docs.slack.dev/reference/objects/message-object)."""

from __future__ import annotations

from sandbox.slack import file_objects, seed, threads
from sandbox.slack.model import Json, Message
from sandbox.slack.world import World


def to_json(world: World, message: Message) -> Json:
    """The message as Slack's message object."""
    sent: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    if message.user == world.bot.id:
        sent |= {"bot_id": seed.BOT_ID, "app_id": seed.APP_ID, "team": world.team["id"]}
    if message.blocks:
        sent["blocks"] = message.blocks
    if message.attachments:
        sent["attachments"] = message.attachments
    if message.thread_ts:
        sent |= {"thread_ts": message.thread_ts, **_thread(world, message)}
    if message.metadata:
        sent["metadata"] = message.metadata
    if message.files:
        sent["files"] = [file_objects.to_json(world, file) for file in message.files]
    if message.edited:
        sent["edited"] = {"user": message.user, "ts": message.edited}
    return sent


def _thread(world: World, message: Message) -> Json:
    """The fields of the parent of a thread, or of a reply."""
    if threads.is_reply(message):
        parent = world.messages[message.channel].get(message.thread_ts or "")
        more: Json = {"parent_user_id": parent.user} if parent else {}
        if message.broadcast and parent:
            more |= {"subtype": "thread_broadcast", "root": to_json(world, parent)}
        return more
    replies = threads.replies(world, message)
    people = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "reply_count": len(replies),
        "reply_users_count": len(people),
        "reply_users": people[:5],
        **({"latest_reply": replies[-1].ts} if replies else {}),
        "is_locked": False,
        "subscribed": False,
    }
