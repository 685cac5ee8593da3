"""The life of a file: reserve an upload URL, receive the bytes, share, delete."""

from __future__ import annotations

import secrets

from sandbox.slack import posting
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Channel, File, Json, Message, Upload
from sandbox.slack.world import World


def reserve(world: World, name: str, size: int, alt_text: str, snippet_type: str) -> File:
    """Create a file of the app that awaits its bytes at `upload_url`."""
    return _add(world, File(world.new_id("F"), name, world.bot.id, size, *_stamp(world), name, alt_text, snippet_type))


def receive(world: World, file_id: str, secret: str, content: bytes) -> File:
    """Store the bytes of a reserved file; SlackError if not reserved or of another length."""
    file = world.files.get(file_id)
    if file is None or not secrets.compare_digest(file.secret, secret) or file.state != "promised":
        raise SlackError("file_not_found")
    if len(content) != file.size:
        raise SlackError("wrong_length")
    file.content, file.state = content, "received"
    return file


def add_from_user(world: World, user: str, upload: Upload) -> File:
    """Add a file that a person gives to a form; it is in no conversation."""
    file = File(world.new_id("F"), upload.name, user, len(upload.content), *_stamp(world), upload.name)
    file.content, file.state = upload.content, "kept"
    return _add(world, file)


def share(world: World, channel: Channel, files: list[File], content: Json) -> Message:
    """Post files as one message of the app."""
    message = posting.accept(world, channel, {**content, "files": files})
    for file in files:
        file.shares.append((channel.id, message.ts))
    return message


def delete(world: World, file: File) -> None:
    """Delete a file; its place in messages remains."""
    file.state, file.content = "deleted", b""
    world.changed()


def get(world: World, file_id: str) -> File:
    """A complete file; SlackError if unknown or deleted."""
    file = world.files.get(file_id)
    if file is None or file.state in ("promised", "received"):
        raise SlackError("file_not_found")
    if file.state == "deleted":
        raise SlackError("file_deleted")
    return file


def upload_url(world: World, file: File) -> str:
    """The upload URL of a reserved file."""
    return f"{world.url}/upload/v1/{file.id}/{file.secret}"


def _stamp(world: World) -> tuple[int, str]:
    return int(world.now()), secrets.token_hex(12)


def _add(world: World, file: File) -> File:
    world.files[file.id] = file
    return file
