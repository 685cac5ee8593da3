"""Registry of Web API methods, and their arguments."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from sandbox.slack.errors import SlackError
from sandbox.slack.limits import RateLimits
from sandbox.slack.model import Json
from sandbox.slack.world import World

T = TypeVar("T")
TokenKind = Literal["bot", "app"]


@dataclass(frozen=True)
class Args:
    """The arguments of a request, sent as form, JSON or query."""

    raw: Json

    def text(self, name: str) -> str:
        """An argument as a string; empty if omitted."""
        value = self.raw.get(name)
        return "" if value is None else str(value)

    def required(self, name: str) -> str:
        """A required argument."""
        if not (value := self.text(name)):
            raise SlackError("invalid_arguments", [f"missing required field: {name} [json-pointer:/{name}]"])
        return value

    def flag(self, name: str) -> bool:
        """An argument as a boolean."""
        return self.text(name).lower() in ("true", "1")

    def number(self, name: str, default: int) -> int:
        """An argument as an integer."""
        try:
            return int(float(self.text(name) or default))
        except (ValueError, OverflowError):
            raise SlackError("invalid_arguments", [f"{name} must be a number [json-pointer:/{name}]"]) from None

    def structured(self, name: str, refusal: str = "invalid_arguments") -> Any:
        """A JSON argument, sent as JSON or as a string; None if omitted."""
        value = self.raw.get(name)
        if not isinstance(value, str) or not value:
            return None if value == "" else value
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            raise SlackError(refusal) from None

    def page(
        self, items: Sequence[T], default: int, ids: Callable[[T], str], most: int | None = None
    ) -> tuple[list[T], Json]:
        """The page of `items` selected by `cursor` and `limit`, and the response_metadata with the next cursor.

        `most` limits the page size.
        """
        start = 0
        if cursor := self.text("cursor"):
            wanted = _from_cursor(cursor)
            start = next((i for i, item in enumerate(items) if ids(item) == wanted), -1)
            if start < 0:
                raise SlackError("invalid_cursor")
        limit = self.number("limit", default)
        if limit <= 0:
            raise SlackError("invalid_limit")
        limit = limit if most is None else min(limit, most)
        rest = items[start + limit : start + limit + 1]
        following = base64.b64encode(f"next:{ids(rest[0])}".encode()).decode() if rest else ""
        return list(items[start : start + limit]), {"response_metadata": {"next_cursor": following}}


def _from_cursor(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, validate=True).decode().removeprefix("next:")
    except (binascii.Error, UnicodeDecodeError):
        raise SlackError("invalid_cursor") from None


@dataclass(frozen=True)
class Call:
    """The input of a method."""

    world: World
    args: Args
    rates: RateLimits

    def need(self, scope: str) -> None:
        """Refuse the call if the token lacks the scope."""
        if scope not in self.world.scopes:
            raise SlackError("missing_scope", needed=scope)


@dataclass(frozen=True)
class Method:
    """One Web API method.

    `tier` is its rate limit, `needs` the kind of its token; the token must have at least one of `scopes`.
    """

    name: str
    answer: Callable[[Call], Json]
    tier: int | None
    needs: TokenKind
    scopes: tuple[str, ...]

    def check_scopes(self, granted: set[str]) -> None:
        """Refuse the call if the token has none of the scopes."""
        if self.scopes and granted.isdisjoint(self.scopes):
            raise SlackError("missing_scope", needed=",".join(self.scopes))


METHODS: dict[str, Method] = {}


def method(
    name: str, *, tier: int | None = None, needs: TokenKind = "bot", scopes: tuple[str, ...] = ()
) -> Callable[[Callable[[Call], Json]], Callable[[Call], Json]]:
    """Register the function for a method; it returns what follows `ok: true`."""

    def register(answer: Callable[[Call], Json]) -> Callable[[Call], Json]:
        METHODS[name] = Method(name, answer, tier, needs, scopes)
        return answer

    return register
