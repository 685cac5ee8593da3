"""Forged requests: any action or form, shown before or not, and all effects of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass

from bot.slack import buttons
from sandbox.slack import payloads, stack
from sandbox.slack.delivery import Reply
from sandbox.slack.model import Json, Message, Person, View
from sandbox.slack.submission import apply_response
from tests.support.world import World

COORDINATION = {"locks"}
"""Tables with what replicas know of each other about any request, also a refused one."""
LOOKUPS = {"users.info", "usergroups.list", "usergroups.users.list", "conversations.info", "conversations.members"}
"""The Slack calls that read a user's name, permissions and channels."""


@dataclass(frozen=True)
class Effects:
    """The effects of one request."""

    shown: str
    """Everything new that the user sees: the response, modals, messages."""
    messages: list[Message]
    """The messages that were posted, changed or deleted."""
    slack_calls: list[str]
    """The calls to Slack, except lookups."""
    vendor_calls: list[str]
    changed_tables: set[str]

    @property
    def is_any(self) -> bool:
        """Whether there was a response or a change."""
        return bool(self.shown or self.messages or self.slack_calls or self.vendor_calls or self.changed_tables)


class RequestForger:
    """Sends signed requests as any user, and records their effects."""

    def __init__(self, world: World, channel_id: str, message: Message, rows: DatabaseRows) -> None:
        """Actions come from this message in this channel; `rows` are the bot's."""
        self._world, self._channel_id, self._message, self._rows = world, channel_id, message, rows
        self._slack = world.slack.world

    async def command(self, user_id: str, words: str) -> Effects:
        """Type a command as this user."""
        person, channel = self._slack.people[user_id], self._slack.channels[self._channel_id]
        payload = payloads.command(self._slack, person, channel, "/webinar", words)
        return await self._sent(person, "command", payload)

    async def click(
        self, user_id: str, action_id: str, value: str, *, block_id: str = "forged", note: str | None = None
    ) -> Effects:
        """Press a button with this id: in a modal with this note, or in the message without one."""
        person = self._slack.people[user_id]
        where = self._message if note is None else self._modal(user_id, "forged", note, {})
        element = {"type": "button", "action_id": action_id, "value": value}
        payload = payloads.block_actions(self._slack, person, where, {"block_id": block_id}, element, {}, {})
        return await self._sent(person, "interaction", payload)

    async def choose(self, user_id: str, action_id: str, value: str) -> Effects:
        """Choose a button with this id in the menu of the message."""
        person = self._slack.people[user_id]
        text = {"type": "plain_text", "text": "Forged"}
        state = {"selected_option": {"text": text, "value": f"{action_id} {value}"}}
        menu: Json = {"type": "overflow", "action_id": buttons.MORE}
        payload = payloads.block_actions(self._slack, person, self._message, {"block_id": "forged"}, menu, state, {})
        return await self._sent(person, "interaction", payload)

    async def submit(self, user_id: str, callback_id: str, note: str, values: Mapping[str, str]) -> Effects:
        """Send a form with this id, this note, and these texts by block id."""
        person = self._slack.people[user_id]
        typed = {block: {"typed": {"type": "plain_text_input", "value": value}} for block, value in values.items()}
        view = self._modal(user_id, callback_id, note, typed)
        return await self._sent(person, "interaction", payloads.view_submission(self._slack, person, view), view)

    async def shortcut(self, user_id: str, callback_id: str) -> Effects:
        """Start a shortcut: of the message, if its name begins like one of those."""
        person = self._slack.people[user_id]
        if callback_id.startswith("use_"):
            payload = payloads.message_action(self._slack, person, self._message, callback_id)
        else:
            payload = payloads.shortcut(self._slack, person, callback_id)
        return await self._sent(person, "interaction", payload)

    def _modal(self, user_id: str, callback_id: str, note: str, values: Json) -> View:
        body = {
            "type": "modal",
            "callback_id": callback_id,
            "title": {"type": "plain_text", "text": "Forged"},
            "private_metadata": note,
            "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "Forged"}}],
        }
        stack.drop(self._slack, user_id, len(self._slack.stacks.get(user_id, [])))
        view = stack.put_on_top(self._slack, user_id, body, self._channel_id)
        view.values = values
        return view

    async def _sent(self, person: Person, kind: str, payload: Json, form: View | None = None) -> Effects:
        before, views = self._messages(), self._views(person)
        slack_calls, vendor_calls = len(self._slack.calls), len(self._world.ringcentral.calls)
        reply: Reply = await self._world.slack.deliver(kind, payload)
        assert reply.status == 200, reply
        if form:
            apply_response(self._slack, form, reply)
        await self._world.settled()
        messages = [one for key, one in self._messages().items() if before.get(key) != one]
        shown = [json.dumps(reply.body, ensure_ascii=False)] if reply.body else []
        shown += [body for view_id, body in self._views(person).items() if views.get(view_id) != body]
        shown += [json.dumps([one.text, one.blocks], ensure_ascii=False) for one in messages]
        self._forget_replies(before)
        return Effects(
            shown="\n".join(shown),
            messages=messages,
            slack_calls=[one.method for one in self._slack.calls[slack_calls:] if one.method not in LOOKUPS],
            vendor_calls=[f"{one.method} {one.path}" for one in self._world.ringcentral.calls[vendor_calls:]],
            changed_tables=self._rows.changed(),
        )

    def _views(self, person: Person) -> dict[str, str]:
        ids = self._slack.stacks.get(person.id, [])
        return {one: json.dumps(self._slack.views[one].body, ensure_ascii=False) for one in ids}

    def _messages(self) -> dict[tuple[str, str], Message]:
        found = self._slack.messages.items()
        return {(channel, ts): copy(one) for channel, inside in found for ts, one in inside.items()}

    def _forget_replies(self, before: Collection[tuple[str, str]]) -> None:
        """Remove the new messages that only one user sees, as Slack does: each request compares all that are left."""
        for channel, inside in self._slack.messages.items():
            for ts in [ts for ts, one in inside.items() if one.ephemeral_to and (channel, ts) not in before]:
                del inside[ts]


class DatabaseRows:
    """All rows of the bot's database, read by a separate connection."""

    def __init__(self, path: str) -> None:
        """Start with the current rows."""
        self._connection = sqlite3.connect(path)
        self._version, self._tables = self._read_version(), self._read()

    def changed(self) -> set[str]:
        """The tables that have changed since the last call."""
        version = self._read_version()
        if version == self._version:
            return set()  # nothing was committed
        before, self._version, self._tables = self._tables, version, self._read()
        return {name for name, rows in self._tables.items() if rows != before[name]} - COORDINATION

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _read_version(self) -> int:
        return int(self._connection.execute("pragma data_version").fetchone()[0])

    def _read(self) -> dict[str, list[str]]:
        names = self._connection.execute("select name from sqlite_master where type = 'table'").fetchall()
        return {name: sorted(map(repr, self._connection.execute(f"select * from {name}"))) for (name,) in names}  # noqa: S608 - names from the database itself
