"""The state of the workspace as one person sees it on the page."""

from __future__ import annotations

from sandbox.slack import file_objects
from sandbox.slack.directory import zone
from sandbox.slack.model import Channel, File, Json, Message, Person, View, label_of
from sandbox.slack.workspace import Workspace

LATEST = 50  # calls shown


def snapshot(slack: Workspace, viewer: Person) -> Json:
    """Everything the page shows to `viewer`."""
    world = slack.world
    seen = [channel for channel in world.channels.values() if world.can_see(viewer.id, channel)]
    home = world.homes.get(viewer.id)
    return {
        "rev": world.rev,
        "me": viewer.id,
        "now": world.now(),
        "offset": slack.clock.offset.total_seconds(),
        "team": {"id": world.team["id"], "name": world.team["name"]},
        "people": [_person(slack, person) for person in world.people.values()],
        "channels": [_channel(slack, channel, viewer) for channel in seen],
        "commands": [_command(command) for command in slack.commands],
        "shortcuts": slack.offered_shortcuts(viewer.id),
        "groups": [{"id": g.id, "handle": g.handle, "name": g.name} for g in world.groups.values() if not g.disabled],
        "messages": {
            channel.id: [_message(m, viewer) for m in world.visible_messages(viewer.id, channel.id)] for channel in seen
        },
        "views": [_view(view) for view in slack.view_stack(viewer.id)],
        "home": _view(home) if home else None,
        "calls": _calls(slack),
        "webinars": slack.webinars() if slack.webinars else [],
        "zoom": slack.zoom() if slack.zoom else None,
        "scheduled": [{"channel": s.channel, "post_at": s.post_at, "text": s.text} for s in slack.scheduled()],
        "planned": slack.planned() if slack.planned else [],
        "first_steps": slack.first_steps() if slack.first_steps else None,
        "app": slack.app_state,
    }


def _person(slack: Workspace, person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": zone(slack.world, person.tz)[0],
        "role": person.role,
        "title": person.title,
    }


def _channel(slack: Workspace, channel: Channel, viewer: Person) -> Json:
    bot = slack.world.bot.id
    shown: Json = {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "members": channel.members,
        "bot_in": bot in channel.members,
        "topic": channel.topic,
    }
    if channel.kind == "mpim":
        shown["others"] = [user for user in channel.members if user != viewer.id]
    return shown | ({"with": bot} if channel.kind == "dm" else {})


def _command(command: Json) -> Json:
    return {key: command.get(key, "") for key in ("command", "description", "usage_hint")}


def _message(message: Message, viewer: Person) -> Json:
    return {
        "ts": message.ts,
        "user": message.user,
        "username": message.username,
        "bot": message.bot,
        "text": message.text,
        "blocks": message.blocks,
        "files": [_file(file, viewer) for file in message.files],
        "ephemeral": message.ephemeral_to is not None,
        "thread": message.thread_ts,
        "broadcast": message.broadcast,
        "edited": message.edited,
        "deleted": message.deleted,
    }


def _file(file: File, viewer: Person) -> Json:
    kind = file_objects.mimetype(file)
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "size": file.size,
        "mimetype": kind,
        "alt": file.alt_text,
        "picture": kind in file_objects.PICTURES,
        "deleted": file.state == "deleted",
        "url": f"/workspace/files/{file.id}?as={viewer.id}",
    }


def _view(view: View) -> Json:
    body = view.body
    return {
        "id": view.id,
        "root_id": view.root_id,
        "type": body["type"],
        "callback_id": view.callback_id,
        "title": view.title,
        "submit": label_of(body.get("submit")),
        "close": label_of(body.get("close")),
        "blocks": view.blocks,
        "state": {"values": view.values},
        "errors": view.errors,
        "hash": view.hash,
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
    }


def _calls(slack: Workspace) -> Json:
    theirs = slack.ringcentral_calls() if slack.ringcentral_calls else []
    ours = [
        {"method": call.method, "ok": call.ok, "error": call.error, "at": call.at.timestamp()}
        for call in slack.calls[-LATEST:]
    ]
    counts = {"slack": len(slack.calls), "ringcentral": len(theirs)}
    return {"slack": ours, "ringcentral": theirs[-LATEST:], "counts": counts}
