"""User actions (commands, clicks, forms), and how Slack's client handles the app's response."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from sandbox.slack import file_objects, inputs, payloads, posting, responses, stack, uploads
from sandbox.slack.delivery import Delivery, Reply
from sandbox.slack.errors import SlackError
from sandbox.slack.escaping import escape
from sandbox.slack.model import (
    Channel,
    Event,
    File,
    Json,
    Message,
    Outcome,
    Person,
    Upload,
    Values,
    View,
    elements,
    label_of,
)
from sandbox.slack.submission import apply_response
from sandbox.slack.surfaces import options_problems
from sandbox.slack.world import World

SHORTEST_QUERY = 3  # default of min_query_length
NO_COMMAND = "{name} is not a valid command."
NOT_IN_THREADS = "{name} is not supported in threads. Sorry!"
NOT_A_MESSAGE = '{name} failed with the error "invalid_command_response"'
FAILED = '{name} failed with the error "{error}"'
CLICK_FAILED = 'That did not work: the app failed with the error "{error}".'  # Slack shows only a warning sign


class UserActions:
    """All user actions that the app is notified of."""

    def __init__(
        self, world: World, delivery: Delivery, commands: Sequence[Json], shortcuts: Sequence[Json] = ()
    ) -> None:
        self.world = world
        self.delivery = delivery
        self.commands = list(commands)
        self.shortcuts = list(shortcuts)

    async def command(self, person: Person, channel: Channel, name: str, text: str) -> Outcome:
        """Send a slash command and show the response; a failure is a Slackbot message to the person only."""
        known = next((one for one in self.commands if one["command"] == name), None)
        if (self.commands and known is None) or not self.world.installed:
            return self._command_failed(channel, person, "unknown_command", NO_COMMAND.format(name=name), Reply(""))
        text = text.strip()
        if known and known.get("should_escape"):
            text = escape(self.world, text)
        payload = payloads.command(self.world, person, channel, name, text)
        reply = await self.delivery.deliver("command", payload)
        if reply.error:
            words = FAILED.format(name=name, error=reply.error)
            return self._command_failed(channel, person, reply.error, words, reply)
        try:
            message = self._show_response(person, channel, f"{name} {text}".strip(), reply.body)
        except SlackError:
            words = NOT_A_MESSAGE.format(name=name)
            return self._command_failed(channel, person, "invalid_command_response", words, reply)
        return Outcome(status=reply.status, answer=reply.body, seconds=reply.seconds, message=message)

    def refuse_in_thread(self, person: Person, channel: Channel, name: str, thread_ts: str) -> Outcome:
        """Slack's client does not send commands from threads; it tells the person in the thread."""
        words = NOT_IN_THREADS.format(name=name)
        line = posting.post_as_slackbot(self.world, channel, person.id, words, thread_ts)
        return Outcome(ok=False, error="command_not_supported_in_thread", text=words, message=line)

    def offered_shortcuts(self, person: Person) -> list[Json]:
        """The app's shortcuts that Slack offers to this person: no global ones to guests and other organizations."""
        kinds = {"message"} if person.role in ("guest", "stranger") else {"global", "message"}
        return [one for one in self.shortcuts if one["type"] in kinds and self.world.installed]

    async def shortcut(self, person: Person, callback_id: str, message: Message | None) -> Outcome:
        """Start a shortcut, of the menu of a message if there is one. LookupError if Slack does not offer it here."""
        kind = "global" if message is None else "message"
        offered = [one["callback_id"] for one in self.offered_shortcuts(person) if one["type"] == kind]
        if callback_id not in offered or (message is not None and message.ephemeral_to is not None):
            raise LookupError(f"There is no {kind} shortcut {callback_id!r} here; there are {offered}.")
        if message is None:
            payload = payloads.shortcut(self.world, person, callback_id)
        else:
            payload = payloads.message_action(self.world, person, message, callback_id)
        reply = await self.delivery.deliver("interaction", payload)
        return _outcome(reply, CLICK_FAILED.format(error=reply.error) if reply.error else "")

    async def click(
        self, person: Person, where: Message | View, block: Json, element: Json, given: Any, values: Json
    ) -> Outcome:
        """Use an element; an input without dispatch_action only changes its value."""
        find = self._resolver(person.id)
        now_there = inputs.fill_in(self.values_of(where), where.blocks, values, find)
        state: Json = {}
        if element["type"] in inputs.FIELDS:
            state = inputs.new_state(element, given, find)
            now_there.setdefault(block["block_id"], {})[element["action_id"]] = state
        elif element["type"] == "overflow":
            chosen = given.get("selected_option", given) if isinstance(given, dict) else given
            state = {"selected_option": inputs.option_of(element, chosen)}
        if isinstance(where, View):
            where.values = now_there
            self.world.changed()
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Outcome()
        payload = payloads.block_actions(self.world, person, where, block, element, state, now_there)
        reply = await self.delivery.deliver("interaction", payload)
        words = CLICK_FAILED.format(error=reply.error) if reply.error else ""
        return _outcome(reply, words)

    def fill(self, view: View, values: Json) -> None:
        """Enter values into a view without submitting."""
        view.values = inputs.fill_in(view.values, view.blocks, values, self._resolver(view.user))
        self.world.changed()

    async def submit(self, person: Person, view: View, values: Json) -> Outcome:
        """Submit a form, unless Slack's client finds errors."""
        self.fill(view, values)
        view.errors = inputs.validation_errors(view.blocks, view.values, self.world.limits.form_file_bytes)
        self.world.changed()
        if view.errors:
            return Outcome(ok=False, errors=dict(view.errors))
        reply = await self.delivery.deliver("interaction", payloads.view_submission(self.world, person, view))
        return apply_response(self.world, view, reply)

    async def close(self, person: Person, view: View, *, clear: bool) -> Outcome:
        """Close the top view or all; the app is notified of those with notify_on_close."""
        all_of_them = clear or bool(view.body.get("clear_on_close"))
        gone = stack.drop(self.world, person.id, len(self.world.stacks[person.id]) if all_of_them else 1)
        outcome = Outcome()
        for closed in gone:
            if closed.body.get("notify_on_close"):
                payload = payloads.view_closed(self.world, person, closed, is_cleared=all_of_them)
                outcome = _outcome(await self.delivery.deliver("interaction", payload), "")
        return outcome

    async def suggest(self, person: Person, where: Message | View, block: Json, element: Json, typed: str) -> Outcome:
        """Request options from the app; below min_query_length Slack's client sends nothing."""
        if len(typed) < element.get("min_query_length", SHORTEST_QUERY):
            return Outcome()
        payload = payloads.block_suggestion(self.world, person, where, block, element, typed)
        reply = await self.delivery.deliver("interaction", payload)
        if reply.error:
            return _outcome(reply, CLICK_FAILED.format(error=reply.error))
        if problems := options_problems(reply.body):
            return Outcome(ok=False, error="invalid_options", text="; ".join(problems), answer=reply.body)
        groups = reply.body.get("option_groups") or []
        return Outcome(
            status=reply.status,
            answer=reply.body,
            seconds=reply.seconds,
            options=reply.body.get("options") or [],
            option_groups=groups,
        )

    async def open_home(self, person: Person, tab: str) -> Outcome:
        """Open a tab of the app: "home" or "messages"."""
        event: Json = {"type": "app_home_opened", "user": person.id, "tab": tab}
        event["channel"] = self.world.dm(person.id).id
        if (home := self.world.homes.get(person.id)) and tab == "home":
            event["view"] = stack.to_json(self.world, home)
        replies = await asyncio.gather(*self.world.emit([Event("app_home_opened", event)]))
        return _outcome(replies[0], "") if replies else Outcome()

    def values_of(self, where: Message | View) -> Values:
        """The current values of a view or message."""
        return where.values if isinstance(where, View) else inputs.starting_values(where.blocks)

    def _command_failed(self, channel: Channel, person: Person, error: str, words: str, reply: Reply) -> Outcome:
        line = posting.post_as_slackbot(self.world, channel, person.id, words)
        return Outcome(
            ok=False,
            error=error,
            text=words,
            status=reply.status,
            answer=reply.body,
            seconds=reply.seconds,
            message=line,
        )

    def _show_response(self, person: Person, channel: Channel, typed: str, body: Any) -> Message | None:
        content: Json = body if isinstance(body, dict) else {"text": str(body or "")}
        if any(content.get(part) for part in ("text", "blocks", "attachments", "markdown_text")):
            content = posting.check_content(self.world, content)
            empty = False
        else:
            empty = True
        if content.get("response_type") == "in_channel":  # the channel then also sees the command
            line = Message(channel.id, self.world.new_ts(), person.id, person.real_name, typed)
            self.world.add(line)
            self.world.changed()
        return None if empty else responses.post_response(self.world, person.id, channel.id, content)

    def _resolver(self, user: str) -> inputs.Find:
        """Resolves a person's input to what Slack sends: ids of people and channels, or file objects."""

        def find(field: str, named: Any) -> Any:
            if field == "files":
                file = (
                    uploads.add_from_user(self.world, user, named)
                    if isinstance(named, Upload)
                    else self._own_file(user, named)
                )
                return file_objects.to_json(self.world, file)
            return self.world.person(named).id if "user" in field else self.world.channel(named).id

        return find

    def _own_file(self, user: str, named: Any) -> File:
        file = self.world.files.get(str(named.get("id") if isinstance(named, dict) else named))
        if file is None or file.user != user or file.state != "kept":
            raise LookupError("The file does not exist or belongs to another user.")
        return file


def element_of(where: Message | View, action: str, block_id: str | None) -> tuple[Json, Json]:
    """Find an element with its block, by action_id or text, or a menu by that of an option.

    LookupError lists what there is.
    """
    found = [(block, part) for block, part in elements(where.blocks) if block_id in (None, block["block_id"])]
    for block, part in found:
        if action in (part["action_id"], label_of(part.get("text")), label_of(block.get("label"))):
            return block, part
    for block, part in found:
        if part["type"] == "overflow" and action in map(_option_text, part["options"]):
            return block, part
    names = [f"{part['action_id']} ({_shown_text(block, part)})" for block, part in found]
    raise LookupError(f"There is no element {action!r} here; there are {names}.")


def _option_text(option: Json) -> str:
    return label_of(option["text"])


def _shown_text(block: Json, part: Json) -> str:
    if part["type"] == "overflow":
        return ", ".join(map(_option_text, part["options"]))
    return label_of(part.get("text") or block.get("label"))


def _outcome(reply: Reply, words: str) -> Outcome:
    return Outcome(
        ok=not reply.error,
        error=reply.error,
        text=words,
        status=reply.status,
        answer=reply.body,
        seconds=reply.seconds,
    )
