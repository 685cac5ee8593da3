"""Payloads that Slack sends to the app (https://docs.slack.dev/reference/interaction-payloads)."""

from __future__ import annotations

from typing import Any

from sandbox.slack import message_object, seed, stack
from sandbox.slack.inputs import FIELDS
from sandbox.slack.model import Channel, Event, Json, Message, Person, Values, View
from sandbox.slack.world import World

VERIFICATION_TOKEN = "sandbox-verification-token"  # deprecated at Slack, still sent
CHANNEL_NAMES = {"dm": "directmessage", "private": "privategroup"}  # the others have their name


def command(world: World, person: Person, channel: Channel, name: str, text: str) -> Json:
    """A slash command, as form fields."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": world.team["id"],
        "team_domain": world.team["domain"],
        "channel_id": channel.id,
        "channel_name": CHANNEL_NAMES.get(channel.kind, channel.name),
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": seed.APP_ID,
        "is_enterprise_install": "false",
        "response_url": world.new_response_url("commands", person.id, channel.id),
        "trigger_id": world.new_trigger(person.id, channel.id),
    }


def shortcut(world: World, person: Person, callback_id: str) -> Json:
    """A global shortcut, which has no channel."""
    return _shortcut(world, person, callback_id) | {"type": "shortcut", "trigger_id": world.new_trigger(person.id)}


def message_action(world: World, person: Person, message: Message, callback_id: str) -> Json:
    """A shortcut in the menu of a message."""
    inside = _in_message(world, person, message)
    where = {key: inside[key] for key in ("channel", "trigger_id", "response_url", "message")}
    return _shortcut(world, person, callback_id) | {"type": "message_action", "message_ts": message.ts, **where}


def block_actions(
    world: World, person: Person, where: Message | View, block: Json, element: Json, state: Json, values: Values
) -> Json:
    """A click or choice; as at Slack, without the message if it is ephemeral."""
    now = world.clock.machine().timestamp()
    action = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"]}
    action |= {key: element[key] for key in ("text", "value", "style", "url", "placeholder") if key in element}
    action |= {**state, "action_ts": f"{now:.6f}"}
    payload = _start(world, "block_actions", person) | {"actions": [action]}
    if isinstance(where, View):
        payload |= {
            "container": {"type": "view", "view_id": where.id},
            "trigger_id": world.new_trigger(person.id, where.channel, where.id),
            "view": stack.to_json(world, where),
        }
        return payload
    return payload | _in_message(world, person, where) | {"state": {"values": values}}


def block_suggestion(
    world: World, person: Person, where: Message | View, block: Json, element: Json, typed: str
) -> Json:
    """A query of an external select."""
    payload = _start(world, "block_suggestion", person)
    payload |= {"action_id": element["action_id"], "block_id": block["block_id"], "value": typed}
    if isinstance(where, View):
        return payload | {
            "container": {"type": "view", "view_id": where.id},
            "view": stack.to_json(world, where),
        }
    inside = _in_message(world, person, where)
    return payload | {key: inside[key] for key in ("container", "channel", "message") if key in inside}


def view_submission(world: World, person: Person, view: View) -> Json:
    """A submitted modal."""
    return _start(world, "view_submission", person) | {
        "trigger_id": world.new_trigger(person.id, view.channel, view.id),
        "view": stack.to_json(world, view),
        "response_urls": _chosen_conversations(world, person, view),
    }


def view_closed(world: World, person: Person, view: View, *, is_cleared: bool) -> Json:
    """A modal closed without submitting, without its values."""
    return _start(world, "view_closed", person) | {
        "view": stack.to_json(world, view, with_values=False),
        "is_cleared": is_cleared,
    }


def event(world: World, happened: Event) -> Json:
    """An Events API callback with one event, at the time of the sandbox clock."""
    now = world.now()
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": world.team["id"],
        "api_app_id": seed.APP_ID,
        "type": "event_callback",
        "event": {"event_ts": f"{now:.6f}", **happened.body},
        "event_id": world.new_id("Ev"),
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": world.team["id"],
                "user_id": world.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": happened.is_shared,
    }


def app_rate_limited(world: World) -> Json:
    """The notice, once a minute, that events are left out."""
    minute = int(world.now()) // 60 * 60
    return {
        "token": VERIFICATION_TOKEN,
        "type": "app_rate_limited",
        "team_id": world.team["id"],
        "minute_rate_limited": minute,
        "api_app_id": seed.APP_ID,
    }


def url_verification(challenge: str) -> Json:
    """The check of a new request URL, which the app answers with the challenge."""
    return {"token": VERIFICATION_TOKEN, "type": "url_verification", "challenge": challenge}


def _shortcut(world: World, person: Person, callback_id: str) -> Json:
    at = f"{world.clock.machine().timestamp():.6f}"
    return _start(world, "", person) | {"callback_id": callback_id, "action_ts": at}


def _start(world: World, kind: str, person: Person) -> Json:
    return {
        "type": kind,
        "team": {"id": world.team["id"], "domain": world.team["domain"]},
        "user": {
            "id": person.id,
            "username": person.name,
            "name": person.name,
            "team_id": person.team_id,
        },
        "api_app_id": seed.APP_ID,
        "token": VERIFICATION_TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _in_message(world: World, person: Person, message: Message) -> Json:
    channel = world.channels[message.channel]
    ephemeral = message.ephemeral_to is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": CHANNEL_NAMES.get(channel.kind, channel.name)},
        "trigger_id": world.new_trigger(person.id, channel.id),
        "response_url": world.new_response_url("actions", person.id, channel.id, message.ts),
    }
    return payload if ephemeral else payload | {"message": message_object.to_json(world, message)}


def _chosen_conversations(world: World, person: Person, view: View) -> list[Json]:
    found = []
    for block in view.blocks:
        element: Any = block.get("element", {})
        if not element.get("response_url_enabled"):
            continue
        state = view.values[block["block_id"]][element["action_id"]]
        if channel := state.get(FIELDS[element["type"]][0]):
            place = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": channel}
            found.append({**place, "response_url": world.new_response_url("app", person.id, channel)})
    return found
