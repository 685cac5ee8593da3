"""Files on the page: what a person may look at, and what they choose for a form."""

from __future__ import annotations

import json

from aiohttp import web

from sandbox.slack import file_objects, transfer, uploads
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json, Upload
from sandbox.slack.world import World


def download(world: World, user: str, file_id: str) -> web.Response:
    """The file, if the person sees it somewhere."""
    try:
        file = uploads.get(world, file_id)
    except SlackError:
        raise web.HTTPNotFound from None
    if user != file.user and not _sees(world, user, file_id):
        raise web.HTTPNotFound
    return transfer.file_response(file, inline=True)


async def upload(world: World, user: str, request: web.Request) -> Json:
    """Take in what a person has chosen on their machine: the file as the form's state holds it."""
    file = uploads.add_from_user(world, user, Upload(request.query.get("name") or "file", await request.read()))
    return {"ok": True, "file": file_objects.to_json(world, file)}


def _sees(world: World, user: str, file_id: str) -> bool:
    """In a message's files, or as a picture among the blocks of a message, a modal or their Home tab."""
    places = [channel for channel in world.channels.values() if world.can_see(user, channel)]
    messages = [message for place in places for message in world.visible_messages(user, place.id)]
    views = [world.views[view_id].blocks for view_id in world.stacks.get(user, [])]
    views += [world.homes[user].blocks] if user in world.homes else []
    drawn = json.dumps([*views, *(message.blocks for message in messages)])
    return file_id in drawn or any(file.id == file_id for message in messages for file in message.files)
