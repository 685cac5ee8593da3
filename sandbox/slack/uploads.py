"""How a file gets into the workspace: an address for its bytes, the bytes, and the conversations it is shared in."""

from __future__ import annotations

import secrets

from sandbox.slack import posting
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Channel, File, Json, Message, Upload
from sandbox.slack.world import World


def reserve(world: World, name: str, size: int, alt_text: str, snippet_type: str) -> File:
    """A file of the app's own, whose bytes are awaited at `upload_url`."""
    return _add(world, File(world.new_id("F"), name, world.bot.id, size, *_stamp(world), name, alt_text, snippet_type))


def receive(world: World, file_id: str, secret: str, content: bytes) -> File:
    """The bytes of a promised file have come; SlackError if it was not promised, or not that long."""
    file = world.files.get(file_id)
    if file is None or not secrets.compare_digest(file.secret, secret) or file.state != "promised":
        raise SlackError("file_not_found")
    if len(content) != file.size:
        raise SlackError("wrong_length")
    file.content, file.state = content, "received"
    return file


def add_from_user(world: World, user: str, upload: Upload) -> File:
    """A file that a person gives to a form; it stands in no conversation."""
    file = File(world.new_id("F"), upload.name, user, len(upload.content), *_stamp(world), upload.name)
    file.content, file.state = upload.content, "kept"
    return _add(world, file)


def share(world: World, channel: Channel, files: list[File], content: Json) -> Message:
    """Post kept files as one message of the app."""
    message = posting.accept(world, channel, {**content, "files": files})
    for file in files:
        file.shares.append((channel.id, message.ts))
    return message


def delete(world: World, file: File) -> None:
    """Nothing is left of it but its place in the messages it stood in."""
    file.state, file.content = "deleted", b""
    world.changed()


def get(world: World, file_id: str) -> File:
    """A file that is there; SlackError if it never was, or is no more."""
    file = world.files.get(file_id)
    if file is None or file.state in ("promised", "received"):
        raise SlackError("file_not_found")
    if file.state == "deleted":
        raise SlackError("file_deleted")
    return file


def upload_url(world: World, file: File) -> str:
    """Where the bytes of a promised file go."""
    return f"{world.url}/upload/v1/{file.id}/{file.secret}"


def _stamp(world: World) -> tuple[int, str]:
    return int(world.now()), secrets.token_hex(12)


def _add(world: World, file: File) -> File:
    world.files[file.id] = file
    return file
