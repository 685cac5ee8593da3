"""State of the workspace, with notification of changes."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sandbox.clock import SandboxClock
from sandbox.slack import seed
from sandbox.slack.accepted import Accepted
from sandbox.slack.limits import Limits
from sandbox.slack.model import ApiCall, Channel, Event, File, Json, Message, Person, Scheduled, UserGroup, View
from sandbox.slack.scopes import GRANTED

T = TypeVar("T")


@dataclass
class Trigger:
    """Permission to open one view, for a few seconds."""

    user: str
    issued: float
    channel: str = ""
    view: str = ""  # the modal it was issued in
    used: bool = False


@dataclass
class ResponseUrl:
    """Permission to respond in one conversation, a few times."""

    user: str
    channel: str
    issued: float
    message: str = ""  # ts of the message with the clicked element; empty for a command
    used: int = 0


@dataclass
class World:
    """All state; code that changes it calls `changed`."""

    clock: SandboxClock
    limits: Limits = field(default_factory=Limits)
    team: Json = field(default_factory=lambda: dict(seed.TEAM))
    scopes: set[str] = field(default_factory=lambda: set(GRANTED))
    installed: bool = True
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: dict[str, UserGroup] = field(default_factory=lambda: {group.id: group for group in seed.groups()})
    files: dict[str, File] = field(default_factory=dict)
    messages: dict[str, dict[str, Message]] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    stacks: dict[str, list[str]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    scheduled: dict[str, Scheduled] = field(default_factory=dict)
    due: list[tuple[int, str]] = field(default_factory=list)  # heap of (post_at, id)
    post_times: dict[str, list[int]] = field(default_factory=dict)  # channel → sorted post_at of its scheduled messages
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    calls: list[ApiCall] = field(default_factory=list)
    accepted: dict[str, Accepted] = field(default_factory=dict)  # ts → message posted by the Web API, oldest first
    on_change: list[Callable[[], None]] = field(default_factory=list)
    on_content: list[Callable[[Json], None]] = field(default_factory=list)  # of messages, views and errors of forms
    on_event: Callable[[Event], Awaitable[Any] | None] = field(default=lambda _: None)
    rev: int = 0
    url: str = ""
    serial: int = 0
    last_ts: int = 0
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def populate(self, people: Iterable[Person], channels: Iterable[Channel]) -> None:
        """Add people and channels, and a DM with the app for each person."""
        self.people = {person.id: person for person in people}
        self.channels = {channel.id: channel for channel in channels}
        self.bot = next(person for person in self.people.values() if person.role == "bot")
        for person in self.people.values():
            if person is not self.bot:
                dm = Channel(f"D{person.id[1:]}", person.name, "dm", [person.id, self.bot.id], user=person.id)
                self.channels[dm.id] = dm

    def changed(self) -> None:
        """Notify all listeners and waiting callers of a change."""
        self.rev += 1
        for listener in list(self.on_change):
            listener()
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def received(self, content: Json) -> None:
        """Notify all listeners of the valid content of a message or a view, or of the errors of a form."""
        for listener in self.on_content:
            listener(content)

    def emit(self, events: Iterable[Event]) -> list[Awaitable[Any]]:
        """Notify the app of these events in the background; returns what to await for its responses."""
        return [delivery for event in events if (delivery := self.on_event(event)) is not None]

    async def next_change(self) -> None:
        """Wait for the next change."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 5.0) -> T:
        """The first truthy value of `predicate`, tried now and after each change; TimeoutError describes the state."""
        try:
            async with asyncio.timeout(timeout):
                while not (found := predicate()):
                    await self.next_change()
                return found
        except TimeoutError:
            raise TimeoutError(f"No result within {timeout} s. {self._describe_state()}") from None

    def now(self) -> float:
        """Sandbox time in Unix seconds."""
        return self.clock.now().timestamp()

    def new_ts(self) -> str:
        """A unique message ts: sandbox time in microseconds."""
        self.last_ts = max(self.last_ts + 1, int(self.now() * 1_000_000))
        return f"{self.last_ts // 1_000_000}.{self.last_ts % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        """A unique id."""
        self.serial += 1
        return f"{prefix}{self.serial:05X}{secrets.token_hex(2).upper()}"

    def new_trigger(self, user: str, channel: str = "", view: str = "") -> str:
        """A trigger_id for a view in response to an action of `user`."""
        self.serial += 1
        trigger = f"{self.serial}.{int(self.clock.monotonic() * 1000)}.{secrets.token_hex(8)}"
        self.triggers[trigger] = Trigger(user, self.clock.monotonic(), channel, view)
        return trigger

    def new_response_url(self, kind: str, user: str, channel: str, message: str = "") -> str:
        """A response_url; `kind` is the first part of its path, as at Slack."""
        token = secrets.token_hex(12)
        self.response_urls[token] = ResponseUrl(user, channel, self.clock.monotonic(), message)
        return f"{self.url}/{kind}/{self.team['id']}/{token}"

    def person(self, who: str) -> Person:
        """Find a person by id or first name; LookupError if unknown."""
        found = self.people.get(who) or next((p for p in self.people.values() if p.name == who.lower()), None)
        if found is None:
            raise LookupError(f"There is no user {who!r}.")
        return found

    def channel(self, where: str) -> Channel:
        """Find a channel by id, "#name" or "name", or a DM with the app by "@name"; LookupError if unknown."""
        if where.startswith("@"):
            return self.dm(self.person(where[1:]).id)
        found = self.channels.get(where)
        named = (c for c in self.channels.values() if c.kind != "dm" and c.name == where.removeprefix("#"))
        if found is None and (found := next(named, None)) is None:
            raise LookupError(f"There is no channel {where!r}.")
        return found

    def dm(self, user: str) -> Channel:
        """The app's DM with `user`."""
        return next(c for c in self.channels.values() if c.kind == "dm" and c.user == user)

    def can_see(self, user: str, channel: Channel) -> bool:
        """Whether the person can find this conversation."""
        if user in channel.members:
            return True
        return channel.kind == "public" and self.people[user].role in ("owner", "admin", "member")

    def visible_messages(self, user: str, channel: str) -> list[Message]:
        """The messages of a conversation that this person sees, oldest first."""
        return [m for m in self.messages_in(channel) if m.ephemeral_to in (None, user)]

    def messages_in(self, channel: str) -> list[Message]:
        """The messages of a conversation that are not deleted, oldest first."""
        return [m for m in self.messages.get(channel, {}).values() if not m.deleted]

    def add(self, message: Message) -> Message:
        """Add a message to its channel."""
        self.messages.setdefault(message.channel, {})[message.ts] = message
        return message

    def _describe_state(self) -> str:
        calls = ", ".join(f"{c.method}{'' if c.ok else ' ' + c.error}" for c in self.calls[-8:])
        last = [
            f"{self.channels[channel].name}: {next(reversed(inside.values())).words[:200]!r}"
            for channel, inside in self.messages.items()
            if inside
        ]
        open_views = [f"{user}: {self.views[stack[-1]].title!r}" for user, stack in self.stacks.items() if stack]
        return f"Last calls: {calls or 'none'}. Last messages: {last or 'none'}. Open modals: {open_views or 'none'}."
