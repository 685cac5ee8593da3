"""View stacks: open, push, update and close modals, and publish Home tabs."""

from __future__ import annotations

import json
import secrets

from sandbox.slack import file_objects, inputs, seed
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json, View
from sandbox.slack.surfaces import view_problems, with_ids
from sandbox.slack.world import Trigger, World

TRIGGER_SHAPE = "132456.7890123.abcdef"  # as in Slack's own error text


def use_trigger(world: World, trigger_id: str) -> Trigger:
    """Use a trigger_id; SlackError if unknown, used or expired (https://docs.slack.dev/reference/methods/views.open)."""
    trigger = world.triggers.get(trigger_id)
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if world.clock.monotonic() - trigger.issued > world.limits.trigger_seconds:
        raise SlackError("expired_trigger_id")
    trigger.used = True
    return trigger


def check(world: World, body: Json, kind: str, replaces: str = "") -> None:
    """Refuse an invalid or too large view, or an external_id of another view."""
    if problems := view_problems(body, kind) or file_objects.picture_problems(world, body, "/view"):
        raise SlackError("invalid_arguments", problems)
    if len(json.dumps(body, ensure_ascii=False).encode()) > world.limits.view_bytes:
        raise SlackError("view_too_large")
    external = body.get("external_id")
    taken = (view for view in world.views.values() if view.id != replaces)
    if external and any(view.body.get("external_id") == external for view in taken):
        raise SlackError("duplicate_external_id")
    world.received(body)


def put_on_top(world: World, user: str, body: Json, channel: str = "", *, push: bool = False) -> View:
    """Show a validated view to `user`: pushed onto the stack, or replacing it."""
    stack = world.stacks.setdefault(user, [])
    if push and len(stack) >= world.limits.stack:
        raise SlackError("push_limit_reached")
    if not push:
        drop(world, user, len(stack))
    view_id = world.new_id("V")
    root, previous = (world.views[stack[-1]].root_id, stack[-1]) if stack else (view_id, None)
    view = View(view_id, user, _with_ids(world, body), new_hash(world), root, previous, channel=channel)
    view.values = inputs.starting_values(view.blocks, channel)
    world.views[view_id] = view
    stack.append(view_id)
    world.changed()
    return view


def replace(world: World, view: View, body: Json) -> View:
    """Put a validated body into an open view; input stays where block_id and action_id are unchanged."""
    view.body = _with_ids(world, body)
    view.hash = new_hash(world)
    view.errors = {}
    view.values = inputs.carry_over(view.values, view.blocks, view.channel)
    world.changed()
    return view


def publish(world: World, user: str, body: Json) -> View:
    """Put a validated body on a user's Home tab."""
    home = world.homes.get(user)
    if home is None:
        view_id = world.new_id("V")
        home = View(view_id, user, {"blocks": []}, "", view_id)
        world.homes[user] = world.views[view_id] = home
    return replace(world, home, body)


def drop(world: World, user: str, count: int = 1) -> list[View]:
    """Remove views from the top of a user's stack; returns them, top first."""
    stack = world.stacks.get(user, [])
    gone = [world.views.pop(stack.pop()) for _ in range(min(count, len(stack)))]
    if gone:
        world.changed()
    return gone


def to_json(world: World, view: View, *, with_values: bool = True) -> Json:
    """The view as Slack's view object; the Web API and view_closed omit the values."""
    kind = view.body["type"]
    plain_fields = ("title", "submit", "close") if kind == "modal" else ()
    flags = ("clear_on_close", "notify_on_close") if kind == "modal" else ()
    return {
        "id": view.id,
        "team_id": world.team["id"],
        "type": kind,
        "blocks": view.blocks,
        "private_metadata": view.private_metadata,
        "callback_id": view.callback_id,
        "state": {"values": view.values if with_values else {}},
        "hash": view.hash,
        **{field: view.body.get(field) for field in plain_fields},
        **{flag: view.body.get(flag, False) for flag in flags},
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": seed.APP_ID,
        "external_id": view.body.get("external_id", ""),
        "app_installed_team_id": world.team["id"],
        "bot_id": seed.BOT_ID,
    }


def new_hash(world: World) -> str:
    """A hash of this state of a view, against race conditions."""
    return f"{int(world.clock.machine().timestamp())}.{secrets.token_hex(4)}"


def _with_ids(world: World, body: Json) -> Json:
    return {**body, "blocks": with_ids(body["blocks"], world.new_id)}
