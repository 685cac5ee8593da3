"""Web API methods files.* (https://docs.slack.dev/messaging/working-with-files)."""

from __future__ import annotations

from typing import Any

from sandbox.slack import file_objects, posting, threads, uploads
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Channel, File, Json
from sandbox.slack.registry import Args, Call, method

READ, WRITE = ("files:read",), ("files:write",)
A_CONVERSATION = "^[CGDZ][A-Z0-9]{8,}$"


@method("files.getUploadURLExternal", tier=4, scopes=WRITE)
def get_upload_url(call: Call) -> Json:
    """The upload URL for one file."""
    args, limits = call.args, call.world.limits
    name, size, snippet_type = args.required("filename"), args.number("length", 0), args.text("snippet_type")
    if size <= 0:
        raise SlackError("missing_argument")
    if len(args.text("alt_txt")) > limits.alt_text:
        raise SlackError("alt_txt_too_large")
    if snippet_type and size > limits.snippet_bytes:
        raise SlackError("snippet_too_large")
    file = uploads.reserve(call.world, name, size, args.text("alt_txt"), snippet_type)
    return {"upload_url": uploads.upload_url(call.world, file), "file_id": file.id}


@method("files.completeUploadExternal", tier=4, scopes=WRITE)
def complete_upload(call: Call) -> Json:
    """Complete uploaded files and share them in the given conversations, if any."""
    world = call.world
    files = [(_received(call, one), one) for one in _named(call.args)]
    channels = _channels(call)
    content = _content(call)
    for channel in channels:
        threads.check(world, channel.id, content["thread_ts"])
        if wait := call.rates.wait_for_message(channel.id):
            raise SlackError("ratelimited", retry_after=wait)
    for file, named in files:
        file.state, file.title = "kept", str(named.get("title") or file.name)
    told = [
        {**file_objects.to_json(world, file), "mimetype": "", "filetype": "", "pretty_type": ""} for file, _ in files
    ]
    for channel in channels:
        uploads.share(world, channel, [file for file, _ in files], content)
    world.changed()
    return {"files": told}  # as before processing: Slack processes files later


@method("files.info", tier=4, scopes=READ)
def files_info(call: Call) -> Json:
    """One file."""
    file = uploads.get(call.world, call.args.required("file"))
    return {"file": file_objects.to_json(call.world, file), "comments": [], "response_metadata": {"next_cursor": ""}}


@method("files.delete", tier=3, scopes=WRITE)
def files_delete(call: Call) -> Json:
    """Delete one of the app's own files."""
    file = uploads.get(call.world, call.args.required("file"))
    if file.user != call.world.bot.id:
        raise SlackError("cant_delete_file")
    uploads.delete(call.world, file)
    return {}


def _named(args: Args) -> list[Json]:
    named: Any = args.structured("files")
    if not isinstance(named, list) or not named or not all(isinstance(one, dict) and one.get("id") for one in named):
        raise SlackError("invalid_arguments", ["missing required field: files [json-pointer:/files]"])
    return named


def _received(call: Call, named: Json) -> File:
    file = call.world.files.get(str(named["id"]))
    if file is None or file.state != "received":
        raise SlackError("file_not_found")
    return file


def _channels(call: Call) -> list[Channel]:
    """Resolve `channel_id` (a conversation) and `channels` (also user ids); the app must be a member of each."""
    one, several = call.args.text("channel_id"), call.args.text("channels")
    if one and one[0] not in "CGDZ":
        raise SlackError(
            "invalid_arguments", [f"input must match regex pattern: {A_CONVERSATION} [json-pointer:/channel_id]"]
        )
    found: dict[str, Channel] = {}
    for place in filter(None, [one, *(each.strip() for each in several.split(","))]):
        if place not in call.world.channels and place not in call.world.people:
            raise SlackError("channel_not_found")
        channel = posting.conversation(call.world, place, to_post=True)
        if call.world.bot.id not in channel.members:
            raise SlackError("not_in_channel")  # chat:write.public applies to messages only
        found[channel.id] = channel
    return list(found.values())


def _content(call: Call) -> Json:
    """The message around the files; as at Slack, a comment overrides blocks."""
    comment, thread = call.args.text("initial_comment"), call.args.text("thread_ts") or None
    blocks = None if comment else call.args.structured("blocks", "invalid_blocks_format")
    content: Json = {"text": comment, "blocks": blocks, "thread_ts": thread}
    return posting.check_content(call.world, content) if comment or blocks else content
