"""Files on the page: downloads, and uploads for forms."""

from __future__ import annotations

import json

from aiohttp import web

from sandbox.slack import file_objects, transfer, uploads
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json, Upload
from sandbox.slack.world import World


def download(world: World, user: str, file_id: str) -> web.Response:
    """The file, if the person can see it."""
    try:
        file = uploads.get(world, file_id)
    except SlackError:
        raise web.HTTPNotFound from None
    if user != file.user and not _sees(world, user, file_id):
        raise web.HTTPNotFound
    return transfer.file_response(file, inline=True)


async def upload(world: World, user: str, request: web.Request) -> Json:
    """Store a file that a person chose for a form; returns it as form state."""
    file = uploads.add_from_user(world, user, Upload(request.query.get("name") or "file", await request.read()))
    return {"ok": True, "file": file_objects.to_json(world, file)}


def _sees(world: World, user: str, file_id: str) -> bool:
    """Whether the file is in a visible message, or an image in a visible message, view or Home tab."""
    places = [channel for channel in world.channels.values() if world.can_see(user, channel)]
    messages = [message for place in places for message in world.visible_messages(user, place.id)]
    views = [world.views[view_id].blocks for view_id in world.stacks.get(user, [])]
    views += [world.homes[user].blocks] if user in world.homes else []
    drawn = json.dumps([*views, *(message.blocks for message in messages)])
    return file_id in drawn or any(file.id == file_id for message in messages for file in message.files)
