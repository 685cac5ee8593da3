"""Web API methods chat.*."""

from __future__ import annotations

from sandbox.slack import message_object, posting, schedule, seed, threads
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json, Message
from sandbox.slack.registry import Args, Call, method

WRITE = ("chat:write",)


@method("chat.postMessage", scopes=WRITE)
def post_message(call: Call) -> Json:
    """Post to a channel, or to a DM if `channel` is a user id."""
    channel = posting.conversation(call.world, call.args.required("channel"), to_post=True)
    threads.check(call.world, channel.id, call.args.text("thread_ts"))
    content = posting.check_content(call.world, _content(call.args))
    if wait := call.rates.wait_for_message(channel.id):
        raise SlackError("ratelimited", retry_after=wait)
    message = posting.accept(call.world, channel, content)
    return {"channel": channel.id, "ts": message.ts, "message": message_object.to_json(call.world, message)}


@method("chat.postEphemeral", tier=4, scopes=WRITE)
def post_ephemeral(call: Call) -> Json:
    """Post a message that one member of the channel sees."""
    channel = posting.conversation(call.world, call.args.required("channel"), to_post=True)
    user = call.args.required("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    threads.check(call.world, channel.id, call.args.text("thread_ts"))
    content = posting.check_content(call.world, _content(call.args))
    if len(call.args.text("text")) > call.world.limits.message_text:
        raise SlackError("msg_too_long")
    message = posting.post(call.world, channel, {**content, "metadata": None}, only_for=user)
    return {"message_ts": message.ts}


@method("chat.update", tier=3, scopes=WRITE)
def update(call: Call) -> Json:
    """Edit one of the app's own messages; ephemeral messages cannot be found."""
    message = _own_message(call, "cant_update_message")
    if call.world.channels[message.channel].archived:
        raise SlackError("is_inactive")
    content = _content(call.args)
    if len(content["text"]) > call.world.limits.update_text:
        raise SlackError("msg_too_long")
    content = posting.check_content(call.world, content)
    message.broadcast |= content["reply_broadcast"] and threads.is_reply(message)
    posting.rewrite(call.world, message, content)
    sent = message_object.to_json(call.world, message)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": sent}


@method("chat.delete", tier=3, scopes=WRITE)
def delete(call: Call) -> Json:
    """Delete one of the app's own messages."""
    message = _own_message(call, "cant_delete_message")
    posting.remove(call.world, message)
    return {"channel": message.channel, "ts": message.ts}


@method("chat.getPermalink")
def get_permalink(call: Call) -> Json:
    """The browser URL of a message."""
    channel = posting.conversation(call.world, call.args.required("channel"))
    message = _find(call, channel.id, call.args.required("message_ts"))
    host = f"https://{call.world.team['domain']}.slack.com"
    return {"channel": channel.id, "permalink": f"{host}/archives/{channel.id}/p{message.ts.replace('.', '')}"}


@method("chat.scheduleMessage", tier=3, scopes=WRITE)
def schedule_message(call: Call) -> Json:
    """Schedule a message for `post_at`."""
    channel = posting.conversation(call.world, call.args.required("channel"), to_post=True)
    post_at = call.args.number("post_at", 0)
    if post_at <= 0:
        raise SlackError("invalid_time")
    threads.check(call.world, channel.id, call.args.text("thread_ts"))
    content = posting.check_content(call.world, _content(call.args))
    held = schedule.add(call.world, channel, post_at, content)
    message = {"type": "delayed_message", "subtype": "bot_message", "bot_id": seed.BOT_ID, "text": held.text}
    blocks = {"blocks": held.blocks} if held.blocks else {}
    return {
        "channel": channel.id,
        "scheduled_message_id": held.id,
        "post_at": held.post_at,
        "message": message | blocks,
    }


@method("chat.deleteScheduledMessage", tier=3, scopes=WRITE)
def delete_scheduled_message(call: Call) -> Json:
    """Delete a scheduled message."""
    channel = posting.conversation(call.world, call.args.required("channel"))
    schedule.delete(call.world, channel, call.args.required("scheduled_message_id"))
    return {}


@method("chat.scheduledMessages.list", tier=3)
def scheduled_messages_list(call: Call) -> Json:
    """The app's scheduled messages, in one channel or all, between `oldest` and `latest`."""
    args, held = call.args, schedule.pending(call.world)
    if wanted := args.text("channel"):
        try:
            channel = posting.conversation(call.world, wanted).id
        except SlackError:
            raise SlackError("invalid_channel") from None
        held = [one for one in held if one.channel == channel]
    held = [one for one in held if one.post_at >= args.number("oldest", 0)]
    if args.text("latest"):
        held = [one for one in held if one.post_at <= args.number("latest", 0)]
    page, following = args.page(held, 100, lambda one: one.id)
    listed = [
        {"id": one.id, "channel_id": one.channel, "post_at": one.post_at, "date_created": one.created, "text": one.text}
        for one in page
    ]
    return {"scheduled_messages": listed, **following}


def _content(args: Args) -> Json:
    return {
        "text": args.text("text"),
        "blocks": args.structured("blocks", "invalid_blocks_format"),
        "attachments": args.structured("attachments", "invalid_attachments"),
        "metadata": args.structured("metadata", "invalid_metadata_format"),
        "thread_ts": args.text("thread_ts") or None,
        "reply_broadcast": args.flag("reply_broadcast"),
        "markdown_text": args.text("markdown_text"),
    }


def _own_message(call: Call, refusal: str) -> Message:
    channel = posting.conversation(call.world, call.args.required("channel"))
    message = _find(call, channel.id, call.args.required("ts"))
    if message.user != call.world.bot.id:
        raise SlackError(refusal)
    return message


def _find(call: Call, channel: str, ts: str) -> Message:
    message = call.world.messages.get(channel, {}).get(ts)
    if message is None or message.deleted or message.ephemeral_to is not None:
        raise SlackError("message_not_found")
    return message
