"""What a workspace is made of: people, channels, messages, views, and what came of an act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Json = dict[str, Any]
Values = dict[str, dict[str, Json]]  # Slack's `state.values`: block_id → action_id → what is filled in

Role = Literal["owner", "admin", "member", "guest", "stranger", "bot"]
Kind = Literal["public", "private", "shared", "dm"]

MINUTE, DAY = 60.0, 86_400.0


@dataclass
class Person:
    """Someone with an account, or the app's own bot user."""

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
    dm_refusal: str = ""  # the error code with which Slack refuses the app's DMs to them; none: it takes them

    @property
    def first_name(self) -> str:
        """The name before the first space."""
        return self.real_name.partition(" ")[0]

    @property
    def last_name(self) -> str:
        """All names after it."""
        return self.real_name.partition(" ")[2]


@dataclass
class UserGroup:
    """People who are mentioned together, as @events."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    description: str = ""
    disabled: bool = False


@dataclass(frozen=True)
class Upload:
    """A file on somebody's machine, before they give it to a form."""

    name: str
    content: bytes


@dataclass
class File:
    """A file in the workspace, from the moment an address for its bytes was given out."""

    id: str
    name: str
    user: str
    size: int
    created: int
    secret: str  # the part of its addresses that nobody can guess
    title: str = ""
    alt_text: str = ""
    snippet_type: str = ""
    content: bytes = b""
    state: Literal["promised", "received", "kept", "deleted"] = "promised"
    shares: list[tuple[str, str]] = field(default_factory=list)  # channel and ts of each message it stands in

    @property
    def extension(self) -> str:
        """What its name ends in, in small letters, without the dot."""
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""


@dataclass
class Channel:
    """A conversation: public, private, shared with another organisation, or the app's DM with one person."""

    id: str
    name: str
    kind: Kind = "public"
    members: list[str] = field(default_factory=list)
    topic: str = ""
    archived: bool = False
    user: str = ""  # a DM's person


@dataclass
class Message:
    """One message; an ephemeral one is seen by `ephemeral_to` alone."""

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
    thread_ts: str | None = None
    metadata: Json | None = None
    attachments: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)

    @property
    def words(self) -> str:
        """All that can be read: the blocks if there are any (Slack then hides `text`), else the text."""
        return "\n".join(words(self.blocks)) if self.blocks else self.text

    @property
    def buttons(self) -> list[str]:
        """The words on its buttons, in order."""
        return button_words(self.blocks)


@dataclass
class View:
    """A modal or a Home tab; `body` is what the app sent, with every block_id and action_id filled in."""

    id: str
    user: str
    body: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    channel: str = ""  # the conversation the person looked at when it opened

    @property
    def blocks(self) -> list[Json]:
        """Its blocks."""
        blocks: list[Json] = self.body["blocks"]
        return blocks

    @property
    def callback_id(self) -> str:
        """What the app calls it."""
        return str(self.body.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        """What the app hid in it."""
        return str(self.body.get("private_metadata", ""))

    @property
    def title(self) -> str:
        """Its heading."""
        return label_of(self.body.get("title"))

    @property
    def words(self) -> str:
        """All that can be read in it."""
        return "\n".join(words(self.blocks))

    @property
    def buttons(self) -> list[str]:
        """The words on its buttons, in order; submit and close are not among them."""
        return button_words(self.blocks)

    @property
    def labels(self) -> list[str]:
        """The labels of its inputs, in order."""
        return [label_of(block["label"]) for block in self.blocks if block["type"] == "input"]


@dataclass
class Scheduled:
    """A message Slack holds until `post_at` (unix seconds, domain clock)."""

    id: str
    channel: str
    post_at: int
    created: int
    text: str
    content: Json
    state: Literal["pending", "posted", "deleted", "lost"] = "pending"

    @property
    def blocks(self) -> list[Json]:
        """The blocks it will be posted with."""
        blocks: list[Json] = self.content.get("blocks") or []
        return blocks


@dataclass(frozen=True)
class ApiCall:
    """One request to the Web API or to a response_url, without its token and arguments."""

    method: str
    ok: bool
    error: str
    status: int
    at: datetime


@dataclass(frozen=True)
class Outcome:
    """What came of an act: whether the app took it, and what Slack shows the person if not."""

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
    """The words of a text object, or of a plain string; nothing for anything else."""
    if isinstance(text, dict):
        text = text.get("text", "")
    return text if isinstance(text, str) else ""


def words(part: Any) -> Iterator[str]:
    """Every readable text inside blocks, in the order they stand."""
    if isinstance(part, list):
        for item in part:
            yield from words(item)
    elif isinstance(part, dict):
        if isinstance(text := part.get("text"), str):
            yield text
        for key, inner in part.items():
            if isinstance(inner, dict | list) and key != "confirm":
                yield from words(inner)


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every block with each interactive element in it."""
    for block in blocks:
        inside = [block.get("element"), block.get("accessory"), *(block.get("elements") or [])]
        inside += block.get("actions") or []
        if block["type"] == "carousel":
            yield from elements(block["elements"])
            continue
        yield from ((block, part) for part in inside if isinstance(part, dict) and "action_id" in part)


def button_words(blocks: list[Json]) -> list[str]:
    """The words on the buttons in these blocks."""
    return [label_of(part["text"]) for _, part in elements(blocks) if part["type"] == "button"]
