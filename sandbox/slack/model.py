"""The objects of a workspace: people, channels, messages, views, files, and the outcome of an action."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Json = dict[str, Any]
Values = dict[str, dict[str, Json]]  # Slack's `state.values`: block_id → action_id → state

Role = Literal["owner", "admin", "member", "guest", "stranger", "bot"]
Kind = Literal["public", "private", "shared", "mpim", "dm"]

MINUTE, DAY = 60.0, 86_400.0


@dataclass
class Person:
    """A user, or the app's bot user."""

    id: str
    name: str
    real_name: str
    tz: str
    role: Role = "member"
    email: str = ""
    title: str = ""
    team_id: str = ""
    locale: str = "en-US"
    is_stranger: bool = False
    is_deactivated: bool = False
    dm_refusal: str = ""  # error code for the app's DMs to this person; empty: DMs are accepted
    profile: dict[str, str] = field(default_factory=dict)  # what the person has changed in their profile

    @property
    def first_name(self) -> str:
        """The name before the first space."""
        return self.real_name.partition(" ")[0]

    @property
    def last_name(self) -> str:
        """The rest of the name."""
        return self.real_name.partition(" ")[2]


@dataclass
class UserGroup:
    """A user group, such as @events."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    description: str = ""
    disabled: bool = False


@dataclass(frozen=True)
class Upload:
    """A file on a person's machine."""

    name: str
    content: bytes


@dataclass
class File:
    """A file in the workspace, from the request of its upload URL on."""

    id: str
    name: str
    user: str
    size: int
    created: int
    secret: str  # the secret part of its URLs
    title: str = ""
    alt_text: str = ""
    snippet_type: str = ""
    content: bytes = b""
    state: Literal["promised", "received", "kept", "deleted"] = "promised"
    shares: list[tuple[str, str]] = field(default_factory=list)  # channel and ts of each message with the file

    @property
    def extension(self) -> str:
        """Lowercase file extension without the dot."""
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""


@dataclass
class Channel:
    """A conversation: public, private, shared with another organization, a group DM, or the app's DM with a person."""

    id: str
    name: str
    kind: Kind = "public"
    members: list[str] = field(default_factory=list)
    topic: str = ""
    archived: bool = False
    user: str = ""  # the person of a DM


@dataclass
class Message:
    """One message; only `ephemeral_to` sees an ephemeral one."""

    channel: str
    ts: str
    user: str
    username: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    bot: bool = False
    ephemeral_to: str | None = None
    edited: str | None = None
    deleted: bool = False
    thread_ts: str | None = None  # of the parent; its own ts once it has replies
    broadcast: bool = False  # a reply that is also shown in the channel
    metadata: Json | None = None
    attachments: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)

    @property
    def words(self) -> str:
        """All readable text: of the blocks if there are any (Slack then hides `text`), else the text."""
        return "\n".join(words(self.blocks)) if self.blocks else self.text

    @property
    def buttons(self) -> list[str]:
        """The texts of its buttons, in order."""
        return button_words(self.blocks)


@dataclass
class View:
    """A modal or Home tab; `body` is what the app sent, with all block_ids and action_ids filled in."""

    id: str
    user: str
    body: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    channel: str = ""  # the conversation the person was looking at when it opened

    @property
    def blocks(self) -> list[Json]:
        """The blocks."""
        blocks: list[Json] = self.body["blocks"]
        return blocks

    @property
    def callback_id(self) -> str:
        """The callback_id of the app."""
        return str(self.body.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        """The private_metadata of the app."""
        return str(self.body.get("private_metadata", ""))

    @property
    def title(self) -> str:
        """The title."""
        return label_of(self.body.get("title"))

    @property
    def words(self) -> str:
        """All readable text."""
        return "\n".join(words(self.blocks))

    @property
    def buttons(self) -> list[str]:
        """The texts of its buttons, in order, without submit and close."""
        return button_words(self.blocks)

    @property
    def labels(self) -> list[str]:
        """The labels of its inputs, in order."""
        return [label_of(block["label"]) for block in self.blocks if block["type"] == "input"]


@dataclass
class Scheduled:
    """A scheduled message; `post_at` in Unix seconds of the sandbox clock."""

    id: str
    channel: str
    post_at: int
    created: int
    text: str
    content: Json
    state: Literal["pending", "posted", "deleted", "lost"] = "pending"

    @property
    def blocks(self) -> list[Json]:
        """The blocks of the message."""
        blocks: list[Json] = self.content.get("blocks") or []
        return blocks


@dataclass(frozen=True)
class Event:
    """Something that the app is notified of if it has subscribed to it and its token has the scope."""

    subscription: str  # name of the event in the app's subscriptions
    body: Json  # the inner event
    scope: str = ""
    is_shared: bool = False  # in a channel that is shared with another organization


@dataclass(frozen=True)
class ApiCall:
    """One request to the Web API or a response_url, without token and arguments."""

    method: str
    ok: bool
    error: str
    status: int
    at: datetime


@dataclass(frozen=True)
class Outcome:
    """The outcome of an action: whether the app accepted it, and what Slack shows the person if not."""

    ok: bool = True
    error: str = ""
    text: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    answer: Any = None
    seconds: float = 0.0
    message: Message | None = None
    options: list[Json] = field(default_factory=list)
    option_groups: list[Json] = field(default_factory=list)


def label_of(text: Any) -> str:
    """The text of a text object or a plain string; empty for anything else."""
    if isinstance(text, dict):
        text = text.get("text", "")
    return text if isinstance(text, str) else ""


def words(part: Any) -> Iterator[str]:
    """All readable texts in blocks, in order."""
    if isinstance(part, list):
        for item in part:
            yield from words(item)
    elif isinstance(part, dict):
        if part.get("type") == "data_visualization":
            yield from _chart_words(part)
        if isinstance(caption := part.get("caption"), str):
            yield caption
        if isinstance(text := part.get("text"), str):
            yield text
        for key, inner in part.items():
            if isinstance(inner, dict | list) and key != "confirm":
                yield from words(inner)


def _chart_words(block: Json) -> Iterator[str]:
    yield block["title"]
    for series in block["chart"].get("series") or [{"data": block["chart"].get("segments") or []}]:
        points = ", ".join(f"{point['label']} {point['value']}" for point in series["data"])
        yield f"{series['name']}: {points}" if "name" in series else points


def flat(blocks: list[Json]) -> list[Json]:
    """The blocks, and those inside them."""
    return [part for one in blocks for part in (one, *(one.get("child_blocks") or []), *_cards(one))]


def _cards(block: Json) -> list[Json]:
    return block["elements"] if block["type"] == "carousel" else []


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """All interactive elements, each with its block."""
    for block in flat(blocks):
        if block["type"] == "carousel":
            continue
        inside = [block.get("element"), block.get("accessory"), *(block.get("elements") or [])]
        inside += block.get("actions") or []
        if block["type"] == "data_table":
            inside += [cell.get("element") for row in block["rows"] for cell in row]
        yield from ((block, part) for part in inside if isinstance(part, dict) and "action_id" in part)


def button_words(blocks: list[Json]) -> list[str]:
    """The texts of the buttons in these blocks, and of the options of their overflow menus."""
    found = [part for _, part in elements(blocks) if part["type"] in ("button", "overflow")]
    return [label_of(one["text"]) for part in found for one in part.get("options") or [part]]
