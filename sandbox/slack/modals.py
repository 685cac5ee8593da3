"""Web API methods views.*."""

from __future__ import annotations

from typing import Any

from sandbox.slack import stack
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json, View
from sandbox.slack.registry import Call, method
from sandbox.slack.world import Trigger


@method("views.open", tier=4)
def views_open(call: Call) -> Json:
    """Open a modal for the user of the trigger_id."""
    body = _checked(call, "modal")
    trigger = _trigger(call)
    return _view(call, stack.put_on_top(call.world, trigger.user, body, trigger.channel))


@method("views.push", tier=4)
def views_push(call: Call) -> Json:
    """Push a view onto the modal of the trigger_id."""
    body = _checked(call, "modal")
    trigger = _trigger(call)
    if trigger.view not in call.world.stacks.get(trigger.user, []):
        raise SlackError("not_found")
    return _view(call, stack.put_on_top(call.world, trigger.user, body, trigger.channel, push=True))


@method("views.update", tier=4)
def views_update(call: Call) -> Json:
    """Replace an open view."""
    view = _find(call)
    body = _checked(call, view.body["type"], view.id)
    _same_hash(call, view)
    return _view(call, stack.replace(call.world, view, body))


@method("views.publish", tier=4)
def views_publish(call: Call) -> Json:
    """Publish a user's Home tab."""
    user = call.args.required("user_id")
    if user not in call.world.people:
        raise SlackError("user_not_found")
    home = call.world.homes.get(user)
    body = _checked(call, "home", home.id if home else "")
    if home is not None:
        _same_hash(call, home)
    return _view(call, stack.publish(call.world, user, body))


def _checked(call: Call, kind: str, replaces: str = "") -> Json:
    body: Any = call.args.structured("view")
    if not isinstance(body, dict):
        raise SlackError("invalid_arguments", ["missing required field: view [json-pointer:/view]"])
    stack.check(call.world, body, kind, replaces)
    return body


def _trigger(call: Call) -> Trigger:
    if not call.args.text("trigger_id"):
        raise SlackError("invalid_arguments", ["invalid `trigger_id`"])
    return stack.use_trigger(call.world, call.args.text("trigger_id"))


def _find(call: Call) -> View:
    view_id, external_id = call.args.text("view_id"), call.args.text("external_id")
    if not view_id and not external_id:
        raise SlackError("invalid_arguments", ["missing required field: view_id [json-pointer:/view_id]"])
    for view in call.world.views.values():
        if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
            return view
    raise SlackError("not_found")


def _same_hash(call: Call, view: View) -> None:
    if call.args.text("hash") not in ("", view.hash):
        raise SlackError("hash_conflict")


def _view(call: Call, view: View) -> Json:
    return {"view": stack.to_json(call.world, view, with_values=False)}
