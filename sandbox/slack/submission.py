"""The app's response to a submitted form: empty, errors, another view, or clear."""

from __future__ import annotations

from typing import Any

from sandbox.slack import stack
from sandbox.slack.delivery import Reply
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json, Outcome, View
from sandbox.slack.world import World

CONNECTION_ERROR = "We had some trouble connecting. Try again?"  # the text of Slack's client for every failure


def apply_response(world: World, view: View, reply: Reply) -> Outcome:
    """Apply the app's response; the form stays open if it failed or is invalid."""
    if reply.error:
        return _connection_error(reply, reply.error)
    answer: Any = reply.body or {}
    try:
        errors = _apply(world, view, answer)
    except SlackError as error:
        return _connection_error(reply, error.code)
    return Outcome(ok=not errors, errors=errors, status=reply.status, answer=reply.body, seconds=reply.seconds)


def _apply(world: World, view: View, answer: Any) -> dict[str, str]:
    action = answer.get("response_action") if isinstance(answer, dict) else "?"
    if action is None:
        _close(world, view)
    elif action == "errors":
        return _errors(world, view, answer.get("errors"))
    elif action == "clear":
        stack.drop(world, view.user, len(world.stacks[view.user]))
    elif action in ("update", "push"):
        _show(world, view, answer.get("view"), push=action == "push")
    else:
        raise SlackError("invalid_response_action")
    return {}


def _close(world: World, view: View) -> None:
    if view.id in world.views:
        world.stacks[view.user].remove(view.id)
        del world.views[view.id]
        world.changed()


def _errors(world: World, view: View, errors: Any) -> dict[str, str]:
    fields = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    words_only = isinstance(errors, dict) and all(isinstance(words, str) and words for words in errors.values())
    if not errors or not words_only or not set(errors) <= fields:
        raise SlackError("invalid_errors")  # Slack requires the block_id of an input for each
    view.errors = {block_id: str(words) for block_id, words in errors.items()}
    world.received({"errors": view.errors})
    world.changed()
    return dict(view.errors)


def _show(world: World, view: View, body: Any, *, push: bool) -> None:
    if not isinstance(body, dict):
        raise SlackError("invalid_arguments")
    checked: Json = body
    stack.check(world, checked, "modal", "" if push else view.id)
    if push:
        stack.put_on_top(world, view.user, checked, view.channel, push=True)
    elif view.id in world.views:
        stack.replace(world, view, checked)


def _connection_error(reply: Reply, error: str) -> Outcome:
    return Outcome(
        ok=False, error=error, text=CONNECTION_ERROR, status=reply.status, answer=reply.body, seconds=reply.seconds
    )
